/** Shows the button that prints a page where the browser can print; without a script the browser's own menu does it. */

for (const button of document.querySelectorAll("[data-do=print]")) {
    if (typeof window.print !== "function") continue;
    /** @type {HTMLElement} */ (button).hidden = false;
    button.addEventListener("click", () => window.print());
}
