"""What every page owes its reader, checked on the HTML a test was given: `check_page(response)`.

Language, one h1, unique ids, a name for every control, no script inside the page, no style but one that the page's policy names by
its hash, no handler attribute.
"""

import hashlib
from base64 import b64encode
from html.parser import HTMLParser
from typing import Any

CONTROLS = {"input", "select", "textarea"}
SILENT = {"hidden", "submit", "button", "image", "reset"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.headings = 0
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.open: list[str] = []
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "h1":
            self.headings += 1
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag == "script" and not given.get("src") and given.get("type") != "application/json":
            self.faults.append("a script inside the page")
        if "style" in given:
            self.faults.append(f"a style inside the page ({tag})")
        self.faults += [f"a handler attribute {name}" for name in given if name.startswith("on")]
        if tag == "img" and "alt" not in given:
            self.faults.append("a picture without a text")
        if tag in CONTROLS and given.get("type") not in SILENT:
            self.controls.append({**given, "tag": tag, "inside": "label" in self.open})
        if tag not in ("input", "br", "img", "meta", "link", "hr", "rect", "path", "circle", "line", "col"):
            self.open.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.styles.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass


def source_of(style: str) -> str:
    """A style as a policy names it (CSP level 3, 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def page_faults(html: str, policy: str | None = "") -> list[str]:
    """What is wrong with a page that comes under `policy`; None where a browser holds to it. An empty list is what tests want."""
    page = _Page()
    page.feed(html)
    faults = list(page.faults)
    if policy is not None:
        unnamed = [one for one in page.styles if source_of(one) not in policy]
        faults += ["a style inside the page that its policy does not name"] * len(unnamed)
    if page.language not in ("zh-CN", "en"):
        faults.append(f"the page's language is {page.language!r}")
    if page.headings != 1:
        faults.append(f"{page.headings} h1")
    faults += [f"the id {one} stands twice" for one in sorted({one for one in page.ids if page.ids.count(one) > 1})]
    for control in page.controls:
        named = control["inside"] or control.get("aria-label") or control.get("aria-labelledby")
        if not named and (control.get("id") or "?") not in page.labels:
            faults.append(f"a control without a name: {control.get('name')}")
    return faults


def check_page(response: Any, status: int = 200) -> str:
    """Assert the status and the house rules; gives the page's text."""
    html = response.get_data(as_text=True)
    assert response.status_code == status, f"{response.status_code}: {html[:600]}"
    assert page_faults(html, response.headers.get("Content-Security-Policy", "")) == []
    return html
