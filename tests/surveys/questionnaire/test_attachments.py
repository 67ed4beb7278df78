"""Files that come with a form: lists for questions and rules, pictures and sound; and what is wrong with them."""

import io
import json
import re
import zipfile

import pytest

from surveys.questionnaire.package.attachments import LARGEST, read_list, sort_out
from surveys.questionnaire.package.list_files import joined, part_files
from surveys.questionnaire.package.package import package_bytes, package_hash
from surveys.questionnaire.package.reader import Reading, read_workbook
from surveys.questionnaire.state.evaluation import FormState
from tests import engines
from tests.surveys.questionnaire.twin import compare
from tests.surveys.questionnaire.workbooks import workbook

NOW = "2023-07-15T09:00:00.000+08:00"
FIRMS = "name,label,district,staff\ne1,宏达公司,440113,85\ne2,永安公司,440111,20\n".encode()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SURVEY = [
    ["type", "name", "label", "calculation", "choice_filter", "image"],
    ["text", "d", "区", "", "", "map.png"],
    ["select_one_from_file firms.csv", "firm", "企业", "", "district = ${d}", ""],
    ["calculate", "staff", "", "pulldata('firms', 'staff', 'name', ${firm})", "", ""],
    ["calculate", "named", "", "instance('firms')/root/item[name = ${firm}]/label", "", ""],
    ["calculate", "said", "", "jr:choice-name(${firm}, '${firm}')", "", ""],
]


def read(survey=SURVEY, **attached: bytes) -> Reading:
    return read_workbook(
        workbook({"survey": survey}), attached={name.replace("__", "."): data for name, data in attached.items()}
    )


def state_of(reading: Reading) -> FormState:
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults]
    return FormState(reading.package, now=NOW)


def test_choices_and_rules_from_an_attached_file() -> None:
    reading = read(firms__csv=FIRMS, map__png=PNG)
    assert reading.warnings == []
    state = state_of(reading)
    state.set("/d", "440113")
    assert state.node("/firm").choices == ["e1"]
    assert state.choice_label("/firm", "e1") == "宏达公司"
    state.set("/firm", "e1")
    assert [state.node(path).value for path in ("/staff", "/named", "/said")] == ["85", "宏达公司", "宏达公司"]


def test_attached_files_are_part_of_the_hash() -> None:
    one, two = (
        read(firms__csv=FIRMS, map__png=PNG).package,
        read(firms__csv=FIRMS + b"e3,x,1,2\n", map__png=PNG).package,
    )
    three = read(firms__csv=FIRMS, map__png=PNG + b"1").package
    assert one is not None
    assert two is not None
    assert three is not None
    assert len({package_hash(one), package_hash(two), package_hash(three)}) == 3
    assert [(file["name"], file["type"], file["use"]) for file in one["attachments"]] == [
        ("firms.csv", "text/csv", "list"),
        ("map.png", "image/png", "media"),
    ]


def test_pictures_are_texts_of_their_label() -> None:
    package = read(firms__csv=FIRMS, map__png=PNG).package
    assert package is not None
    asked = next(definition for definition in package["defs"] if definition["name"] == "d")
    assert package["itext"]["zh-CN"][asked["media"]["image"]] == "map.png"
    assert package["itext"]["zh-CN"][asked["label"]] == "区"


def test_values_and_labels_in_other_columns() -> None:
    survey = [
        ["type", "name", "label", "parameters"],
        ["select_one_from_file f.csv", "f", "F", "value=code label=title"],
    ]
    state = state_of(read(survey, f__csv=b"code,title\n1,One\n2,Two\n"))
    assert state.node("/f").choices == ["1", "2"]
    assert state.choice_label("/f", "2") == "Two"


def test_geojson_and_xml() -> None:
    survey = [
        ["type", "name", "label", "calculation"],
        ["select_one_from_file sites.geojson", "site", "Site", ""],
        ["calculate", "at", "", "instance('sites')/root/item[id = ${site}]/geometry"],
        ["select_multiple_from_file towns.xml", "town", "Town", ""],
    ]
    feature = {
        "type": "Feature",
        "id": "s1",
        "properties": {"title": "园区"},
        "geometry": {"type": "Point", "coordinates": [113.4, 23.1]},
    }
    state = state_of(
        read(
            survey,
            sites__geojson=json.dumps({"type": "FeatureCollection", "features": [feature]}).encode(),
            towns__xml="<root><item><name>n</name><label>南村</label></item></root>".encode(),
        )
    )
    state.set("/site", "s1")
    assert (state.node("/at").value, state.choice_label("/site", "s1")) == ("23.1 113.4 0 0", "园区")
    assert state.choice_label("/town", "n") == "南村"


def test_a_long_list_stands_in_a_file_of_its_own() -> None:
    """The first part stays small; joined again it is the same package with the same hash, and runs the same."""
    rows = "".join(f"e{number},企业{number},440113,{number}\n" for number in range(5000))
    whole = read(firms__csv=b"name,label,district,staff\n" + rows.encode(), map__png=PNG).package
    assert whole is not None
    body, files = package_bytes(whole), part_files(whole)
    assert len(body) < 8_000 < 200_000 < sum(map(len, files.values()))
    again = joined(body, files.get)
    assert again == whole
    assert package_hash(again) == package_hash(whole)
    state = FormState(again, now=NOW)
    state.set("/d", "440113")
    state.set("/firm", "e4999")
    assert (state.node("/staff").value, state.choice_label("/firm", "e4999")) == ("4999", "企业4999")
    with pytest.raises(LookupError):
        joined(body, lambda _hash: None)


ELSEWHERE = {"converter_warning", "title_missing"}


def fault_of(reading: Reading) -> list[tuple[str, str, int | None, str | None]]:
    found = [fault for fault in (*reading.faults, *reading.warnings) if fault.code not in ELSEWHERE]
    for fault in found:
        for language in ("zh", "en"):
            assert "{" not in fault.sentence(language).replace("${", "")
    return [(fault.code, fault.sheet, fault.row, fault.column) for fault in found]


ONE = [["type", "name", "label"], ["select_one_from_file f.csv", "f", "F"]]
MANY = [["type", "name", "label"], ["select_multiple_from_file f.csv", "f", "F"]]
PULL = [
    ["type", "name", "label", "calculation"],
    ["text", "a", "A", ""],
    ["calculate", "c", "", "pulldata('f', 'x', 'k', ${a})"],
]


@pytest.mark.parametrize(
    ("survey", "attached", "expected"),
    [
        (ONE, {}, [("attachment_missing", "survey", 2, "type")]),
        (PULL, {}, [("attachment_missing", "survey", 3, "calculation")]),
        (PULL, {"f__csv": b"k,y\n1,2\n"}, [("attachment_column_missing", "survey", 3, "calculation")]),
        (PULL, {"f__csv": b"k,x\n1,2\n1,3\n"}, [("attachment_key_twice", "survey", 3, "calculation")]),
        (ONE, {"f__csv": b"code,label\n1,a\n"}, [("attachment_column_missing", "survey", 2, "type")]),
        (ONE, {"f__csv": b"name,label\n1,a\n1,b\n"}, [("choice_duplicate", "f.csv", 3, "name")]),
        (ONE, {"f__csv": b"name,label\n,a\n1,b\n"}, [("attachment_value_missing", "f.csv", 2, "name")]),
        (MANY, {"f__csv": b"name,label\na b,a\n"}, [("choice_name_space", "f.csv", 2, "name")]),
        (ONE, {"f__csv": b"\x00\x01"}, [("attachment_unreadable", "", None, None)]),
        (ONE, {"f__csv": b"name,label\n1,a\n", "g__csv": b"x"}, [("attachment_unused", "", None, None)]),
        (ONE, {"f__csv": b"name,label\n" + b"1" * LARGEST}, [("attachment_too_large", "", None, None)]),
        (
            [["type", "name", "label"], ["select_one_from_file a b.csv", "f", "F"]],
            {"a b__csv": b"name,label\n1,a\n"},
            [("attachment_name", "", None, None)],
        ),
        (
            [["type", "name", "label", "image::English (en)"], ["text", "a", "A", "a.png"]],
            {"a__png": b"<svg/>"},
            [("attachment_kind", "survey", 2, "image::English (en)")],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(survey, attached, expected) -> None:
    assert fault_of(read(survey, **attached)) == expected


@pytest.mark.parametrize(
    ("survey", "settings", "expected"),
    [
        ([["type", "name", "label"], ["geoshape", "a", "A"]], {}, [("shown_only", "survey", 2, "type")]),
        ([["type", "name", "label", "appearance"], ["image", "a", "A", "draw"]], {}, [("shown_only", "survey", 2, "appearance")]),
        ([["type", "name", "label", "required"], ["video", "a", "A", "yes"]], {}, [("required_unanswerable", "survey", 2, "required")]),
        ([["type", "name", "label", "appearance"], ["text", "a", "A", "multi-line"]], {}, [("appearance_unknown", "survey", 2, "appearance")]),
        ([["type", "name", "label"], ["text", "a", "A"]], {"form_titel": "x"}, [("setting_unknown", "settings", 2, "form_titel")]),
    ],
)  # fmt: skip
def test_what_is_not_used(survey, settings, expected) -> None:
    sheets = {"survey": survey, **({"settings": [list(settings), list(settings.values())]} if settings else {})}
    assert fault_of(read_workbook(workbook(sheets))) == expected


@pytest.mark.parametrize("kind", ["geotrace", "geoshape", "video", "audit", "xml-external", "select_one_external"])
def test_an_unsupported_type_is_named_with_its_consequence(kind: str) -> None:
    reading = read_workbook(
        workbook({"survey": [["type", "name", "label"], [f"{kind} x", "a", "A"], ["text", "b", "B"]]})
    )
    if kind not in ("xml-external", "select_one_external"):
        reading = read_workbook(workbook({"survey": [["type", "name", "label"], [kind, "a", "A"], ["text", "b", "B"]]}))
    said = next(fault for fault in (*reading.faults, *reading.warnings) if fault.row == 2)
    assert kind in said.cause("zh")
    assert "：" in said.cause("zh")
    assert len(said.cause("en").split(":")[1]) > 20


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("calculation", "area(${b})"),
        ("calculation", "distance(${b})"),
        ("calculation", "digest(${b}, 'MD5')"),
        ("default", "${last-saved#b}"),
        ("save_to", "x"),
    ],
)
def test_an_unsupported_function_or_column_is_named_with_its_consequence(column: str, text: str) -> None:
    rows = [
        ["type", "name", "label", column],
        ["text", "b", "B", ""],
        ["calculate" if column == "calculation" else "text", "c", "C", text],
    ]
    reading = read_workbook(workbook({"survey": rows}))
    assert [(fault.row, fault.column) for fault in reading.faults][:1] == [(3, column)]
    assert "：" in reading.faults[0].cause("zh")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("f.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><root><item><name>&a;</name></item></root>"),
        ("f.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><root/>".encode("utf-16")),
        ("f.xml", b"<root><item>"),
        ("f.geojson", b"[" * 100_000),
        ("f.geojson", b'{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [1]}}]}'),
        ("f.geojson", b'{"type": "FeatureCollection", "features": 1}'),
        ("f.geojson", b'"text"'),
        ("f.csv", b"\x00" * 100),
        ("f.csv", b'"' + b"x" * 200_000),
    ],
)  # fmt: skip
def test_a_broken_list_is_a_fault_and_nothing_more(name: str, data: bytes) -> None:
    sheet, faults = read_list(name, data)
    assert sheet is None
    assert [fault.code for fault in faults] == ["attachment_unreadable"]
    assert not re.search(r"[A-Za-z]+(Error|Zip|Text)\b", faults[0].sentence("zh"))


# Which of the files is the form.


def test_the_form_is_told_from_what_comes_with_it() -> None:
    form = workbook({"survey": ONE})
    upload = sort_out([("f.csv", FIRMS), ("C:\\forms\\form.xlsx", form), ("a.png", PNG)])
    assert (upload.name, upload.data, set(upload.attached), upload.faults) == (
        "form.xlsx",
        form,
        {"f.csv", "a.png"},
        [],
    )


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr("folder/" + name.replace("__", "."), data)
    return out.getvalue()


def test_a_zip_of_a_form_and_its_files() -> None:
    form = workbook({"survey": ONE})
    upload = sort_out([("all.zip", archive(form__xlsx=form, f__csv=FIRMS))])
    assert (upload.name, upload.data, upload.attached) == ("form.xlsx", form, {"f.csv": FIRMS})
    whole = archive(survey__csv=b"type,name,label\nselect_one_from_file f.csv,f,F\n", f__csv=FIRMS)
    upload = sort_out([("all.zip", whole)])
    assert (upload.name, upload.attached) == ("all.zip", {"f.csv": FIRMS})
    assert read_workbook(upload.data, attached=upload.attached).package is not None


def test_sheets_uploaded_as_single_csv_files() -> None:
    sheets = [("survey.csv", b"type,name,label\nselect_one l,f,F\n"), ("choices.csv", b"list_name,name,label\nl,a,A\n")]
    upload = sort_out(sheets)
    assert upload.faults == []
    assert upload.data == sort_out(reversed(sheets)).data
    assert read_workbook(upload.data).package is not None


def test_not_one_form() -> None:
    form = workbook({"survey": ONE})
    assert [fault.code for fault in sort_out([("a.xlsx", form), ("b.xlsx", form)]).faults] == ["several_workbooks"]
    assert [fault.code for fault in sort_out([("a.png", PNG), ("b.csv", FIRMS)]).faults] == ["no_workbook"]
    assert "attachment_twice" in [
        fault.code for fault in sort_out([("a.xlsx", form), ("b.csv", b"1"), ("b.csv", b"2")]).faults
    ]


def test_the_phone_reads_attached_lists_as_the_server_does() -> None:
    """Choices and look-ups from CSV, GeoJSON and other columns, on random visits, in both evaluators; a long list too."""
    rows = "".join(f"e{number},企业{number},44011{number % 5},{number}\n" for number in range(300))
    survey = [
        *SURVEY,
        ["select_multiple_from_file more.csv", "more", "更多", "", "", ""],
        ["calculate", "sum", "", "count-selected(${more}) + number(${staff})", "", ""],
    ]
    survey[0] = [*SURVEY[0], "parameters"]
    survey[-2] = [*survey[-2], "value=code label=title"]
    package = read(
        survey,
        firms__csv=b"name,label,district,staff\n" + rows.encode(),
        map__png=PNG,
        more__csv="code,title\n1,甲\n2,乙\n".encode(),
    ).package
    assert package is not None
    assert set(package["parts"]) == {"firms"}
    found = compare(
        [package, joined(package_bytes(package), part_files(package).get)],
        engines.in_node,
        seed="attached",
        visits=2,
        steps=15,
    )
    assert found.differences == []
    assert found.looks > 20
