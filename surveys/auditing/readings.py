"""看私密、导出: who read what is personal and who took what out, as entries of the audit trail. Touches the trail and the request.

A page that shows L2 (identity beside an opinion) or L3 (contact, photo, signature, position) says so with `reads` while it is made;
the entry is written when the page is done, each time it is shown. What is taken out is written every time.
"""

from typing import Any, NamedTuple

from flask import g

from surveys.audit import Actor, record
from surveys.database import writing


class Reading(NamedTuple):
    """One thing that a page shows: what of it (`visit`, `list`, `media` …), which thing, the highest level in it."""

    what: str
    target: tuple[str, str]
    level: str
    campaign_id: str | None
    unit_code: str | None
    reason: str = ""  # where one had to be said


def reads(
    what: str,
    target: tuple[str, Any],
    level: str,
    *,
    campaign_id: str | None,
    unit_code: str | None,
    reason: str = "",
) -> None:
    """The page that is being made shows this to the signed-in person."""
    reading = Reading(what, (target[0], str(target[1])), level, campaign_id, unit_code, reason)
    g.setdefault("readings", []).append(reading)


def keep_readings(actor: Actor) -> None:
    """Write what the page showed, a thing of it once."""
    shown = dict.fromkeys(g.pop("readings", []))
    if not shown:
        return
    with writing():
        for one in shown:
            record(
                actor,
                f"read.{one.what}",
                target=one.target,
                campaign_id=one.campaign_id,
                unit_code=one.unit_code,
                level=one.level,
                **({"reason": one.reason} if one.reason else {}),
            )


def keep_export(actor: Actor, page: str, *, campaign_id: str | None, unit_code: str | None, **facts: Any) -> None:
    """A file left the program: from which page, its name, kind and size, and the filters that were set."""
    with writing():
        record(actor, "export", target=("page", page), campaign_id=campaign_id, unit_code=unit_code, **facts)
