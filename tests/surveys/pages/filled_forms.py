"""A form on a page as a browser would send it: every field with the value it shows."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside = action, False
        self.fields: dict[str, str] = {}
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("action", "").split("?")[0].endswith(self.action)
        elif not self.inside:
            return
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and self.select:
            if "selected" in given or self.select not in self.fields:
                self.fields[self.select] = given.get("value", "")
        elif tag == "textarea":
            self.area = given.get("name", "")
            self.fields[self.area] = ""
        elif tag == "input" and given.get("name") and (given.get("type") != "checkbox" or "checked" in given):
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


def filled(html: str, action: str) -> dict[str, str]:
    """Name → value of the form on the page whose address ends with `action`."""
    parser = _Fields(action)
    parser.feed(html)
    return parser.fields
