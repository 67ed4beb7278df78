/* Makes work at a desk quicker: one-letter keys, a password that can be shown, choosing all rows, copying. Pages work without it. */

/** Whether a control is ticked or chosen, not typed into. @param {EventTarget | null} target @returns {boolean} */
function isTicked(target) {
    return target instanceof HTMLInputElement && ["checkbox", "radio"].includes(target.type);
}

/** Whether a key press belongs to a field. @param {EventTarget | null} target @returns {boolean} */
export function typing(target) {
    return (
        target instanceof HTMLElement &&
        !isTicked(target) &&
        (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
    );
}

/** The control a key stands for. @param {ParentNode} page @param {string} key @returns {HTMLElement | null} */
function controlFor(page, key) {
    for (const control of page.querySelectorAll("[data-key]")) {
        const ownKey = control.getAttribute("data-key") || "";
        if (control instanceof HTMLElement && ownKey.toLowerCase() === key.toLowerCase()) {
            return control;
        }
    }
    return null;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
    const search = document.getElementById("search-words");
    if (event.ctrlKey && !event.altKey && event.key.toLowerCase() === "k" && search) {
        event.preventDefault();
        search.focus();
        return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) {
        return;
    }
    if (document.documentElement.hasAttribute("data-no-keys")) {
        return;
    }
    const main = document.getElementById("main"); // what a page means by a key goes before what the frame means
    const control = (main && controlFor(main, event.key)) || controlFor(document, event.key);
    if (!control) {
        return;
    }
    event.preventDefault();
    if ((control instanceof HTMLInputElement && !isTicked(control)) || control instanceof HTMLTextAreaElement) {
        control.focus();
    } else {
        control.click();
    }
}

/** A tick that shows what was typed as a password. */
function showPasswords() {
    for (const box of document.querySelectorAll("[data-shows]")) {
        const field = document.getElementById(box.getAttribute("data-shows") || "");
        if (!(box instanceof HTMLInputElement) || !(field instanceof HTMLInputElement)) {
            continue;
        }
        const line = box.closest("[hidden]");
        if (line) {
            line.removeAttribute("hidden");
        }
        box.addEventListener("change", () => {
            field.type = box.checked ? "text" : "password";
        });
    }
}

/** One tick for all of a table, and a count of what is ticked. */
function chooseAll() {
    for (const master of document.querySelectorAll("input[data-all]")) {
        if (!(master instanceof HTMLInputElement)) {
            continue;
        }
        const boxes = () =>
            Array.from(document.querySelectorAll(`input[type=checkbox][name="${master.dataset.all}"]`)).filter(
                (box) => box instanceof HTMLInputElement,
            );
        const count = document.getElementById(master.dataset.count || "");
        const show = () => {
            let number = 0;
            for (const box of boxes()) {
                const on = /** @type {HTMLInputElement} */ (box).checked;
                number += on ? 1 : 0;
                const row = box.closest("tr");
                if (row) {
                    row.classList.toggle("on", on);
                }
            }
            if (count) {
                count.textContent = String(number);
            }
        };
        master.hidden = false;
        const line = master.closest("[hidden]");
        if (line) {
            line.removeAttribute("hidden");
        }
        master.addEventListener("change", () => {
            for (const box of boxes()) {
                /** @type {HTMLInputElement} */ (box).checked = master.checked;
            }
            show();
        });
        document.addEventListener("change", (event) => {
            if (event.target instanceof HTMLInputElement && event.target.name === master.dataset.all) {
                show();
            }
        });
        show();
    }
}

/** A button that puts a text on the clipboard and says so. */
function copyTexts() {
    for (const button of document.querySelectorAll("button[data-copies]")) {
        const source = document.getElementById(button.getAttribute("data-copies") || "");
        if (!(button instanceof HTMLButtonElement) || !source || !navigator.clipboard) {
            continue;
        }
        button.hidden = false;
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText((source.textContent || "").trim());
            button.textContent = button.dataset.done || button.textContent;
        });
    }
}

if (typeof document !== "undefined") {
    document.addEventListener("keydown", onKey);
    showPasswords();
    chooseAll();
    copyTexts();
}
