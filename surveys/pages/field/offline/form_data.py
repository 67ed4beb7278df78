"""What the offline form is given of one visit, as plain data: the assignment, what is known beforehand, drafts, remarks, the head.

The package goes beside it, cut to one language and to what a phone needs of the sheet: a first visit page has 60 KB.
"""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from surveys.fieldwork.filling import uploads
from surveys.fieldwork.filling.drafts import drafts_to_choose, told
from surveys.fieldwork.filling.fillings import Filling
from surveys.fieldwork.filling.prefilled_answers import facts_for, of_holder
from surveys.fieldwork.filling.replies import read_replies
from surveys.fieldwork.filling.tasks import tasks_of
from surveys.fieldwork.receiving.contents import read_parts
from surveys.fieldwork.receiving.packages import is_withdrawn
from surveys.fieldwork.visits.locks import locked_since
from surveys.pages.field.frame import office_of
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.list_files import first_part

PHONE_FACTS = ("path", "means", "preload", "start")
GATHERED = frozenset(("path", "kids"))
TEXTS = frozenset(("label", "hint", "guidance", "cmsg", "rmsg"))


def visit_data(opened: Filling) -> dict[str, Any]:
    """The visit as the phone keeps it in `visits`, with what the server says of it now."""
    task = next(iter(tasks_of(opened.holder, visit_id=opened.visit_id)))
    version = version_in_force(opened.campaign.id)
    head = opened.head if opened.visit.head else None
    drafts = drafts_to_choose(opened.visit_id, opened.visit.head, opened.holder)
    return {
        "visit": opened.visit_id,
        "assignment": task.as_assignment(),
        "questionnaire": opened.package_hash,
        "in_force": version.hash_for(opened.campaign.setting("media")) if version else None,
        "withdrawn": bool(opened.package_hash) and is_withdrawn(opened.campaign.id, str(opened.package_hash)),
        "late": opened.deadline < opened.campaign.today(),
        "locked": locked_since(opened.campaign.id, opened.unit.code) is not None,
        "editable": opened.is_open_for_answers,
        "as_of": opened.clock() if opened.campaign.as_of else None,
        "office": office_of(opened.unit, opened.campaign.office),
        "organizer": opened.campaign.office,
        "liaison": opened.group.liaison_phone,
        "given": _given(opened),
        "media": uploads.taken(opened.campaign),
        "members": [
            {"id": deputy.id, "name": deputy.name, "levels": sorted(deputy.level_codes())} for deputy in opened.members
        ],
        "present": [deputy.id for deputy in opened.present],
        "self": opened.holder.deputy_id,
        "comments": [
            {"path": remark.path, "text": remark.text, "at": told(remark.made_at)}
            for remark in sorted(opened.remarks(), key=lambda one: one.path is None)
        ],
        "returned_at": told(opened.decided_at) if opened.state == "returned" and opened.decided_at else None,
        "head": {"content": opened.visit.head, "questionnaire": head["questionnaire"], **_answers(head)}
        if head
        else None,
        "drafts": [draft for draft in map(_draft(opened), drafts) if draft],
    }


def phone_package(package: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The package as a form page carries it: the texts of one language, less those that stand in its questions already
    (the script reads them there), and of the sheet what a phone uses."""
    package = first_part(package)
    codes = [one["code"] for one in package["languages"]]
    family = language.partition("-")[0]
    own = next((code for code in codes if code.partition("-")[0] == family), codes[0])
    texts = {**package["itext"].get(codes[0], {}), **package["itext"].get(own, {})}
    shown = _in_the_page(package)
    rows = [
        {key: row[key] for key in PHONE_FACTS if row.get(key)}
        for row in package["facts"]["rows"]
        if row.get("means") == "outcome" or row.get("preload") or row.get("start")
    ]
    kept = {key: text for key, text in texts.items() if key not in shown or not isinstance(text, str)}
    sec = package["sec"] if '["child","code"' in _compact(package["defs"]) else _without_codes(package, rows)
    small = {
        **package,
        "languages": [one for one in package["languages"] if one["code"] == own],
        "itext": {own: kept},
        "messages": {key: package["messages"][key] for key in ("zh" if family == "zh" else "en",)},
        "facts": {"rows": rows},
        "sec": {name: _columns(listed, texts) for name, listed in sec.items()},
    }
    return _numbered(_without_derived(small), own)


def _numbered(package: dict[str, Any], language: str) -> dict[str, Any]:
    """The texts of questions and rules under short numbers, the same words once, where no rule names a text itself. The labels of a
    file's list stand under themselves: such a number is none of them."""
    mark = "~" if package.get("parts") else ""
    rules = _compact(package["defs"])
    used = {one[key] for one in package["defs"] for key in TEXTS if key in one}
    numbers: dict[str, str] = {}
    short: dict[str, Any] = {}
    by_words: dict[str, str] = {}
    for key, text in package["itext"][language].items():
        is_named = f'["s",{_compact(key)}]' in rules
        if not is_named and key not in used:
            continue
        number = key if is_named else by_words.get(_compact(text), mark + str(len(short)))
        numbers[key] = by_words[_compact(text)] = number
        short[number] = text

    def renamed(entry: Mapping[str, Any]) -> dict[str, Any]:
        return {name: numbers.get(value, value) if name in TEXTS else value for name, value in entry.items()}

    return {**package, "defs": [renamed(one) for one in package["defs"]], "itext": {language: short}}


def _columns(listed: list[dict[str, Any]], texts: Mapping[str, Any]) -> dict[str, list[Any]]:
    """A list by columns, null where a row has nothing, with the labels themselves in place of their ids: the script gives them ids."""
    return {
        key: [texts.get(row.get(key, "")) if key == "label" else row.get(key) for row in listed]
        for row in listed
        for key in row
    }


def _without_derived(package: dict[str, Any]) -> dict[str, Any]:
    """Without what the phone puts together itself: a path is that of the group above and the name, and what stands in a group are
    those that name it as their group, in their order."""
    defs = package["defs"]
    kids: dict[int, list[int]] = {}
    for number, one in enumerate(defs[1:], 1):
        if one["path"] != f"{defs[one['par']]['path']}/{one['name']}":
            return package
        kids.setdefault(one["par"], []).append(number)
    away = {"path"} if any(one.get("kids", []) != kids.get(number, []) for number, one in enumerate(defs)) else GATHERED
    return {**package, "defs": [{key: value for key, value in one.items() if key not in away} for one in defs]}


def _in_the_page(package: Mapping[str, Any]) -> set[str]:
    """The ids of labels, hints and explanations that the page's questions show."""
    found = set()
    for definition in package["defs"]:
        if "control" in definition and definition["kind"] == "field":
            keys = ("hint", "guidance") if definition["type"] == "note" else ("label", "hint", "guidance")
            found |= {definition[key] for key in keys if definition.get(key)}
    return found


def _without_codes(package: Mapping[str, Any], rows: list[dict[str, str]]) -> dict[str, Any]:
    """The lists without the codes that only the sheet's facts need, where the phone works none of these out."""
    paths = {row["path"] for row in rows}
    needed = {
        (definition.get("items") or {}).get("list") for definition in package["defs"] if definition["path"] in paths
    }
    return {
        name: listed if name in needed else [{key: row[key] for key in row if key != "code"} for row in listed]
        for name, listed in package["sec"].items()
    }


def embedded(value: Any) -> Markup:
    """A value as the text of a `<script type="application/json">`, as short as it can be."""
    text = _compact(value)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no tag can begin in it


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _given(opened: Filling) -> dict[str, str]:
    """What the assignment fills in; what the attendance gives is worked out on the phone, from who was chosen."""
    if opened.package is None:
        return {}
    assignment, _ = facts_for(opened.visit_id)
    return facts.preload(opened.package, assignment=assignment, attendance=None, holder=of_holder(opened.holder))


def _draft(opened: Filling) -> Any:
    def shown(mirror: Any) -> dict[str, Any] | None:
        try:
            value = json.loads(mirror.text)
            answers = value["answers"]
        except (ValueError, TypeError, KeyError):
            return None
        if not isinstance(answers, dict):
            return None
        return {
            "own": mirror.device == opened.holder.id,
            "by": mirror.by,
            "at": told(mirror.at),
            "mark": mirror.mark,
            "changed": value.get("changed"),
            "questionnaire": value.get("questionnaire"),
            "base": value.get("base"),
            "clock": value.get("clock"),
            "page": value.get("page"),
            "replies": read_replies(value.get("replies")),
            **({"after": value["after"]} if value.get("after") else {}),
            **({"kind": "older"} if value.get("base") != opened.visit.head else {}),
            **_answers(value),
        }

    return shown


def _answers(value: Mapping[str, Any]) -> dict[str, Any]:
    parts = read_parts(value.get("parts"))
    named = {"parts": parts} if parts else {}
    return {"answers": value["answers"], "repeats": value.get("repeats") or {}, **named}
