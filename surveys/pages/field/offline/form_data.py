"""The data of one visit that the offline form carries: assignment, known answers, drafts, remarks, newest version.

The package goes beside it, cut to one language and to what a phone needs of the sheet: a first visit page has 60 KB.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, NotRequired, TypedDict, cast

from markupsafe import Markup

from surveys.fieldwork.filling import uploads
from surveys.fieldwork.filling.drafts import Mirror, MirrorText, drafts_to_choose, phone_time
from surveys.fieldwork.filling.fillings import Filling
from surveys.fieldwork.filling.prefilled_answers import facts_for, of_sender, register_of
from surveys.fieldwork.filling.replies import read_replies
from surveys.fieldwork.filling.tasks import tasks_of
from surveys.fieldwork.receiving.contents import read_parts
from surveys.fieldwork.receiving.packages import is_withdrawn
from surveys.fieldwork.visits.locks import locked_since
from surveys.pages.field.card import card_of
from surveys.pages.field.frame import office_of
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.list_files import first_part
from surveys.questionnaire.shapes.content_shape import PartEntry, VisitContent
from surveys.questionnaire.shapes.package_shape import (
    Definition,
    FactRow,
    Package,
    PhoneDefinition,
    PhonePackage,
    Row,
    TextKey,
    Words,
    list_of,
)

PHONE_FACTS = ("path", "means", "preload", "start")
GATHERED_FIELDS = frozenset(("path", "kids"))
TEXTS: tuple[TextKey, ...] = ("label", "hint", "guidance", "cmsg", "rmsg")


class Answers(TypedDict):
    """The answers of a version or a draft."""

    answers: dict[str, str]
    repeats: dict[str, int]
    parts: NotRequired[list[PartEntry]]


def visit_data(filling: Filling) -> dict[str, Any]:
    """The visit as the phone keeps it in `visits`, with what the server says of it now."""
    task = next(iter(tasks_of(filling.sender, visit_id=filling.visit_id)))
    version = version_in_force(filling.campaign.id, filling.visit.kind)
    head = filling.head if filling.visit.head else None
    card = card_of(filling)
    drafts = drafts_to_choose(filling.visit_id, filling.visit.head, filling.sender)
    return {
        "visit": filling.visit_id,
        "assignment": task.as_assignment(),
        "questionnaire": filling.package_hash,
        "in_force": version.hash_for(filling.campaign.setting("media")) if version else None,
        "withdrawn": bool(filling.package_hash) and is_withdrawn(filling.campaign.id, str(filling.package_hash)),
        "late": filling.deadline < filling.campaign.today(),
        "locked": locked_since(filling.campaign.id, filling.unit.code) is not None,
        "editable": filling.is_open_for_answers,
        "as_of": filling.clock() if filling.campaign.as_of else None,
        "office": office_of(filling.unit, filling.campaign.office),
        "organizer": filling.campaign.office,
        "liaison": filling.group.liaison_phone if filling.group else None,
        "card": {"lines": card.lines, "liaison": card.liaison},
        "given": _facts_of_assignment(filling),
        "media": uploads.kinds_taken(filling.campaign),
        "members": [
            {"id": deputy.id, "name": deputy.name, "levels": sorted(deputy.level_codes())} for deputy in filling.members
        ],
        "present": [deputy.id for deputy in filling.present],
        "self": filling.sender.deputy_id,
        "comments": [
            {"path": remark.path, "text": remark.text, "at": phone_time(remark.made_at)}
            for remark in sorted(filling.remarks(), key=lambda one: one.path is None)
        ],
        "returned_at": phone_time(filling.decided_at) if filling.state == "returned" and filling.decided_at else None,
        "head": {"content": filling.visit.head, "questionnaire": head["questionnaire"], **_answers(head)}
        if head
        else None,
        "drafts": [draft for draft in map(_draft(filling), drafts) if draft],
    }


def phone_package(package: Package, language: str) -> PhonePackage:
    """The package as a form page carries it: the texts of one language, less those that stand in its questions already
    (the script reads them there), and of the sheet what a phone uses."""
    package = first_part(package)
    codes = [one["code"] for one in package["languages"]]
    family = language.partition("-")[0]
    own = next((code for code in codes if code.partition("-")[0] == family), codes[0])
    texts = {**package["itext"].get(codes[0], {}), **package["itext"].get(own, {})}
    ids_in_page = _in_the_page(package)
    rows = [
        {key: row[key] for key in PHONE_FACTS if row.get(key)}
        for row in package["facts"]["rows"]
        if row.get("means") == "outcome" or row.get("preload") or row.get("start")
    ]
    plain_texts = {key: text for key, text in texts.items() if key not in ids_in_page or not isinstance(text, str)}
    sec = package["sec"] if '["child","code"' in _compact(package["defs"]) else _without_codes(package, rows)
    numbers, short = _numbered(package, plain_texts)
    small = {
        **package,
        "languages": [one for one in package["languages"] if one["code"] == own],
        "itext": {own: short},
        "messages": {key: package["messages"][key] for key in ("zh" if family == "zh" else "en",)},
        "facts": {"rows": rows},
        "sec": {name: _columns(rows_of_list, texts) for name, rows_of_list in sec.items()},
        "defs": _phone_defs(package["defs"], numbers),
    }
    return cast("PhonePackage", small)


def _numbered(package: Package, texts: Mapping[str, Words]) -> tuple[dict[str, str], dict[str, Words]]:
    """The texts of questions and rules under short numbers, the same words once, where no rule names a text itself: id → number, and
    number → text. The labels of a file's list stand under themselves: such a number is none of them."""
    mark = "~" if package.get("parts") else ""
    rules = _compact(package["defs"])
    text_ids = {text_id for one in package["defs"] for key in TEXTS if (text_id := one.get(key)) is not None}
    numbers: dict[str, str] = {}
    short: dict[str, Words] = {}
    by_words: dict[str, str] = {}
    for key, text in texts.items():
        is_named = f'["s",{_compact(key)}]' in rules
        if not is_named and key not in text_ids:
            continue
        number = key if is_named else by_words.get(_compact(text), mark + str(len(short)))
        numbers[key] = by_words[_compact(text)] = number
        short[number] = text
    return numbers, short


def _columns(rows: list[Row], texts: Mapping[str, Words]) -> dict[str, list[Any]]:
    """A list by columns, null where a row has nothing, with the labels themselves in place of their ids: the script gives them ids."""
    return {
        key: [texts.get(row.get(key, "")) if key == "label" else row.get(key) for row in rows]
        for row in rows
        for key in row
    }


def _phone_defs(defs: list[Definition], numbers: Mapping[str, str]) -> list[PhoneDefinition]:
    """The definitions with the numbers of their texts, without what the phone puts together itself."""
    away = _derived(defs)

    def renamed(definition: Definition) -> PhoneDefinition:
        rest = {key: value for key, value in definition.items() if key not in away}
        ids = {key: numbers.get(str(rest[key]), rest[key]) for key in TEXTS if key in rest}
        return cast("PhoneDefinition", rest | ids)

    return [renamed(one) for one in defs]


def _derived(defs: list[Definition]) -> Collection[str]:
    """The keys that follow from others: a path is that of the group above and the name, and what stands in a group are those that
    name it as their group, in their order."""
    kids: dict[int, list[int]] = {}
    for number, one in enumerate(defs[1:], 1):
        if one["path"] != f"{defs[one['par']]['path']}/{one['name']}":
            return ()
        kids.setdefault(one["par"], []).append(number)
    differs = any(one.get("kids", []) != kids.get(number, []) for number, one in enumerate(defs))
    return ("path",) if differs else GATHERED_FIELDS


def _in_the_page(package: Package) -> set[str]:
    """The ids of labels, hints and explanations that the page's questions show."""
    aloud = {row["path"] for row in package["facts"]["rows"] if row.get("means") == "notice"}  # aloud, at the start
    text_ids = {one["label"] for one in package["defs"] if one["path"] in aloud and "label" in one}
    for definition in package["defs"]:
        if "control" in definition and definition["kind"] == "field":
            keys = ("hint", "guidance") if definition.get("type") == "note" else ("label", "hint", "guidance")
            text_ids |= {text_id for key in keys if (text_id := definition.get(key))}
    return text_ids


def _without_codes(package: Package, rows: list[FactRow]) -> dict[str, list[Row]]:
    """The lists without the codes that only the sheet's facts need, where the phone works none of these out."""
    paths = {row["path"] for row in rows}
    list_names = {list_of(definition) for definition in package["defs"] if definition["path"] in paths}
    return {
        name: rows_of_list
        if name in list_names
        else [{key: row[key] for key in row if key != "code"} for row in rows_of_list]
        for name, rows_of_list in package["sec"].items()
    }


def embedded(value: Any) -> Markup:
    """A value as the text of a `<script type="application/json">`, as short as it can be."""
    text = _compact(value)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no tag can begin in it


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _facts_of_assignment(filling: Filling) -> dict[str, str]:
    """What the assignment fills in; what the attendance gives is worked out on the phone, from who was chosen."""
    if filling.package is None:
        return {}
    assignment, _ = facts_for(filling.visit_id)
    return facts.preload(
        filling.package,
        assignment=assignment,
        attendance=None,
        register=register_of(filling.visit_id),
        today=filling.campaign.today().isoformat(),
        holder=of_sender(filling.sender),
    )


def _draft(filling: Filling) -> Any:
    def as_json(mirror: Mirror) -> dict[str, Any] | None:
        try:
            value: MirrorText = json.loads(mirror.text)
            answers = value["answers"]
        except (ValueError, TypeError, KeyError):
            return None
        if not isinstance(answers, dict):
            return None
        return {
            "own": mirror.device == filling.sender.id,
            "by": mirror.by,
            "at": phone_time(mirror.at),
            "mark": mirror.mark,
            "changed": value.get("changed"),
            "questionnaire": value.get("questionnaire"),
            "base": value.get("base"),
            "clock": value.get("clock"),
            "page": value.get("page"),
            "replies": read_replies(value.get("replies")),
            **({"after": after} if (after := value.get("after")) else {}),
            **({"kind": "older"} if value.get("base") != filling.visit.head else {}),
            **_answers(value),
        }

    return as_json


def _answers(value: VisitContent | MirrorText) -> Answers:
    answers: Answers = {"answers": value["answers"], "repeats": value.get("repeats") or {}}
    if parts := read_parts(value.get("parts")):
        answers["parts"] = parts
    return answers
