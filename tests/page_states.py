"""Which states of a page axe-core found nothing wrong with in this run: the same state is not measured again by the next journey.

A state is the page's tree without its words: elements and attributes, what is ticked, filled, open or out of sight, and how wide
the window is. Rows that are alike count once, numbers in addresses and names not at all, of a text only whether there is one.
A state with a fault is not remembered, so that every journey that meets it says so. All test processes of a run share one folder.
"""

import hashlib
from pathlib import Path

from playwright.sync_api import Page

STATE = """() => {
    const WORDS = /^(alt|aria-label|placeholder|title|value|d|points)$/;
    const NAMES = /^(href|src|action|formaction|id|for|name|list|data-.*|aria-(controls|describedby|labelledby))$/;
    const attribute = ({ name, value }) => {
        if (WORDS.test(name)) return `${name}=${value.trim() && "…"}`;
        return `${name}=${NAMES.test(name) ? value.replace(/[\\w-]{16,}|[0-9]+/g, "0") : value}`;
    };
    const element = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data.trim() && "…";
        if (node.nodeType !== Node.ELEMENT_NODE) return "";
        const own = [node.checked, node.disabled, node.open, Boolean(node.value), node.checkVisibility()].join();
        const inside = /^(script|style)$/.test(node.localName) ? [] : Array.from(node.childNodes, element);
        const unlike = inside.filter((one, place) => one && one !== inside[place - 1]);
        return `<${node.localName} ${Array.from(node.attributes, attribute).join(" ")} ${own}>${unlike.join("")}</>`;
    };
    return innerWidth + element(document.documentElement);
}"""


_folders: list[Path] = []


def keep_in(folder: Path) -> None:
    """Remember the states of this run in this folder."""
    folder.mkdir(exist_ok=True)
    _folders[:] = [folder]


def state_of(page: Page) -> str:
    """A name for the state that the page is in."""
    return hashlib.sha256(page.evaluate(STATE).encode()).hexdigest()


def is_without_fault(state: str) -> bool:
    return any((folder / state).exists() for folder in _folders)


def remember(state: str) -> None:
    """Nothing was wrong with this state."""
    for folder in _folders:
        (folder / state).touch()
