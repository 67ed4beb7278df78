/** Makes the few elements that media questions are drawn with. */

import { filled } from "../questions/words.mjs";

/** An element with a class, a text and children. */
export function make(tag, kind = "", text = "", ...children) {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    if (text) element.textContent = text;
    for (const child of children) if (child) element.appendChild(child);
    return element;
}

export function button(text, act, kind = "btn two") {
    const element = make("button", kind, text);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
}

/** Buttons beside each other where there is room. */
export const pair = (...buttons) => make("div", "pair", "", ...buttons);

/** A line that is read out when it changes. */
export function status() {
    const element = make("p", "hint");
    element.setAttribute("role", "status");
    return element;
}

/** What could not be done, at the question itself; the rest of the form goes on. */
export function fault(text) {
    const note = make("div", "note is-bad", "", make("p", "", text));
    note.setAttribute("role", "alert");
    return note;
}

export { filled };
