"""问卷的纸质版: a questionnaire as a sheet of paper, as plain data: numbers, boxes with codes, lines, skip instructions in words. Pure.

Every question has one running number, the same in each round of a repeat; each choice has its place in the list as its code.
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from surveys.questionnaire.facts.facts import fact_row
from surveys.questionnaire.rules.rule_words import RuleWords
from surveys.questionnaire.shapes.package_shape import Definition, Package, Row, TextKey, list_of
from surveys.questionnaire.state.ranges import bounds_of
from surveys.questionnaire.views.definition import in_language, max_length, template_of
from surveys.questionnaire.views.page_order import PageDef, pages_of_groups

ROUNDS = 3  # entries of a repeat there is room for
LONGEST_IN_PLACE = 24  # choices that stand at their question; longer lists stand at the end
LONGEST_PRINTED = 400  # choices that are printed at all
MOST_PICTURES_BESIDE = 3  # choices with a picture that stand beside each other
_WARNING = "⚠"
_MEDIA = {
    "image": "media",
    "audio": "media",
    "video": "media",
    "file": "media",
    "geotrace": "media",
    "geoshape": "media",
}
_PLAIN = {
    "integer": "number", "decimal": "number", "range": "number", "date": "date", "time": "time", "dateTime": "moment",
    "geopoint": "place", "barcode": "line", "acknowledge": "tick", "rank": "rank",
}  # fmt: skip


class PaperChoice(TypedDict):
    code: int  # its place in the list
    text: str
    image: str


class PaperItem(TypedDict):
    """What stands on a page. A group and a note have words alone, a question a number and room to write in."""

    kind: str  # group, note, choices, rank, number, line, lines, date, time, moment, place, tick, media
    text: str
    image: NotRequired[str]
    number: NotRequired[int]
    hint: NotRequired[str]
    guidance: NotRequired[str]
    when: NotRequired[str | None]  # what opens it, in words
    required: NotRequired[bool]
    unit: NotRequired[str]
    filled: NotRequired[bool]  # the visit itself gives it
    several: NotRequired[bool]
    lines: NotRequired[int]
    most: NotRequired[int | None]  # letters
    bounds: NotRequired[list[str]]  # least and most
    step: NotRequired[str]
    choices: NotRequired[list[PaperChoice]]
    columns: NotRequired[int]
    unlisted: NotRequired[int]  # how many choices are not in their place
    list: NotRequired[str]  # letter of the list at the end that has them; empty where it is too long to print


class PaperPage(TypedDict):
    title: str
    when: str
    rounds: list[str]  # heads of the rounds of a repeat
    items: list[PaperItem]


class PaperGroup(TypedDict):
    title: str  # the answer on which these choices depend
    rows: list[PaperChoice]


class PaperList(TypedDict):
    """A list that is printed at the end of the paper."""

    letter: str
    title: str
    number: int  # the question that it belongs to
    groups: list[PaperGroup]


class PaperForm(TypedDict):
    title: str
    pages: list[PaperPage]
    lists: list[PaperList]
    required: bool  # whether any answer is


def paper_form(package: Package, language: str = "zh-CN") -> PaperForm:
    """The questionnaire as the paper has it; items and choices name the attached picture that goes with them."""
    return _Form(package, language).whole()


def _columns(number: int, longest: int) -> int:
    """How many choices stand beside each other."""
    if longest > 26:
        return 1
    if longest > 13:
        return 2
    if longest > 7:
        return 3
    return 5 if number == 5 and longest <= 4 else 4


class _Form:
    def __init__(self, package: Package, language: str) -> None:
        self.package = package
        self.defs = package["defs"]
        self.chinese = not language.startswith("en")
        codes = [one["code"] for one in package["languages"]]
        family = language.partition("-")[0]
        self.language = next((code for code in codes if code.partition("-")[0] == family), codes[0])
        self.pages = [page for page in pages_of_groups(package) if page.kind != "list"]
        self.numbers: dict[int, int] = {}
        for page in self.pages:
            for index in page.questions:
                if self._is_asked(index):
                    self.numbers[index] = len(self.numbers) + 1
        self.labels = {index: dict(self._choices(index)) for index in self.numbers}
        self.words = RuleWords(package, self.numbers, self.labels, self.chinese)
        self.apart: dict[str, PaperList] = {}

    def _is_asked(self, index: int) -> bool:
        definition = self.defs[index]
        if definition.get("type") == "note" or template_of(self.package, definition) == "labels":
            return False
        row = fact_row(self.package, definition["path"])
        is_made = definition.get("readonly") is True and "calculate" in definition and not row.get("preload")
        return not is_made

    def whole(self) -> PaperForm:
        paper_pages = [self._page(page) for page in self.pages]
        return {
            "title": str(self.package.get("title", "")),
            "pages": [page for page in paper_pages if page["items"]],
            "lists": list(self.apart.values()),
            "required": any(self.defs[index].get("required") is True for index in self.numbers),
        }

    def _page(self, page: PageDef) -> PaperPage:
        title = in_language(page.title, self.language) if page.title else ""
        items: list[PaperItem] = []
        group = ""
        for index in page.questions:
            parent = self.defs[self.defs[index]["par"]]
            inner = self._text(parent, "label") if parent["path"] != page.path and parent["kind"] == "group" else ""
            if inner != group:
                group = inner
                if inner:
                    items.append({"kind": "group", "text": inner})
            item = self._item(index, page.path)
            if item is not None:
                items.append(item)
        repeats = self._repeats(page.path)
        when = self._when(page.path)
        if page.kind == "repeat":
            items = items if any(item.get("number") for item in items) else []
        return {"title": title, "when": when, "rounds": self._rounds(repeats), "items": items}

    def _repeats(self, path: str) -> list[str]:
        kinds = {definition["path"]: definition["kind"] for definition in self.defs}
        steps = path.split("/")[1:]
        above = ["/" + "/".join(steps[: place + 1]) for place in range(len(steps)) if path]
        return [one for one in above if kinds.get(one) == "repeat"]

    def _rounds(self, repeats: list[str]) -> list[str]:
        """The heads of the rounds there is room for; empty outside of a repeat. Inside two repeats: 1-1, 1-2, …"""
        if not repeats:
            return []
        heads = [str(number) for number in range(1, ROUNDS + 1)]
        for _inner in repeats[1:]:
            heads = [f"{head}-{number}" for head in heads for number in range(1, ROUNDS + 1)]
        return [f"第{head}条" if self.chinese else f"Entry {head}" for head in heads[: ROUNDS * ROUNDS]]

    def _when(self, path: str) -> str:
        """What opens a page, in words: the rules of its group and of those around it."""
        conditions = []
        for number, definition in enumerate(self.defs):
            if (
                number
                and (path == definition["path"] or path.startswith(definition["path"] + "/"))
                and "relevant" in definition
            ):
                conditions.append(self._condition(definition["relevant"], number))
        return ("，且" if self.chinese else ", and ").join(dict.fromkeys(one for one in conditions if one))

    def _condition(self, rule: Any, owner: int) -> str:
        words = self.words.say(rule, owner)
        if words:
            return words
        return "前面的回答要求时" if self.chinese else "the answers before ask for it"

    def _item(self, index: int, page_path: str) -> PaperItem | None:
        definition = self.defs[index]
        label = self._text(definition, "label") or definition["name"]
        when = self._item_when(index, page_path)
        if definition.get("type") == "note":
            words = self.words.say(definition["relevant"], index) if "relevant" in definition else ""
            if label.startswith(_WARNING) or words is None or "____" in label:
                return None
            return {"kind": "note", "text": label, "when": words, "image": self._image(definition.get("media", {}))}
        if template_of(self.package, definition) == "labels":
            return {"kind": "note", "text": label, "when": when}
        if index not in self.numbers:
            return None
        row = fact_row(self.package, definition["path"])
        item: PaperItem = {
            "kind": self._kind(definition),
            "number": self.numbers[index],
            "text": label,
            "hint": self._text(definition, "hint"),
            "guidance": self._text(definition, "guidance"),
            "when": when,
            "required": definition.get("required") is True,
            "unit": row.get("unit", "")
            if self.chinese and not any(sign.isdigit() for sign in row.get("unit", ""))
            else "",
            "filled": bool(row.get("preload")),
            "several": definition.get("type") == "select_multiple",
            "image": self._image(definition.get("media", {})),
        }
        self._make_room(item, index, definition)
        return item

    def _item_when(self, index: int, page_path: str) -> str:
        """The rules of the question and of the groups inside the page around it."""
        rules, number = [], index
        while number and self.defs[number]["path"] != page_path:
            definition = self.defs[number]
            if "relevant" in definition:
                rules.append(self._condition(definition["relevant"], number))
            number = definition["par"]
        return ("，且" if self.chinese else ", and ").join(dict.fromkeys(reversed(rules)))

    def _kind(self, definition: Definition) -> str:
        kind, template = definition.get("type", ""), template_of(self.package, definition)
        if template == "signature":
            return "line"
        if kind in ("select_one", "select_multiple"):
            return "choices"
        if template == "multiline":
            return "lines"
        return _MEDIA.get(kind) or _PLAIN.get(kind, "line")

    def _make_room(self, item: PaperItem, index: int, definition: Definition) -> None:
        """What there is to write in: boxes, lines, or a list at the end of the paper."""
        if item["kind"] == "lines":
            longest = max_length(definition)
            item["lines"], item["most"] = max(2, min(6, -(-(longest or 120) // 40))), longest
        elif item["kind"] == "number" and (bounds := bounds_of(definition.get("params", {}))):
            least, most, step = bounds
            item["bounds"] = [least, most]
            if step != "1":
                item["step"] = step
        elif item["kind"] in ("choices", "rank"):
            self._list_choices(item, index)

    def _list_choices(self, item: PaperItem, index: int) -> None:
        """The choices in their place, or at the end of the paper where they are many."""
        pictures = [self._image(row) for row in self._rows(index)]
        choices: list[PaperChoice] = [
            {"code": place, "text": label, "image": picture}
            for place, ((_name, label), picture) in enumerate(zip(self._choices(index), pictures, strict=True), 1)
        ]
        if len(choices) <= LONGEST_IN_PLACE:
            long = max((len(choice["text"]) for choice in choices), default=0)
            columns = _columns(len(choices), long)
            item["choices"] = choices
            item["columns"] = min(columns, MOST_PICTURES_BESIDE) if any(pictures) else columns
        else:
            item["choices"], item["list"], item["unlisted"] = [], self._apart(index, choices), len(choices)

    def _apart(self, index: int, choices: list[PaperChoice]) -> str:
        """The letter of the list at the end of the paper; a list too long to print is written by its name."""
        name = list_of(self.defs[index]) or str(index)
        if len(choices) > LONGEST_PRINTED:
            return ""
        if name not in self.apart:
            letter = chr(ord("A") + len(self.apart) % 26)
            title = self._text(self.defs[index], "label")
            groups = self._grouped(index, choices)
            self.apart[name] = {"letter": letter, "title": title, "number": self.numbers[index], "groups": groups}
        return self.apart[name]["letter"]

    def _grouped(self, index: int, choices: list[PaperChoice]) -> list[PaperGroup]:
        """The choices under what they depend on, where that is a choice of an earlier question: `sector = ${sector}`."""
        items = self.defs[index].get("items")
        rows = self._rows(index)
        for tree in items.get("filter", ()) if items and "list" in items else ():
            column, of = self._depends(tree, index)
            if column and of is not None:
                by_value: dict[str, list[PaperChoice]] = {}
                for row, choice in zip(rows, choices, strict=True):
                    by_value.setdefault(row.get(column, ""), []).append(choice)
                labels, number = self.labels[of], self.numbers[of]
                heading = "第{0}题选“{1}”" if self.chinese else "Question {0}: “{1}”"
                return [
                    {"title": heading.format(number, labels[value]) if value in labels else "", "rows": rows_of_value}
                    for value, rows_of_value in by_value.items()
                ]
        return [{"title": "", "rows": choices}]

    def _depends(self, tree: Any, owner: int) -> tuple[str, int | None]:
        """Column of the list and question of a filter that says `column = question`."""
        if tree[0] != "=":
            return "", None
        for here, there in ((tree[1], tree[2]), (tree[2], tree[1])):
            is_column = here[0] == "p" and here[1] == "." and len(here[2]) == 1 and here[2][0][0] == "child"
            of = self.words.question(there, owner) if is_column else None
            if of is not None and self.labels.get(of):
                return here[2][0][1], of
        return "", None

    def _choices(self, index: int) -> list[tuple[str, str]]:
        """The choices of a question with their labels, in the order of the list; those taken from answers are written in."""
        return [(row["name"], self._said_text(row.get("label", "")) or row["name"]) for row in self._rows(index)]

    def _rows(self, index: int) -> list[Row]:
        name = list_of(self.defs[index])
        return [row for row in self.package["sec"][name] if row.get("name")] if name else []

    def _image(self, media: Mapping[str, str]) -> str:
        """The name of the attached picture that goes with a label; the large one where there are two."""
        return self._said_text(media.get("big-image", "")) or self._said_text(media.get("image", ""))

    def _text(self, definition: Definition, key: TextKey) -> str:
        return self._said_text(definition.get(key, ""))

    def _said_text(self, text_id: str) -> str:
        """A text without answers: where one would stand is a line."""
        itext = self.package["itext"]
        for code in (self.language, self.package["languages"][0]["code"], *itext):
            if (text := itext.get(code, {}).get(text_id)) is not None:
                return text if isinstance(text, str) else "".join(p if isinstance(p, str) else "____" for p in text)
        return ""
