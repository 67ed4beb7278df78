"""The check before handing in: what is missing or wrong with the way to it, what to look at again, and every page with its count."""

import re
from dataclasses import dataclass
from typing import Any

from flask import render_template

from surveys.pages.field import texts
from surveys.pages.field.frame import buttons
from surveys.pages.field.questions.page_numbers import list_of, outermost_of, part_numbers
from surveys.pages.field.questions.questions import ShownQuestion, shown_page
from surveys.pages.field.visits.page_addresses import Walk
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import PageView, page_keys, page_view

OWN_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}(之[一二三四五六七八九十])?、|\d+(\.\d+)*[.、 ]")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to do before handing in, or to look at: where, and what. A warning that the form itself gives is its label."""

    key: str
    page: int
    id: str
    label: str
    error: str


@dataclass(frozen=True, slots=True)
class PageCount:
    """One page of the whole, with how much of it is answered."""

    number: int
    key: str
    title: str
    answered: int
    missing: int
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of the check; `gaps` stand against handing in."""

    gaps: list[Gap]
    warnings: list[Gap]
    pages: list[PageCount]


def check_form(walk: Walk, form: FormState) -> CheckResult:
    """Every open page looked at, with what is missing on it."""
    result = CheckResult([], [], [])
    keys = page_keys(form)
    for key in keys:
        view, listed = page_view(form, key), list_of(keys, key)
        number = part_numbers(form, outermost_of(keys, key))[0]
        if view.kind == "list":
            if listed is None:
                problems = sum(entry.problems for entry in view.entries)
                result.pages.append(PageCount(number, key, view.title, len(view.entries), problems, is_list=True))
            continue
        questions = shown_page(walk.filling, form, view, strict=True)
        wrong = [one for one in questions if one.has_error]
        result.gaps.extend(_gap(view, number, one, _gap_words(one)) for one in wrong)
        result.warnings.extend(
            _gap(view, number, one, texts.personal_number() if one.holds_number else "")
            for one in questions
            if one.holds_number or (one.kind == "warning" and one.question.relevant)
        )
        if listed is None:
            number_answered = sum(
                1 for one in questions if one.question.relevant and one.question.value and not one.has_error
            )
            result.pages.append(PageCount(number, key, view.title, number_answered, len(wrong)))
    return result


def _gap(view: PageView, number: int, one: ShownQuestion, words: str) -> Gap:
    return Gap(view.key, number, one.id, one.label, words)


def _gap_words(one: ShownQuestion) -> str:
    """What is missing, by what a person would do about it; what is wrong, in the form's words."""
    if one.question.problem != "required":
        return one.error
    return texts.not_answered(is_choice=one.question.type in ("select_one", "select_multiple", "rank"))


def show_check(walk: Walk, form: FormState, *, office: str) -> Any:
    """The check as a page."""
    result = check_form(walk, form)
    return render_template(
        "field/check.html",
        visit=walk.filling,
        gaps=result.gaps,
        warnings=result.warnings,
        counted=result.pages,
        numbered_by_itself=any(OWN_NUMBER.match(one.title) for one in result.pages),
        form=buttons(),
        office=office,
        trial=walk.trial,
        desk=walk.desk,
        page_address=lambda _visit, key, anchor="", **more: walk.page(key, anchor, **more),
    )
