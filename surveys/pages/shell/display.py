"""How pages write a day, a moment, a code: filters for the templates. Touches reference lists; no query.

Moments are stored in UTC and shown in Asia/Shanghai. Chinese dates stand without blanks (7月31日), as official papers set them.
One page has one clock: in a campaign with a clock of its own (`as_of`) what is done by the real clock stands at the campaign's time.
"""

from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context

from surveys.database import CHINA
from surveys.fieldwork.visits.visits import short_reference
from surveys.planning.words.reference_lists import rows
from surveys.planning.words.visit_words import spoken


def _english() -> bool:
    return str(get_locale() or "zh").startswith("en")


def day(value: date | None) -> str:
    """7月31日 · 31 July 2023"""
    if value is None:
        return "—"
    return f"{value.day} {value:%B %Y}" if _english() else f"{value.month}月{value.day}日"


def full_day(value: date | None) -> str:
    """2023年7月31日 · 31 July 2023"""
    if value is None:
        return "—"
    return f"{value.day} {value:%B %Y}" if _english() else f"{value.year}年{value.month}月{value.day}日"


def short_day(value: date | None) -> str:
    """07-31, for tables."""
    return f"{value:%m-%d}" if value else "—"


def moment(value: datetime | None) -> str:
    """7月12日16:31 · 12 July 16:31"""
    if value is None:
        return "—"
    there = value.astimezone(CHINA)
    return f"{there.day} {there:%B} {there:%H:%M}" if _english() else f"{there.month}月{there.day}日{there:%H:%M}"


def short_moment(value: datetime | None) -> str:
    """07-12 16:31, for tables."""
    return f"{value.astimezone(CHINA):%m-%d %H:%M}" if value else "—"


@pass_context
def moment_here(context: Context, value: datetime | None) -> str:
    """`moment` by the clock of the page's campaign."""
    return moment(by_clock_of(context.get("campaign"), value))


@pass_context
def short_moment_here(context: Context, value: datetime | None) -> str:
    """`short_moment` by the clock of the page's campaign."""
    return short_moment(by_clock_of(context.get("campaign"), value))


def by_clock_of(campaign: Any, value: datetime | None) -> datetime | None:
    """No later than the campaign's own clock, where it has one: nothing happens after its present."""
    as_of = getattr(campaign, "as_of", None)
    return min(value, as_of) if value is not None and as_of is not None else value


def name_of(code: str | None, list_name: str) -> str:
    """The name of a code of a reference list, in the language of the page; the code itself when it is not listed."""
    if not code:
        return "—"
    for row in rows(list_name):
        if row["code"] == code:
            return row["name_en"] if _english() and row.get("name_en") else row["name"]
    return code


def size_name(code: str | None) -> str:
    return name_of(code, "size_classes")


def level_name(code: str) -> str:
    """全国、省级、市级、区级、镇级, as tables of deputies name them."""
    return {
        "national": _("National deputies"),
        "provincial": _("Provincial deputies"),
        "municipal": _("City deputies"),
        "district": _("District deputies"),
        "township": _("Town deputies"),
    }[code]


def state_name(state: str) -> str:
    """The state of a visit as a desk calls it."""
    return {
        "open": _("Not visited"),
        "draft": _("Draft"),
        "submitted": _("To be reviewed"),
        "returned": _("Returned for more"),
        "accepted": _("Accepted"),
        "void": _("Void"),
    }[state]


def publication_name(publication: str) -> str:
    return {"open": _("With the name"), "anonymous": _("Without the name"), "closed": _("Internal only")}[publication]


def tier_name(tier: str | None) -> str:
    """Which level has to solve a matter (事权层级)."""
    names = {
        "national": _("National level"),
        "provincial": _("Provincial level"),
        "municipal": _("City level"),
        "district": _("District level"),
        "township": _("Town level"),
    }
    return names.get(tier or "", tier or "—")


def source_name(source: str) -> str:
    return {"visit": _("Visit"), "event": _("Event"), "letter": _("Letter")}[source]


def outcome_name(outcome: str) -> str:
    return {
        "visited": _("Visited"),
        "refused": _("Refused to take part"),
        "not_found": _("Nobody could be reached"),
        "closed": _("Closed down or moved away"),
        "other": _("Not visited for another reason"),
    }[outcome]


def verdict_name(verdict: str) -> str:
    return {"accept": _("Accepted"), "return": _("Returned for more"), "reopen": _("Reopened")}[verdict]


def flag_words(flag: Any) -> str:
    """Why a person should look (review.Flag)."""
    words = {
        "fork": _("Another phone handed in a version of its own: compare both."),
        "unknown_base": _("It was written on a version that is not here."),
        "late": _("It came in after the deadline."),
        "locked": _("It came in after the unit's report was submitted; it does not count yet."),
        "extra": _("It is beyond the quota."),
        "reassigned": _("The visit was given to another group meanwhile."),
        "replaced": _("The subject was replaced meanwhile."),
        "void": _("The visit was voided."),
        "withdrawn": _("It was filled in on a withdrawn questionnaire."),
        "clock": _("The phone's clock is off; times in it may be wrong."),
        "differs": _("The server reckons some answers differently."),
        "unjudged": _("It could not be checked against the questionnaire yet."),
        "bad_part": _("A photo or recording in it cannot be used."),
        "spelling": _("It was spelled by another program; the answers are the same."),
        "personal_number": _("It looks like an ID or bank card number; it can be returned to be taken out."),
        "difference": _("The phone and the server reckon this answer differently."),
    }
    problems = {
        "required": _("It is required and was left empty."),
        "choice": _("The answer is none of the choices offered."),
        "type": _("The answer is not of the kind asked for."),
        "constraint": _("The answer breaks the form's own rule."),
    }
    if flag.kind == "problem":
        return problems.get(flag.detail or "", _("The answer breaks the form's own rule."))
    return str(words.get(flag.kind, flag.kind))


def register(app: Flask) -> None:
    """Make the filters known to the templates."""
    for function in (
        day,
        full_day,
        short_day,
        short_reference,
        name_of,
        size_name,
        level_name,
        state_name,
        publication_name,
        tier_name,
        source_name,
        outcome_name,
        verdict_name,
        flag_words,
        spoken,
    ):
        app.add_template_filter(function)
    app.add_template_filter(moment_here, "moment")
    app.add_template_filter(short_moment_here, "short_moment")
