"""Moves a draft whose questionnaire was withdrawn to the version in force, with its answers (换用新问卷).

Which question is the same: that of the same stable id, else of the same path; and of the same type. What the visit itself gives
or the form works out is not taken along but made anew. What finds no place is kept with the draft as people read it.
Touches packages and fillings.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from surveys.fieldwork.filling.drafts import LeftAnswer, save_draft
from surveys.fieldwork.filling.fillings import Filling
from surveys.fieldwork.filling.prefilled_answers import preload_for
from surveys.fieldwork.receiving.packages import is_withdrawn, package_of
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.questionnaire.facts import facts
from surveys.questionnaire.shapes.package_shape import Package, list_of
from surveys.questionnaire.state.evaluation import FormState, Node
from surveys.questionnaire.views.definition import shown

_NUMBER = re.compile(r"\[[0-9]+\]")


@dataclass(frozen=True)
class Successor:
    """The questionnaire that took the place of a filling's own."""

    filling: Filling
    package_hash: str
    package: Package

    @cached_property
    def preloads(self) -> tuple[dict[str, str], dict[str, str]]:
        """What the visit itself gives, in the earlier form and in this one."""
        earlier = self.filling.package
        visit_id, sender = self.filling.visit_id, self.filling.sender
        assert earlier is not None  # `successor` gives none of a filling without a form
        return preload_for(visit_id, earlier, sender), preload_for(visit_id, self.package, sender)

    @cached_property
    def migration(self) -> "Migration":
        assert self.filling.form is not None
        return carry(self.filling.form, self.package, self.preloads[1])

    @property
    def untouched(self) -> bool:
        """Whether nobody has answered anything yet: then nothing is lost by beginning anew."""
        return self.filling.form is not None and not own_answers(self.filling.form, self.preloads[0])


@dataclass(frozen=True, slots=True)
class Migration:
    """The new form with what it took over, how many answers that is, and what had no place in it."""

    form: FormState
    number: int
    left: tuple[LeftAnswer, ...]


def successor(filling: Filling) -> Successor | None:
    """The version in force, where the filling is on one that was taken back; None where it need not or cannot move."""
    version = version_in_force(filling.campaign.id, filling.visit.kind)
    if filling.draft is None or version is None or not filling.is_open_for_answers:
        return None
    newer = version.hash_for(filling.campaign.setting("media"))
    if newer == filling.draft.questionnaire or not is_withdrawn(filling.campaign.id, filling.draft.questionnaire):
        return None
    package = package_of(newer)
    return Successor(filling, newer, package) if package is not None and filling.form is not None else None


def go_over(to: Successor) -> None:
    """Put the draft on the newer questionnaire, with what it can take over. Keeps what could not be taken beside it."""
    draft, migration = to.filling.draft, to.migration
    assert draft is not None
    renewed = replace(
        draft,
        questionnaire=to.package_hash,
        answers=migration.form.raw(),
        repeats=migration.form.repeats,
        clock=migration.form.now,
        page=None,
        removed=None,
        left=(*draft.left, *migration.left),
    )
    save_draft(to.filling.visit_id, to.filling.sender, renewed, at=to.filling.campaign.now())


def own_answers(form: FormState, preload: Mapping[str, str]) -> list[Node]:
    """What a person has answered, as far as it is not what the form began with."""
    first_answers = facts.begin(form.package, preload, now=form.now, language=form.language).raw()
    return [node for node in _answers(form) if node.raw != first_answers.get(node.path)]


def carry(earlier: FormState, package: Package, preload: Mapping[str, str] | None = None) -> Migration:
    """The answers of a form put into another package; `preload` is what the visit itself gives there."""
    first_state = facts.begin(package, preload, now=earlier.now, language=earlier.language)
    places = _places(earlier.package, package)
    node_by_path = {path: node for node in _answers(earlier) if (path := _place(node.path, places))}
    answers = {path: node.raw for path, node in node_by_path.items()}
    repeats = first_state.repeats | {
        path: number for path, number in earlier.repeats.items() if path in first_state.repeats
    }
    form = FormState(
        package, {**first_state.raw(), **answers}, repeats, now=earlier.now, language=earlier.language, new=False
    )
    lost_words = {path: _not_offered(form, path, text) for path, text in answers.items()}
    for path, words in lost_words.items():
        if words and path in form.by_path:
            form.set(path, " ".join(word for word in answers[path].split() if word not in words))
    paths = [path for path in answers if path in form.by_path and form.by_path[path].raw]
    left_answers = [
        _left(earlier, node, lost_words.get(path) if path else None)
        for node, path in _fates(earlier, node_by_path, lost_words, form)
    ]
    return Migration(form, len(paths), tuple(left_answers))


def _fates(
    earlier: FormState, node_by_path: Mapping[str, Node], lost_words: Mapping[str, list[str]], form: FormState
) -> Iterator[tuple[Node, str | None]]:
    """The answers that did not arrive whole, in the order of the earlier form; the path where a part of them arrived."""
    to = {node.path: path for path, node in node_by_path.items()}
    for node in _answers(earlier):
        path = to.get(node.path)
        if path is None or path not in form.by_path:
            yield node, None
        elif lost_words[path]:
            yield node, path


def _left(earlier: FormState, node: Node, words: list[str] | None) -> LeftAnswer:
    text = shown(earlier, node)
    if words:
        text = "、".join(earlier.label_of_choice(node, word) or word for word in words)
    numbers = "".join(_NUMBER.findall(node.path))
    return LeftAnswer(earlier.text_of(node, "label") or node.name, text, numbers)


def _answers(form: FormState) -> Iterator[Node]:
    """The answers of people, in document order: nothing worked out, preloaded or given by the visit itself."""
    rows = {row["path"] for row in form.package["facts"]["rows"] if row.get("preload") and not facts.is_offered(row)}
    for node in form.by_path.values():
        definition = form.package["defs"][node.index]
        is_made = "calculate" in definition or "preload" in definition or definition.get("type") in ("hidden", "note")
        if node.plan.is_field and node.raw != "" and not is_made and facts.plain_path(node.path) not in rows:
            yield node


def _places(earlier: Package, later: Package) -> dict[str, str]:
    """Path of a question → its path in the later package, where it is still the same question. Paths without instances."""
    old, new = _fields(earlier), _fields(later)
    by_id = {one: path for path, one in _stable_ids(later).items()}
    ids = _stable_ids(earlier)
    later_paths = set(by_id.values())
    places = {}
    for path, kind in old.items():
        to = by_id.get(ids.get(path, ""))
        if to is None and path in new and not (path in ids and path in later_paths):
            to = path  # the same place, unless another stable id says that it is another question
        if to is not None and new.get(to) == kind and _repeats_above(earlier, path) == _repeats_above(later, to):
            places[path] = to
    return places


def _fields(package: Package) -> dict[str, str]:
    return {one["path"]: one.get("type", "") for one in package["defs"] if one["kind"] == "field"}


def _stable_ids(package: Package) -> dict[str, str]:
    rows = [row for row in package["facts"]["rows"] if row.get("stable_id") and row.get("path")]
    often = Counter(row["stable_id"] for row in rows)
    return {row["path"]: row["stable_id"] for row in rows if often[row["stable_id"]] == 1}


def _repeats_above(package: Package, path: str) -> int:
    """In how many repeats a question stands: an answer of each entry needs an entry to go to."""
    return sum(one["kind"] == "repeat" and path.startswith(one["path"] + "/") for one in package["defs"])


def _place(path: str, places: Mapping[str, str]) -> str | None:
    """Where an answer goes, in the same instances."""
    plain = facts.plain_path(path)
    to = places.get(plain)
    if to is None or to == plain:
        return path if to else None
    numbers, parts = _NUMBER.findall(path), to.split("/")
    if not numbers:
        return to
    # The numbers stand where the later path has its repeats: the group names in between may differ.
    return _numbered(parts, numbers, path.split("/"))


def _numbered(parts: list[str], numbers: list[str], earlier: list[str]) -> str | None:
    """The later path with the instances of the earlier one; None where the repeats themselves have other names."""
    names = {facts.plain_path(part): part for part in earlier if _NUMBER.search(part)}
    if sum(part in names for part in parts) != len(numbers):
        return None
    return "/".join(names.get(part, part) for part in parts)


def _not_offered(form: FormState, path: str, text: str) -> list[str]:
    """The chosen words that the later list does not have at all."""
    node = form.by_path.get(path)
    if node is None or not node.plan.select:
        return []
    list_name = list_of(form.package["defs"][node.index])
    if not list_name:
        return []
    names = {row["name"] for row in form.program.lists[list_name]}
    return [word for word in text.split() if word not in names]
