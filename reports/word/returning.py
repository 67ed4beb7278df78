"""What a Word file that comes back makes of the draft (Word 稿取回): its blocks known again, and every change by name. Pure.

Known     by their bookmarks; those that lost them by what they say, as the versions of a child are (`succession`).
Untouched where the file still says what was sent the draft's own block stands, also where it was changed on the page since.
Sources   go along: a reworded paragraph keeps them, marked 已改写; a parted one gives them to every piece, a joined one has all.
Stays     what was not sent: other sections, and what was written on the page meanwhile.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from reports.faults import WordFault
from reports.merging.succession import successors
from reports.text import content as contents
from reports.text.report_shape import Block, ReportContent, Section, SourceEntry
from reports.text.tokens import Token, split
from reports.text.word_differences import Difference, differences
from reports.word import marks
from reports.word.faults import FileFaultKind
from reports.word.marks import BlockMark, Origin
from reports.word.reading import Line, Loss, TypedFigure, WordReport
from surveys.database import new_id

TEXTS = ("paragraph", "case", "heading", "blank")
MOST_COMPARED = 300  # paragraphs that carry no mark: likeness is work for each pair
LONGEST_COMPARED = 3000  # characters of a paragraph that is shown word by word
PARAGRAPH_END = "¶"  # where a paragraph was parted or two were joined
Place = tuple[str, str]  # section, block


class Change(NamedTuple):
    """One change. `kind`: changed, new, gone, moved, parted, joined, head, section, gone_meanwhile.

    `both`: the block was changed on the page as well since the file went out; the file's words are taken.
    """

    kind: str
    section: str
    before: str = ""
    after: str = ""
    both: bool = False

    @property
    def words(self) -> list[Difference]:
        """What differs, word by word; nothing where one is new or gone, or they are too long for it."""
        if not self.before or not self.after or max(len(self.before), len(self.after)) > LONGEST_COMPARED:
            return []
        return differences(self.before, self.after)


@dataclass(slots=True)
class Returned:
    """The draft as it would be, and what is different in it."""

    content: ReportContent
    changes: list[Change] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    typed: list[TypedFigure] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)  # titles of sections that the file does not have: they stay
    is_strange: bool = False  # not one paragraph of the file is known

    @property
    def by_section(self) -> list[tuple[str, list[Change]]]:
        """The changes under the titles of their sections, in the order of the draft as it would be."""
        order = [section["title"] for section in self.content["sections"]]
        groups: dict[str, list[Change]] = {}
        for change in self.changes:
            groups.setdefault(change.section, []).append(change)
        return sorted(groups.items(), key=lambda group: order.index(group[0]) if group[0] in order else -1)


@dataclass(slots=True)
class _Arrival:
    """A block of the file: where it stands now, and which blocks of the draft it holds."""

    section: str
    block: Block
    line: Line
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Passage:
    """A paragraph as `succession` compares it."""

    key: str
    block_id: str
    raw: str
    text: str


def check_origin(origin: Origin | None, report_id: str) -> None:
    """Raises WordFault for the file of another report, and for a volume."""
    if origin is None:
        return
    if origin.kind == "volume":
        raise WordFault(FileFaultKind.VOLUME)
    if origin.report != report_id:
        raise WordFault(FileFaultKind.OTHER_REPORT, title=origin.title)


def returned(report_id: str, draft: ReportContent, word: WordReport, figure: Callable[[str], str]) -> Returned:
    """The draft of a report with what the file says; `figure` gives what a token reads now."""
    return _Return(report_id, draft, word, figure).make()


class _Return:
    def __init__(self, report_id: str, draft: ReportContent, word: WordReport, figure: Callable[[str], str]) -> None:
        self.report_id = report_id
        self.draft, self.word, self.figure = draft, word, figure
        self.result = Returned({**draft, "sections": []}, losses=list(word.losses))
        self.known: dict[str, tuple[str, Block]] = {
            self._name(block["id"]): (section["key"], block) for section, block in contents.blocks_of(draft)
        }
        self.titles = {section["key"]: section["title"] for section in draft["sections"]}
        self.marks: dict[str, BlockMark] = {}
        self.table_marks: dict[str, BlockMark] = {}
        self.lost_controls = not any(_tokens(line.text) or line.typed for line in word.lines.values())
        self.used: set[str] = set()  # names of blocks that stand in the new draft
        self.ids: set[str] = {block["id"] for _, block in contents.blocks_of(draft)}

    def make(self) -> Returned:
        sections = self._sections()
        arrivals = [one for _, every in sections for one in every]
        self._match(arrivals)
        holders: dict[str, list[_Arrival]] = {}
        for one in arrivals:
            for name in one.names:
                holders.setdefault(name, []).append(one)
        new_blocks: dict[str, list[Block]] = {}
        for section, every in sections:
            new_blocks[section["key"]] = [block for one in every for block in self._taken(one, holders)]
        self._moved(arrivals, holders)
        self._put_together([section for section, _ in sections], new_blocks)
        self._head()
        self.result.typed = [typed for one in arrivals for typed in one.line.typed]
        self.result.is_strange = bool(self.known) and bool(arrivals) and not holders
        return self.result

    def _name(self, identity: str) -> str:
        return marks.short(self.report_id, identity)

    # Sections ---------------------------------------------------------------------------------------------------------

    def _sections(self) -> list[tuple[Section, list[_Arrival]]]:
        """The sections of the file under the draft's keys, with their blocks."""
        origin = self.word.origin
        by_name = {self._name(key): key for key in self.titles}
        taken: set[str] = set()
        sections: list[tuple[Section, list[_Arrival]]] = []
        for section in self.word.content["sections"]:
            line = self.word.heads.get(section["key"], Line())
            marked = [by_name[one] for name in line.names if (one := marks.read_section_mark(name)) in by_name]
            key = next((one for one in marked if one not in taken), "")
            every = [
                _Arrival("", block, self.word.lines.get(block["id"], Line(text=contents.block_text(block))))
                for block in section["blocks"]
            ]
            if not section["title"] and not key:
                if not every:
                    continue
                key = self._untitled(origin, by_name)
            key = key or self._key_of(section, taken)
            if key not in self.titles and key not in taken:
                self.result.changes.append(Change("section", section["title"], after=section["title"]))
            known = next((one for one in sections if one[0]["key"] == key), None)
            for one in every:
                one.section = key
            if known is not None:
                known[1].extend(every)
                continue
            taken.add(key)
            sections.append(({**section, "key": key, "blocks": []}, every))
        return sections

    def _key_of(self, section: Section, taken: set[str]) -> str:
        """The key of a section that has no mark: that of the draft's with the same title, else the outline's, else a new one."""
        title = contents.unnumbered(section["title"])
        alike = [key for key, words in self.titles.items() if key not in taken and contents.unnumbered(words) == title]
        if alike:
            return alike[0]
        by_outline = not re.search(r"\.\d+$", section["key"])
        return section["key"] if by_outline and section["key"] not in taken else f"section.{new_id()[:8]}"

    def _untitled(self, origin: Origin | None, by_name: Mapping[str, str]) -> str:
        """Where text above every heading belongs: to the one section that was sent, else to the lead."""
        if origin is not None and origin.kind == "section" and origin.sections:
            return by_name.get(origin.sections[0], "lead")
        return "lead"

    def _scope(self, sections: Iterable[Section]) -> set[str]:
        """The keys of the draft's sections that the file speaks of."""
        origin = self.word.origin
        keys = {section["key"] for section in sections}
        if origin is not None and origin.sections:
            keys |= {key for key in self.titles if self._name(key) in origin.sections}
        return keys & set(self.titles)

    # Blocks -----------------------------------------------------------------------------------------------------------

    def _match(self, arrivals: Sequence[_Arrival]) -> None:
        """Say of each block of the file which of the draft it holds."""
        for one in arrivals:
            for name in one.line.names:
                mark, table = marks.read_block_mark(name), marks.read_table_mark(name)
                if mark is not None:
                    self.marks[mark.name] = mark
                elif table is not None:
                    self.table_marks[table.name] = table
                name_mark = mark or table
                if name_mark is not None and name_mark.name in self.known and name_mark.name not in one.names:
                    one.names.append(name_mark.name)
        arrived = {name for one in arrivals for name in one.names}
        older = [
            _Passage(section, block["id"], contents.block_text(block), self._printed(block))
            for name, (section, block) in self.known.items()
            if name not in arrived and block["type"] in TEXTS
        ]
        unknown = [
            one for one in arrivals if not one.names and one.block["type"] in TEXTS and not self._is_dropped(one)
        ]
        newer = [
            _Passage(one.section, str(place), contents.block_text(one.block), one.line.plain)
            for place, one in enumerate(unknown)
        ]
        for (_, identity), successor in successors(older, newer[:MOST_COMPARED]).items():
            unknown[int(successor.place[1])].names.append(self._name(identity))

    def _is_dropped(self, one: _Arrival) -> bool:
        """Whether a block of the file was sent and is untouched, but was deleted on the page since."""
        origin = self.word.origin
        every = [mark for name in one.line.names if (mark := marks.read_block_mark(name)) is not None]
        return (
            bool(every)
            and origin is not None
            and all(
                mark.name not in self.known
                and mark.name in origin.blocks
                and mark.sent == marks.check_of(one.line.plain)
                for mark in every
            )
        )

    def _taken(self, one: _Arrival, holders: Mapping[str, list[_Arrival]]) -> list[Block]:
        """The blocks of the new draft that a block of the file makes."""
        if not one.names:
            if self._is_dropped(one):
                self._change("gone_meanwhile", one.section, before=one.line.plain)
                return []
            self._change("new", one.section, after=one.line.plain or self._printed(one.block))
            return [{**one.block, "id": self._new_id()}]
        made = [name for name in one.names if self.known[name][1]["type"] not in TEXTS]
        blocks = [block for name in made if (block := self._made(name, one, holders[name])) is not None]
        texts = [name for name in one.names if name not in made]
        if texts and one.block["type"] in TEXTS:
            blocks.append(self._text(texts, one, holders))
        elif one.block["type"] not in TEXTS and not made:  # a table where a paragraph was
            self._change("new", one.section, after=self._printed(one.block))
            blocks.append({**one.block, "id": self._new_id()})
        return blocks

    def _text(self, names: Sequence[str], one: _Arrival, holders: Mapping[str, list[_Arrival]]) -> Block:
        olds = [self.known[name][1] for name in names]
        family = [holder for name in names for holder in holders[name]]
        parted, joined = any(len(holders[name]) > 1 for name in names), len(names) > 1
        if not parted and not joined and self._is_untouched(names[0], one):
            self.used.add(names[0])
            return olds[0]
        block, first = self._reworded(one, olds, family), names[0] not in self.used
        before, after = PARAGRAPH_END.join(map(self._printed, olds)), one.line.plain
        kind = "parted" if parted else "joined" if joined else "changed"
        is_same = (
            self._parts_whole(names, holders)
            if parted
            else _bare("".join(map(contents.block_text, olds))) == _bare(contents.block_text(block))
        )
        if first or kind != "parted":
            whole = PARAGRAPH_END.join(holder.line.plain for holder in holders[names[0]]) if parted else after
            self._change(kind, one.section, before=before, after=whole, both=any(map(self._is_changed_here, names)))
        self.used.update(names)
        return {
            **block,
            "id": olds[0]["id"] if first else self._new_id(),
            **_with_sources(olds, rewritten=not is_same),
        }  # pyright: ignore[reportReturnType]

    def _reworded(self, one: _Arrival, olds: Sequence[Block], family: Sequence[_Arrival]) -> Block:
        """The file's words as a block of the draft's kind; `family`: all blocks of the file that hold a piece of the same."""
        old = olds[0]
        text = contents.block_text(one.block)
        if one.block["type"] == "blank":
            return one.block
        kind = one.block["type"] if old["type"] == "blank" or one.block["type"] == "heading" else old["type"]
        if kind == "case" and not contents.block_text(old).startswith("案例"):
            text = re.sub(r"^案例[　:： ]\s*", "", text)
        if old["type"] == "heading" and kind == "heading":
            return {**old, "text": text}
        block = cast("Block", {**one.block, "type": kind, "text": self._bound(text, olds, family)})
        if "finding" in old:
            block["finding"] = old["finding"]
        return block

    def _bound(self, text: str, olds: Sequence[Block], family: Sequence[_Arrival]) -> str:
        """The text with the figures whose controls were lost on the way: in a file that lost them all, a number that stands once
        and reads as the figure does is that figure. Of any other that still stands as a number it is said that it is lost."""
        known = {figure.token for one in family for figure in one.line.typed}
        known |= {key for one in family for key in _tokens(contents.block_text(one.block))}
        for key in _tokens("".join(map(contents.block_text, olds))):
            words = self.figure(key)
            if key in known or not re.search(r"\d", words):
                continue
            pattern = rf"(?<![\d.]){re.escape(words)}(?![\d.%])"
            places = [match.start() for match in re.finditer(pattern, _unbraced(text))]
            if len(places) == 1 and self.lost_controls:
                text = text[: places[0]] + "{{" + key + "}}" + text[places[0] + len(words) :]
            elif places:
                self.result.losses.append(Loss("figure", words))
        return text

    def _made(self, name: str, one: _Arrival, every: Sequence[_Arrival]) -> Block | None:
        """A table, chart or list. What the data make stays theirs; a table of the writers' own is taken as it comes."""
        if name in self.used:
            return None
        self.used.add(name)
        old = self.known[name][1]
        plain = "".join(holder.line.plain for holder in every)
        mark, table = self.marks.get(name), self.table_marks.get(name)
        block = old
        holder = next((holder for holder in every if holder.line.cells is not None), None)
        if self._has_other_cells(old, one, holder, table):
            if holder is None or old.get("table") or "rows" not in old:
                self.result.losses.append(Loss("made", old.get("title") or plain))
            else:
                columns, rows = holder.block.get("columns", []), holder.block.get("rows", [])
                block = cast("Block", {**old, "columns": columns, "rows": rows})
                self._change("changed", one.section, before=_cells_of(old), after=_cells_of(holder.block))
        if mark is not None and marks.check_of(plain) != mark.sent:
            if old["type"] == "findings":
                self.result.losses.append(Loss("made", plain))
            elif title := _title_of(plain):
                self._change("changed", one.section, before=old.get("title") or self._printed(old), after=title)
                block = cast("Block", {**block, "title": title})
        return block

    def _has_other_cells(self, old: Block, one: _Arrival, holder: _Arrival | None, table: BlockMark | None) -> bool:
        """Whether the table came back with other cells than were sent, or not at all while its caption did."""
        if holder is None:
            return old["type"] == "table" and one.block["type"] in TEXTS
        return table is None or marks.check_of_cells(holder.line.cells or ()) != table.sent

    def _is_untouched(self, name: str, one: _Arrival) -> bool:
        """Whether the file says what was sent; where it does not say what was sent, whether it says what the draft says."""
        mark = self.marks.get(name)
        if mark is not None:
            return marks.check_of(one.line.plain) == mark.sent
        old = self.known[name][1]
        return _bare(contents.block_text(old)) == _bare(contents.block_text(one.block)) or _bare(
            self._printed(old)
        ) == _bare(one.line.plain)

    def _is_changed_here(self, name: str) -> bool:
        mark = self.marks.get(name)
        return mark is not None and mark.written != marks.check_of_block(self.known[name][1])

    def _parts_whole(self, names: Sequence[str], holders: Mapping[str, list[_Arrival]]) -> bool:
        """Whether the pieces of a paragraph together are the whole of it, and nothing else."""
        pieces = list({id(one): one for name in names for one in holders[name]}.values())
        sent = [mark.sent for name in names if (mark := self.marks.get(name)) is not None]
        return (
            len(names) == 1 and len(sent) == 1 and marks.check_of("".join(one.line.plain for one in pieces)) == sent[0]
        )

    def _moved(self, arrivals: Sequence[_Arrival], holders: Mapping[str, list[_Arrival]]) -> None:
        """Blocks that stand in another section or another order than in the draft."""
        order = {name: place for place, name in enumerate(self.known)}
        single = [(one, one.names[0]) for one in arrivals if len(one.names) == 1 and len(holders[one.names[0]]) == 1]
        in_order = _longest_rising([order[name] for _, name in single])
        for place, (one, name) in enumerate(single):
            section, block = self.known[name]
            if section != one.section or place not in in_order:
                self._change("moved", one.section, before=self._printed(block))

    # The whole --------------------------------------------------------------------------------------------------------

    def _put_together(self, sections: Sequence[Section], new_blocks: dict[str, list[Block]]) -> None:
        """The sections of the draft with their new blocks, new sections where the file has them."""
        scope = self._scope(sections)
        by_key = {section["key"]: section for section in sections}
        self.result.outside = [
            section["title"] for section in self.draft["sections"] if section["key"] not in scope and section["title"]
        ]
        rows = self.result.content["sections"]
        for section in self.draft["sections"]:
            key = section["key"]
            if key not in scope:
                rows.append(
                    {**section, "blocks": [b for b in section["blocks"] if self._name(b["id"]) not in self.used]}
                )
                continue
            came = by_key.get(key)
            title = section["title"]
            if came is not None and contents.unnumbered(came["title"]) != contents.unnumbered(title):
                title = came["title"]
                self._change("section", key, before=section["title"], after=title)
            rows.append({**section, "title": title, "blocks": self._kept(section, new_blocks.get(key, []))})
        previous = ""
        for section in sections:
            if section["key"] not in self.titles:
                at = next((place + 1 for place, row in enumerate(rows) if row["key"] == previous), len(rows))
                rows.insert(at, {**section, "blocks": new_blocks[section["key"]]})
            previous = section["key"]

    def _kept(self, section: Section, blocks: list[Block]) -> list[Block]:
        """The new blocks of a section, with what was written on the page since the file went out; what the file left out is gone."""
        origin = self.word.origin
        before = ""
        for block in section["blocks"]:
            name = self._name(block["id"])
            if name not in self.used:
                if origin is None or name in origin.blocks:
                    self._change("gone", section["key"], before=self._printed(block))
                    continue
                at = next(
                    (place + 1 for place, one in enumerate(blocks) if one["id"] == before),
                    0 if not before else len(blocks),
                )
                blocks.insert(at, block)
            before = block["id"]
        return blocks

    def _head(self) -> None:
        """Title, 署名 and date, where the file has them and they are others."""
        if self.word.origin is not None and self.word.origin.kind == "section":
            return
        for name in ("title", "byline", "date"):
            words = self.word.content[name]
            if words and words != self.draft[name]:
                self._change("head", "", before=self.draft[name], after=words)
                self.result.content[name] = words

    # Words ------------------------------------------------------------------------------------------------------------

    def _change(self, kind: str, section: str, *, before: str = "", after: str = "", both: bool = False) -> None:
        title = self.titles.get(section) or next(
            (one["title"] for one in self.word.content["sections"] if one["key"] == section), ""
        )
        self.result.changes.append(Change(kind, title, before, after, both))

    def _printed(self, block: Block) -> str:
        """A block as it reads; a table by its title."""
        if block["type"] in TEXTS:
            return "".join(
                run if isinstance(run, str) else self.figure(run.key) for run in split(contents.block_text(block))
            )
        return block.get("title") or {"table": "表", "chart": "图"}.get(block["type"], "清单") + (
            block.get("table") or ""
        )

    def _new_id(self) -> str:
        while (identity := new_id()[:13]) in self.ids:
            pass
        self.ids.add(identity)
        return identity


def _with_sources(olds: Sequence[Block], *, rewritten: bool) -> dict[str, list[SourceEntry]]:
    """The sources of all of them, each once."""
    entries: dict[str, SourceEntry] = {}
    for old in olds:
        for entry in old.get("sources") or ():
            key = repr([entry["unit"], entry["section"], entry["item"], entry.get("block")])
            entries.setdefault(key, {**entry, "rewritten": True} if rewritten else entry)
    return {"sources": list(entries.values())} if entries else {}


def _title_of(caption: str) -> str:
    """The title in a caption: without its number, and without what is counted in."""
    words = re.sub(r"^[表图]\s*\d*\s*[：:　 ]*", "", caption.strip())
    return re.sub(r"（(?:单位：[^（）]*|n=\d+)）$", "", words).strip()


def _cells_of(block: Block) -> str:
    rows = [[column["title"] for column in block.get("columns", ())], *block.get("rows", ())]
    return "\n".join("　".join(map(str, row)) for row in rows)


def _tokens(text: str) -> list[str]:
    """The figures of a text, each once."""
    return list({run.key: None for run in split(text) if isinstance(run, Token)})


def _unbraced(text: str) -> str:
    """The text as long as it is, with its tokens blotted out."""
    return re.sub(r"\{\{[^{}]*\}\}", lambda match: "\0" * len(match[0]), text)


def _bare(text: str) -> str:
    return "".join(text.split())


def _longest_rising(values: Sequence[int]) -> set[int]:
    """The places of a longest rising run among the values: those that stayed in order."""
    tails: list[int] = []
    places: list[int] = []
    before = [-1] * len(values)
    for place, value in enumerate(values):
        at = bisect_left(tails, value)
        before[place] = places[at - 1] if at else -1
        if at == len(tails):
            tails.append(value)
            places.append(place)
        else:
            tails[at], places[at] = value, place
    steady: set[int] = set()
    place = places[-1] if places else -1
    while place >= 0:
        steady.add(place)
        place = before[place]
    return steady
