"""问卷的纸质版: a questionnaire as a sheet of paper, as plain data: numbers, boxes with codes, lines, skip instructions in words. Pure.

Every question has one running number, the same in each round of a repeat; each choice has its place in the list as its code.
"""

from collections.abc import Mapping
from typing import Any

from surveys.questionnaire.facts.facts import fact_row
from surveys.questionnaire.rules.rule_words import RuleWords
from surveys.questionnaire.state.ranges import bounds_of
from surveys.questionnaire.views.definition import in_language, max_length, template_of
from surveys.questionnaire.views.page_order import pages

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


def paper_form(package: Mapping[str, Any], language: str = "zh-CN") -> dict[str, Any]:
    """{"title", "pages": [{"title", "when", "rounds", "items"}], "lists": [{"letter", "title", "groups"}], "required": bool}.

    Items and choices name the attached picture that goes with them as `image`.
    """
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
    def __init__(self, package: Mapping[str, Any], language: str) -> None:
        self.package = package
        self.defs = package["defs"]
        self.chinese = not language.startswith("en")
        codes = [one["code"] for one in package["languages"]]
        family = language.partition("-")[0]
        self.language = next((code for code in codes if code.partition("-")[0] == family), codes[0])
        self.pages = [page for page in pages(package) if page.kind != "list"]
        self.numbers: dict[int, int] = {}
        for page in self.pages:
            for index in page.questions:
                if self._is_asked(index):
                    self.numbers[index] = len(self.numbers) + 1
        self.labels = {index: dict(self._choices(index)) for index in self.numbers}
        self.words = RuleWords(package, self.numbers, self.labels, self.chinese)
        self.apart: dict[str, dict[str, Any]] = {}

    def _is_asked(self, index: int) -> bool:
        definition = self.defs[index]
        if definition["type"] == "note" or template_of(definition) == "labels":
            return False
        row = fact_row(self.package, definition["path"])
        is_made = definition.get("readonly") is True and "calculate" in definition and not row.get("preload")
        return not is_made

    def whole(self) -> dict[str, Any]:
        found = [self._page(page) for page in self.pages]
        return {
            "title": str(self.package.get("title", "")),
            "pages": [page for page in found if page["items"]],
            "lists": list(self.apart.values()),
            "required": any(self.defs[index].get("required") is True for index in self.numbers),
        }

    def _page(self, page: Any) -> dict[str, Any]:
        title = in_language(page.title, self.language) if page.title else ""
        items: list[dict[str, Any]] = []
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
        by_path = {definition["path"]: definition for definition in self.defs}
        steps = path.split("/")[1:]
        above = ["/" + "/".join(steps[: place + 1]) for place in range(len(steps)) if path]
        return [one for one in above if by_path.get(one, {}).get("kind") == "repeat"]

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
        found = []
        for number, definition in enumerate(self.defs):
            if (
                number
                and (path == definition["path"] or path.startswith(definition["path"] + "/"))
                and "relevant" in definition
            ):
                found.append(self._said(definition["relevant"], number))
        return ("，且" if self.chinese else ", and ").join(dict.fromkeys(one for one in found if one))

    def _said(self, rule: Any, owner: int) -> str:
        words = self.words.say(rule, owner)
        if words:
            return words
        return "前面的回答要求时" if self.chinese else "the answers before ask for it"

    def _item(self, index: int, page_path: str) -> dict[str, Any] | None:
        definition = self.defs[index]
        label = self._text(definition, "label") or definition["name"]
        when = self._item_when(index, page_path)
        if definition["type"] == "note":
            words = self.words.say(definition["relevant"], index) if "relevant" in definition else ""
            if label.startswith(_WARNING) or words is None or "____" in label:
                return None
            return {"kind": "note", "text": label, "when": words, "image": self._image(definition.get("media", {}))}
        if template_of(definition) == "labels":
            return {"kind": "note", "text": label, "when": when}
        if index not in self.numbers:
            return None
        row = fact_row(self.package, definition["path"])
        item = {
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
            "several": definition["type"] == "select_multiple",
            "image": self._image(definition.get("media", {})),
        }
        return item | self._room(index, definition, item["kind"])

    def _item_when(self, index: int, page_path: str) -> str:
        """The rules of the question and of the groups inside the page around it."""
        found, number = [], index
        while number and self.defs[number]["path"] != page_path:
            if "relevant" in self.defs[number]:
                found.append(self._said(self.defs[number]["relevant"], number))
            number = self.defs[number].get("par", 0)
        return ("，且" if self.chinese else ", and ").join(dict.fromkeys(reversed(found)))

    def _kind(self, definition: Mapping[str, Any]) -> str:
        kind, template = definition["type"], template_of(definition)
        if template == "signature":
            return "line"
        if kind in ("select_one", "select_multiple"):
            return "choices"
        if template == "multiline":
            return "lines"
        return _MEDIA.get(kind) or _PLAIN.get(kind, "line")

    def _room(self, index: int, definition: Mapping[str, Any], kind: str) -> dict[str, Any]:
        """What there is to write in: boxes, lines, or a list at the end of the paper."""
        if kind == "lines":
            longest = max_length(definition) or 120
            return {"lines": max(2, min(6, -(-longest // 40))), "most": max_length(definition)}
        if kind == "number" and (bounds := bounds_of(definition.get("params", {}))):
            least, most, step = bounds
            return {"bounds": [least, most]} | ({"step": step} if step != "1" else {})
        if kind not in ("choices", "rank"):
            return {}
        pictures = [self._image(row) for row in self._rows(index)]
        choices = [
            {"code": place, "text": label, "image": picture}
            for place, ((_name, label), picture) in enumerate(zip(self._choices(index), pictures, strict=True), 1)
        ]
        if len(choices) <= LONGEST_IN_PLACE:
            long = max((len(choice["text"]) for choice in choices), default=0)
            columns = _columns(len(choices), long)
            return {"choices": choices, "columns": min(columns, MOST_PICTURES_BESIDE) if any(pictures) else columns}
        return {"choices": [], "list": self._apart(index, choices), "unlisted": len(choices)}

    def _apart(self, index: int, choices: list[dict[str, Any]]) -> str:
        """The letter of the list at the end of the paper; a list too long to print is written by its name."""
        name = self.defs[index].get("items", {}).get("list", str(index))
        if len(choices) > LONGEST_PRINTED:
            return ""
        if name not in self.apart:
            letter = chr(ord("A") + len(self.apart) % 26)
            title = self._text(self.defs[index], "label")
            groups = self._grouped(index, choices)
            self.apart[name] = {"letter": letter, "title": title, "number": self.numbers[index], "groups": groups}
        return self.apart[name]["letter"]

    def _grouped(self, index: int, choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The choices under what they depend on, where that is a choice of an earlier question: `sector = ${sector}`."""
        items = self.defs[index]["items"]
        rows = [row for row in self.package["sec"][items["list"]] if row.get("name")]
        for tree in items.get("filter", ()):
            column, of = self._depends(tree, index)
            if column and of is not None:
                found: dict[str, list[dict[str, Any]]] = {}
                for row, choice in zip(rows, choices, strict=True):
                    found.setdefault(row.get(column, ""), []).append(choice)
                labels, number = self.labels[of], self.numbers[of]
                said = "第{0}题选“{1}”" if self.chinese else "Question {0}: “{1}”"
                return [
                    {"title": said.format(number, labels[value]) if value in labels else "", "rows": listed}
                    for value, listed in found.items()
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

    def _rows(self, index: int) -> list[Mapping[str, str]]:
        items = self.defs[index].get("items")
        if not items or "list" not in items:
            return []
        return [row for row in self.package["sec"][items["list"]] if row.get("name")]

    def _image(self, media: Mapping[str, str]) -> str:
        """The name of the attached picture that goes with a label; the large one where there are two."""
        return self._said_text(media.get("big-image", "")) or self._said_text(media.get("image", ""))

    def _text(self, definition: Mapping[str, Any], key: str) -> str:
        return self._said_text(definition.get(key, ""))

    def _said_text(self, text_id: str) -> str:
        """A text without answers: where one would stand is a line."""
        itext = self.package["itext"]
        for code in (self.language, self.package["languages"][0]["code"], *itext):
            if (found := itext.get(code, {}).get(text_id)) is not None:
                return found if isinstance(found, str) else "".join(p if isinstance(p, str) else "____" for p in found)
        return ""
