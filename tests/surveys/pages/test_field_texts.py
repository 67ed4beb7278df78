"""Every text of the field pages has its Chinese, and no Chinese stands outside the catalogue; bad input on these pages."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

from surveys.forms.answer_fields import clean, day, number
from surveys.pages.field import texts
from tests.surveys.pages.field_world import make_world, signed_in_client
from tests.surveys.pages.test_field_journey import begin, read, send

ROOT = Path(__file__).parents[3]
KEYWORDS = {"_": None, "_n": (1, 2), "say": None, "say_number": (1, 2)}
PLACES = (
    "templates/field",
    "templates/components/answers",
    "templates/components",
    "templates/layout",
    "surveys/pages/field",
)
TEMPLATES = [
    *(ROOT / "templates/field").glob("*.html"),
    *(ROOT / "templates/components/answers").glob("*.html"),
    ROOT / "templates/components/question.html",
    ROOT / "templates/layout/field.html",
    *(ROOT / "templates/department").glob("*.html"),
    *(ROOT / "templates/asked").glob("*.html"),
]
FIELD, DOORS = "surveys/pages/field", "reports/handling/pages"
OF_DOORS = ("department.py", "deputy.py")  # the others are the desk's


def message_ids() -> set[str]:
    found: set[str] = set()
    for place, method in (("templates", "jinja2.ext:babel_extract"), (FIELD, "python"), (DOORS, "python")):
        for name, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / place), [("**", method)], {"**": {}}, KEYWORDS
        ):
            if place == FIELD or (place == DOORS and name in OF_DOORS) or (ROOT / place / name) in TEMPLATES:
                found.add(message[-1] if isinstance(message, tuple) else message)
    return found


def test_every_text_has_its_chinese() -> None:
    catalogue = ROOT / "templates/translations/zh_CN/LC_MESSAGES/field.po"
    with catalogue.open("rb") as file:
        chinese = {message.id: message.string for message in read_po(file, "zh_CN") if message.id}
    ids = message_ids()
    assert len(ids) > 150
    assert {text for text in ids if not chinese.get(text)} == set()
    assert set(chinese) - ids == set(), "texts that nobody says any more"
    for text, said in chinese.items():
        places = set(re.findall(r"%\((\w+)\)", text))
        places |= {"month"} if "month_name" in places else set()
        assert set(re.findall(r"%\((\w+)\)", said)) <= places, text


def test_no_chinese_outside_the_catalogue() -> None:
    for template in TEMPLATES:
        words = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S).replace("中文</a>", "</a>")
        words = words.replace('"：" if "："', "")
        assert not re.search("[一-鿿]", words), template


def test_english_pages(app: Flask) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    client.get("/language/en?next=/visits")
    page = begin(client, world)
    for address in ("/visits", page, f"/visits/{world.visit_id}/check"):
        paper = read(client.get(address))
        words = re.sub("[，。：、]", "", paper.words.replace("中文", ""))
        for ours in ("保存", "报送", "我的走访", "服务器", "验证码"):
            assert ours not in words, address
    assert "Save and continue" in read(client.get(page)).words


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("５００", "500"), ("1,500.5", "1500.5"), (" 12 ", "12"), ("十二", "十二"), ("1,50", "1,50"), ("-３", "-3")],
)
def test_numbers_as_people_type_them(typed: str, kept: str) -> None:
    assert number(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"), [("2023/7/1", "2023-07-01"), ("2023年7月12日", "2023-07-12"), ("昨天", "昨天"), ("", "")]
)
def test_days_as_people_type_them(typed: str, kept: str) -> None:
    assert day(typed) == kept


def test_text_enters_clean() -> None:
    assert clean("cafe\u0301\r\na\x00b\x07\t\ud800") == "café\nab\t\ufffd"


def test_amounts_are_read_back(app: Flask) -> None:
    with app.test_request_context("/"):
        app.preprocess_request()
        assert texts.amount_in_yuan("500") == "即500万元（5,000,000元）"
        assert texts.amount_in_yuan("0.35") == "即0.35万元（3,500元）"
        assert "150亿元" in texts.amount_in_yuan("1500000")
        assert texts.amount_in_yuan("abc") == texts.amount_in_yuan("1e999") == texts.amount_in_yuan("NaN") == ""


def test_statements_do_not_grow_with_the_list(app: Flask) -> None:
    """A bounded number of SQL statements a page, however many visits there are."""
    from surveys.database import db, writing
    from tests.factories.fieldwork import visit
    from tests.surveys.statements import counted

    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    page = begin(client, world)
    client.get("/visits")
    with counted(app) as few:
        client.get("/visits")
    with app.app_context(), writing():
        for _ in range(30):
            visit(world.campaign_id, group_id=world.group_id)
        db.session.flush()
    with counted(app) as many:
        client.get("/visits")
    assert len(many) == len(few) <= 22
    with counted(app) as asked:
        client.get(page)
    assert len(asked) <= 10
    form = read(client.get(page)).forms[0]
    with counted(app) as saved:
        send(client, page, form, button=("go", "next"))
    assert len(saved) <= 14


def test_a_huge_post_is_refused_in_words(app: Flask) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    page = begin(client, world)
    response = client.post(page, data={"/g_visit/visitors": "建" * 15_000_000})
    assert response.status_code == 413
    assert "内容太大" in read(response, 413).words
