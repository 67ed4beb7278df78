"""How large what is pressed is on a deputy's page: 44 px each way, 60 px in 长辈版 and 特大字.

As WCAG 2.5.8 has it, a link in a sentence may be as small as its words, and what the browser draws itself (a player's buttons) is its own.
"""

from playwright.sync_api import Page

SMALL = """() => {
    if (!document.querySelector("header.mast")) return [];
    const least = document.documentElement.hasAttribute("data-text") ? 60 : 44;
    // What takes the finger: the label of a tick or a hidden chooser, the whole row of a list's link, else the control itself.
    const target = (one) => {
        const covers = getComputedStyle(one, "::after");
        if (covers.content !== "none" && covers.position === "absolute") return one.offsetParent;
        const isDrawnByLabel = /^(radio|checkbox)$/.test(one.type) || one.matches(".vh");
        return (isDrawnByLabel && (one.closest("label") || (one.labels || [])[0])) || one;
    };
    const around = (one) => {
        while (getComputedStyle(one).display.startsWith("inline")) one = one.parentElement;
        return one;
    };
    const isInSentence = (one) =>
        one.tagName === "A" &&
        getComputedStyle(one).display === "inline" &&
        /[\\p{L}\\p{N}]/u.test(around(one).textContent.replace(one.textContent, ""));
    return Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary"))
        .filter((one) => one.getClientRects().length && getComputedStyle(one).visibility === "visible" && !isInSentence(one))
        .map((one) => [one, target(one).getBoundingClientRect()])
        .filter(([, box]) => box.right > 0 && Math.min(box.width, box.height) < least - 0.5)
        .map(([one, { width, height }]) => `${one.outerHTML.slice(0, 120)} ${width.toFixed(1)}×${height.toFixed(1)} px`);
}"""


def small_targets(page: Page) -> list[str]:
    """What is smaller; nothing on pages of the desk, which are for a mouse."""
    return [f"a small target: {one}" for one in page.evaluate(SMALL)]
