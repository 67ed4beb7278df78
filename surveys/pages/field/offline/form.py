"""The offline form of a visit: one page with every question, the rules and the draft; its blank questions are also served alone.

Without script the same visit is filled in page by page (questionnaire.py); a script that does not arrive leaves the page shown
first as a plain form that posts there.
"""

import gzip
import hashlib
import re
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from flask import Response, abort, jsonify, make_response, render_template, request, url_for
from markupsafe import Markup

from surveys.database import db
from surveys.fieldwork.filling.fillings import Filling
from surveys.fieldwork.receiving.packages import package_of
from surveys.forms.answer_fields import field_id
from surveys.pages.field import texts
from surveys.pages.field.card import card_of
from surveys.pages.field.frame import buttons, field, filling_of, office_of, refusal, sender
from surveys.pages.field.offline.form_data import embedded, phone_package, visit_data
from surveys.pages.field.questions import choice_layout, media_texts
from surveys.pages.field.questions.long_lists import with_search
from surveys.pages.field.questions.page_numbers import step
from surveys.pages.field.questions.questions import WARNING_SIGN, ShownQuestion, note_kind, shown_page
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.visit_words import Words, speak_of, words_here
from surveys.questionnaire.facts.facts import fact_row
from surveys.questionnaire.facts.facts import texts as fact_texts
from surveys.questionnaire.views.blank import blank_pages, without_choices
from surveys.questionnaire.views.definition import PageView, QuestionView, in_language, page_keys, page_view
from surveys.questionnaire.views.pinyin import readings_file

BETWEEN = re.compile(r"\n\s*")  # what the templates leave between tags
NO_VISIT = "VISIT"  # stands in a blank page where a visit's id belongs; the script puts it in
NOWHERE = SimpleNamespace(visit_id=NO_VISIT, subject=SimpleNamespace(name=""), campaign=SimpleNamespace(office=""))


@field.get("/visits/<visit_id>/form")
def form(visit_id: str) -> Any:
    filling = filling_of(visit_id) or abort(404)
    if filling.package is None or filling.package_hash is None:
        return refusal("no_questionnaire", 404)
    view = _first_page(filling)
    page = render_template(
        "field/form.html",
        visit=filling,
        view=view,
        step=step(filling.form, view.key) if view and filling.form else None,
        listed=shown_page(filling, filling.form, view, strict=False) if view and filling.form else [],
        blank=_fragment(filling.package_hash, texts.language()),
        blank_key=_blank_key(view) if view else "",
        card=card_of(filling) if view is None else None,
        members=filling.members,
        chosen={deputy.id for deputy in filling.present} or {filling.sender.deputy_id},
        office=office_of(filling.unit, filling.campaign.office),
        form=buttons(),
        package=_phone_package(filling.package_hash, texts.language()),
        data=embedded(
            {key: value for key, value in visit_data(filling).items() if key != "card"}
        ),  # it stands in the page
        words=embedded(texts.form_texts()),
        media_words=_media_words(filling),
        starts=view is None,
    )
    return _packed(page)


@field.get("/visits/<visit_id>/form/data")
def form_data(visit_id: str) -> Any:
    """The visit as a phone keeps it, to open it in place without a signal."""
    return jsonify(visit_data(filling_of(visit_id) or abort(404)))


@field.get("/questionnaires/<package_hash>/pages")
def blank(package_hash: str) -> Any:
    """Every question of a questionnaire without answers, in the page's language; for phones that make visits ready."""
    if package_of(package_hash) is None:
        abort(404)
    if campaign := db.session.get(Campaign, sender().campaign_id or ""):
        speak_of(campaign.settings)
    body = "".join(_fragment(package_hash, texts.language()).values())
    response = _packed(body)
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.mimetype = "text/plain"  # pieces of a page, none by itself
    return response.make_conditional(request)


@field.get("/questionnaires/<package_hash>/readings")
def readings(package_hash: str) -> Any:
    """How the characters of its long lists are read; it follows from the package, so it never changes."""
    if package_of(package_hash) is None:
        abort(404)
    response = _packed(_readings(package_hash))
    response.mimetype = "application/json"
    response.set_etag(package_hash)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response.make_conditional(request)


@lru_cache(maxsize=8)
def _readings(package_hash: str) -> str:
    package = package_of(package_hash)
    assert package is not None
    return readings_file(package).decode()


def _first_page(filling: Filling) -> PageView | None:
    """The page to go on with; None for a visit that has not begun: it starts with who went."""
    if filling.form is None or filling.draft is None or not filling.is_open_for_answers:
        return None
    keys = page_keys(filling.form)
    key = filling.draft.page if filling.draft.page in keys else keys[0]
    return page_view(filling.form, key)


def _media_words(filling: Filling) -> Markup | None:
    """The words of the script for photos and the like; None where there is nothing for it to do."""
    is_on = filling.campaign.setting("media") and media_texts.asks_media(filling.package)
    return embedded(media_texts.media_texts()) if is_on else None


def _blank_key(view: PageView) -> str:
    """The key of the blank page that an open page is an instance of; a list page has no questions to replace."""
    return "".join(f"[]{part.partition(']')[2]}" if place else part for place, part in enumerate(view.key.split("[")))


@lru_cache(maxsize=8)
def _phone_package(package_hash: str, language: str) -> Markup:
    package = package_of(package_hash)
    assert package is not None
    return embedded(phone_package(package, language))


def _fragment(package_hash: str, language: str) -> dict[str, Markup]:
    """The blank pages by key, in the words of the campaign that is spoken of."""
    return _rendered(package_hash, language, words_here(language))


@lru_cache(maxsize=8)
def _rendered(package_hash: str, language: str, _words: Words) -> dict[str, Markup]:
    """The same, rendered once a process."""
    package = package_of(package_hash)
    assert package is not None
    rendered = {}
    numbers = {one["path"]: number for number, one in enumerate(package["defs"])}
    for page in blank_pages(package, language):
        questions = [
            with_search(package, numbers[one.path.replace("[]", "")], _blank(package, package_hash, one, language))
            for one in page.questions
        ]
        html = render_template(
            "field/form_section.html", page=page, listed=questions, visit=SimpleNamespace(visit_id=NO_VISIT)
        )
        rendered[page.key] = Markup(BETWEEN.sub("\n", html))  # noqa: S704 - a template made it
    return rendered


def _blank(package: Any, package_hash: str, question: QuestionView, language: str) -> ShownQuestion:
    own = field_id(question.path)
    names = choice_layout.attached_names(package)
    row = fact_row(package, question.path.replace("[]", ""))

    def address(name: str) -> str:
        return url_for("field.attached", package_hash=package_hash, name=name) if name in names else ""

    return ShownQuestion(
        question=question if _is_whole(question) else without_choices(question),
        id=own,
        kind=_note_kind(package, question) if question.type == "note" else "question",
        label=question.label.removeprefix(WARNING_SIGN).strip(),
        error="",
        echo="",
        choices=question.choices if _is_whole(question) else [],
        stale=frozenset(),
        layout=choice_layout.layout_of(question, address),
        described_by=f"{own}-h" if question.hint else "",
        from_attendance=question.readonly and str(row.get("means", "")).startswith("attendance"),
        source="assignment" if row.get("preload") else "form",
        label_media=choice_layout.label_media(
            _definition(package, question).get("media") or {},
            lambda text_id: in_language(fact_texts(package, text_id), language),
            address,
        ),
    )


def _definition(package: Any, question: QuestionView) -> Any:
    plain = question.path.replace("[]", "")
    return next(one for one in package["defs"] if one["path"] == plain)


def _is_whole(question: QuestionView) -> bool:
    """Whether the choices stand in the blank page: an order has a list for each, the head of a table only shows them."""
    return question.type == "rank" or question.template == "labels"


def _note_kind(package: Any, question: QuestionView) -> str:
    """As for a page that is open."""
    return note_kind(package, question, always="relevant" not in _definition(package, question))


def _packed(text: str) -> Response:
    """A page in gzip where the browser takes it: with or without a proxy before the server it is as small as it can be."""
    response = make_response(text)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(text.encode(), 9, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response
