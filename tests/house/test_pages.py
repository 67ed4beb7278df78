"""Every GET page of the route list, with the demonstration in it, in both languages: house rules, headers, marks, statements."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from surveys.database import db
from tests.demonstration import loaded, open_instance
from tests.house.client import page_faults
from tests.house.pages import Shown, shown_pages

MARK = {"zh-CN": "演示数据", "en": "Demonstration data"}
# Statements a page may send, first time or not, however many firms a campaign has; a page that is not named may send BOUND.
BOUND = 20
BOUNDS = {
    "/campaigns": 30,
    "/campaigns/<int:number>/findings/queue": 28,  # one finding, its near ones, what waits, what was just done, and the record of it
    "/findings/<uuid:finding_id>": 26,  # with its near ones, and the record that it was read
    "/campaigns/<int:number>/visits": 21,  # whether there is a kind that the desk enters itself
    "/campaigns/<int:number>/visits?unit=440106": 21,
    "/visits": 21,  # whether there is a kind that the deputy may start
    "/subjects/<uuid:subject_id>": 24,  # with what hangs on it, its visits, doubles, history, and the record that it was read
    "/campaigns/<int:number>/export": 48,  # the first rows as they would go out, which all rows of the whole campaign decide
    "/campaigns/<int:number>/hand-over": 25,  # every matter, what is proposed for it and why, and the record that it was read
    "/campaigns/<int:number>/four-lists": 25,  # all four are counted, and the record that they were read
    "/reports/<uuid:report_id>/edit": 36,
    "/reports/<uuid:report_id>/issue": 110,  # every check before a final, with all the numbers of the whole report
    "/reports/<uuid:report_id>/merge": 36,
    "/reports/<uuid:report_id>/paper": 32,
    "/personal-data/<any(subjects, deputies):kind>/<uuid:thing_id>": 30,  # one a place where something may be held
    "/reports/<uuid:report_id>/trace?figure=T1:firms|count|plain": 22,  # with the record that it was read
    "/visits/<uuid:visit_id>/review": 34,
    "/visits/<visit_id>/form": 30,  # the whole questionnaire at once, with what earlier pages and phones left
}
# Two English words in a row in a Chinese page are a text that was forgotten.
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,}\b")
# What is marked as English, or as of several languages, may be: an organizer edits the English label of a question.
TAGS = re.compile(
    r'<script.*?</script>|<style.*?</style>|<svg.*?</svg>|<textarea [^>]*lang="(?:en|mul)".*?</textarea>|<[^>]+>', re.S
)


@pytest.fixture(scope="module")
def twice_as_many(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration with twice as many firms."""
    folder = tmp_path_factory.mktemp("twice") / "instance"
    shutil.copytree(loaded(sqlite_pattern, subjects=120), folder)
    app = open_instance(folder)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _faults(shown: Shown, language: str) -> list[str]:
    policy = shown.headers.get("Content-Security-Policy", "")
    faults = page_faults(shown.html, policy)
    if f'lang="{language}"' not in shown.html:
        faults.append(f"it is not in {language}")
    if "default-src 'self'" not in policy:
        faults.append("no Content-Security-Policy")
    if "no-store" not in shown.headers.get("Cache-Control", ""):
        faults.append("a page with what one person may see could be kept by a cache")
    if "/campaigns/<" in shown.route.rule and shown.status == 200 and MARK[language] not in shown.html:
        faults.append("the mark of the demonstration is missing")
    if language == "zh-CN" and (found := ENGLISH.search(TAGS.sub("\n", shown.html))):
        faults.append(f"English in a Chinese page: {found.group()}")
    return [f"{shown.route.address} ({shown.person}, {language}): {fault}" for fault in faults]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_keeps_the_house_rules(demonstration: Flask, language: str) -> None:
    shown = list(shown_pages(demonstration, language))
    assert len([one for one in shown if one.status == 200]) > 40
    assert [fault for one in shown for fault in _faults(one, language)] == []


def test_a_page_sends_a_bounded_number_of_statements(demonstration: Flask, twice_as_many: Flask) -> None:
    for app in (demonstration, twice_as_many):
        over = {
            one.route.rule: one.statements
            for one in shown_pages(app)
            if one.statements > BOUNDS.get(re.sub("<report of [^>]+>", "<uuid:report_id>", one.route.rule), BOUND)
        }
        assert over == {}
