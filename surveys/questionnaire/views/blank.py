"""Every page a questionnaire can have, with every question and no answer: what a phone keeps to fill it in without a signal. Pure.

An instance of a repeat has no number yet: its paths and keys have `[]` where the number will stand (`/r_problem[]/p_text`).
Choices are left out, the script fills them in from the package; answers inside a text are left out until there are some.
"""

from dataclasses import dataclass, replace

from surveys.questionnaire.facts.facts import fact_row, texts
from surveys.questionnaire.shapes.package_shape import Definition, Package, TextKey, list_of
from surveys.questionnaire.views.definition import (
    Choice,
    QuestionView,
    _measured_in,
    in_language,
    is_filtered,
    max_length,
    template_of,
)
from surveys.questionnaire.views.page_order import pages


@dataclass(frozen=True, slots=True)
class BlankPage:
    """A page without answers. `path` is the group or repeat it shows; empty for loose questions."""

    key: str
    path: str
    kind: str
    title: str
    questions: list[QuestionView]


def blank_pages(package: Package, language: str) -> list[BlankPage]:
    """The pages in order: each group once, each repeat once, an open repeat's list before it."""
    blanks = []
    for page in pages(package):
        path = numbered(package, page.path)
        key = path[1:] if page.path else page.key
        if page.kind == "list":
            key = key.removesuffix("[]")
        title = in_language(page.title, language) or str(package.get("title", ""))
        questions = [blank_question(package, number, language, page.path) for number in page.questions]
        blanks.append(BlankPage(key, path, page.kind, title, questions))
    return blanks


def numbered(package: Package, path: str) -> str:
    """The path with `[]` behind each repeat in it."""
    repeats = {definition["path"] for definition in package["defs"] if definition["kind"] == "repeat"}
    out, plain = "", ""
    for part in path.split("/")[1:]:
        plain += f"/{part}"
        out += f"/{part}" + ("[]" if plain in repeats else "")
    return out


def blank_question(package: Package, number: int, language: str, page_path: str = "") -> QuestionView:
    """A question that nobody was asked yet, open and without an answer."""
    definition = package["defs"][number]
    row = fact_row(package, definition["path"])
    kind = definition.get("type", "")
    parent = package["defs"][definition["par"]] if definition["par"] else None
    inner = parent is not None and parent["kind"] == "group" and parent["path"] not in ("", page_path)
    return QuestionView(
        path=numbered(package, definition["path"]),
        name=definition["name"],
        type=kind,
        label=_text(package, definition, "label", language) or definition["name"],
        hint=_text(package, definition, "hint", language),
        appearance=definition.get("appearance", ""),
        required=definition.get("required") is True,
        readonly=definition.get("readonly") is True and kind != "note",
        relevant=True,
        value="",
        raw="",
        problem=None,
        message="",
        choices=_choices(package, definition, language),
        measured_in=_measured_in(kind, row),
        parameters=dict(definition.get("params", {})),
        guidance=_text(package, definition, "guidance", language),
        max_length=max_length(definition),
        privacy=row.get("privacy") or "L1",
        template=template_of(package, definition),
        group=_text(package, parent, "label", language) if parent is not None and inner else "",
        filtered=is_filtered(definition),
    )


def without_choices(question: QuestionView) -> QuestionView:
    """As it stands before the script has put its choices in: out of sight when it has any to come."""
    return replace(question, choices=[], relevant=not question.type.startswith("select_"))


def _text(package: Package, definition: Definition, key: TextKey, language: str) -> str:
    text_id = definition.get(key, "")
    return in_language(texts(package, text_id), language) if text_id else ""


def _choices(package: Package, definition: Definition, language: str) -> list[Choice]:
    return [
        Choice(
            row["name"],
            in_language(texts(package, row.get("label", "")), language) or row["name"],
            None,
            *(in_language(texts(package, row.get(kind, "")), language) for kind in ("image", "audio")),
        )
        for row in package["sec"].get(list_of(definition), ())
        if row.get("name")
    ]
