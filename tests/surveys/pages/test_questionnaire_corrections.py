"""A form pasted together with full-width signs: one press on the upload page writes what is proposed, and it is read."""

from flask import Flask
from flask.testing import FlaskClient

from surveys.database import db
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from tests.surveys.pages.filled_forms import filled
from tests.surveys.pages.test_city_desk import check_page, organizer  # noqa: F401  the fixture
from tests.surveys.pages.test_city_desk_questionnaire import ADDRESS, CHOICES, upload
from tests.surveys.questionnaire.workbooks import workbook

PASTED = [
    ["type", "name", "label", "relevant", "constraint"],
    ["integer", "staff", "职工人数", "", "（. ＞ 0 and . ＜= １００）"],
    ["select_one yn", "loss", "共＄｛staff｝人，是否亏损", "${staf} > 5", ""],
]


def test_one_press_takes_what_is_proposed(organizer: FlaskClient, app: Flask) -> None:  # noqa: F811
    shown = upload(organizer, workbook({"survey": PASTED, "choices": CHOICES}))
    page = check_page(shown, 422)
    assert "把建议写入这 3 格，重新检查" in page
    assert "(. &gt; 0 and . &lt;= 100)" in page
    fields = filled(page, "")
    answered = organizer.post(ADDRESS, data={"upload": fields["upload"]})
    again = check_page(answered)  # read without a fault: what its answers are is confirmed next
    assert "职工人数" in again
    confirmed = organizer.post(f"{ADDRESS}/answers", data=filled(again, "/answers"))
    assert confirmed.status_code == 303
    with app.app_context():
        version = db.session.query(QuestionnaireVersion).one()
        assert version.published_at is not None


def test_a_form_nobody_can_guess_is_offered_nothing(organizer: FlaskClient) -> None:  # noqa: F811
    rows = [PASTED[0], ["integer", "staff", "职工人数", "", "???"]]
    assert "把建议写入" not in check_page(upload(organizer, workbook({"survey": rows})), 422)


def test_an_upload_of_long_ago_is_asked_for_again(organizer: FlaskClient) -> None:  # noqa: F811
    answered = organizer.post(ADDRESS, data={"upload": "forged"}, follow_redirects=True)
    assert "请重新上传" in check_page(answered)
