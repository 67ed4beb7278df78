"""A page as a person without script sees it: its forms with their fields, its links and its words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    """`fields`: (name, value) as a browser would send them untouched; `offered`: what each field may be given."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    offered: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def fill(self, name: str, *values: str) -> None:
        self.fields = [(key, value) for key, value in self.fields if key != name] + [(name, value) for value in values]


class Paper(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.title = ""
        self._stack: list[str] = []
        self._disabled = 0
        self._select: str | None = None
        self._area: str | None = None
        self._link: str | None = None
        self._words: list[str] = []
        self.feed(text)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {key: value or "" for key, value in attrs}
        if "id" in a:
            assert a["id"] not in self.ids, f"id {a['id']} twice"
            self.ids.add(a["id"])
        if tag == "fieldset" and ("disabled" in a or self._disabled):
            self._disabled += 1
        if tag == "a":
            self._link = a.get("href", "")
            self.links.append((self._link, ""))
        if tag == "form":
            self.forms.append(PageForm(a.get("action", ""), a.get("method", "get")))
        elif self.forms and not self._disabled:
            self._control(tag, a)
        if tag in ("script", "style", "title"):
            self._stack.append(tag)

    def _control(self, tag: str, a: dict[str, str]) -> None:
        form, name = self.forms[-1], a.get("name", "")
        if tag == "input" and name:
            kind = a.get("type", "text")
            form.offered.setdefault(name, []).append(a.get("value", ""))
            if kind not in ("radio", "checkbox") or "checked" in a:
                form.fields.append((name, a.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "button":
            form.buttons.append((name, a.get("value", "")))
        elif tag == "select":
            self._select = name
            form.fields.append((name, ""))
        elif tag == "option" and self._select:
            form.offered.setdefault(self._select, []).append(a.get("value", ""))
            if "selected" in a:
                form.fill(self._select, a.get("value", ""))
        elif tag == "textarea":
            self._area = name
            form.fields.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset" and self._disabled:
            self._disabled -= 1
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None
        if tag == "a":
            self._link = None
        if self._stack and tag == self._stack[-1]:
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        if self._stack:
            if self._stack[-1] == "title":
                self.title += data
            return
        if self._area is not None and self.forms:
            before = self.forms[-1].value(self._area) or ""
            self.forms[-1].fill(self._area, (before + data).removeprefix("\n"))
            return
        if self._link is not None and self.links:
            href, words = self.links[-1]
            self.links[-1] = (href, words + data)
        self._words.append(data)
