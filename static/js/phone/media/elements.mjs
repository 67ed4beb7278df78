/** Makes the few elements that media questions are drawn with. */

import { filled } from "../questions/words.mjs";

/** An element with a class, a text and children. */
export function make(tag, kind = "", text = "", ...children) {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text) made.textContent = text;
    for (const child of children) if (child) made.appendChild(child);
    return made;
}

export function button(text, act, kind = "btn two") {
    const made = make("button", kind, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
}

/** Buttons beside each other where there is room. */
export const pair = (...buttons) => make("div", "pair", "", ...buttons);

/** A line that is read out when it changes. */
export function status() {
    const made = make("p", "hint");
    made.setAttribute("role", "status");
    return made;
}

/** What could not be done, at the question itself; the rest of the form goes on. */
export function fault(text) {
    const made = make("div", "note is-bad", "", make("p", "", text));
    made.setAttribute("role", "alert");
    return made;
}

export { filled };
