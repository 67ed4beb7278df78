/** Puts a note beside a text that holds an ID or bank card number, and in the check: never an error, nothing is held up.
 *
 * It comes with what sends: the first page need not carry it.
 */

import { redescribe } from "./controls.mjs";
import { holdsNumber } from "./personal_numbers.mjs";

const NOTE = "div.note.is-wait";

/** On every page and check that comes into sight, and when a field is left. Call once a page. */
export function noteNumbers() {
    document.addEventListener("diaoyan-page", (event) => look(/** @type {CustomEvent} */ (event).detail));
    for (const kind of ["change", "input"]) document.addEventListener(kind, onInput);
    const root = /** @type {any} */ (document.getElementById("filling"));
    if (!root || !root.form) return;
    look(root.form); // the form was there before this script
    if (!root.form.$("f-check").hidden) root.form.go("!check", { replace: true });
}

function look(form) {
    form.noteOn = (node) => (holds(form, node) ? form.texts.personal_number : "");
    for (const block of form.questions ? form.questions.blocks : []) tell(form, block);
}

/** A note comes when the field is left, and goes as soon as the number has gone. */
function onInput({ target, type }) {
    const { form } = /** @type {any} */ (document.getElementById("filling"));
    const block = form && form.questions && form.questions.blockOf(target);
    if (block && (type === "change" || block.querySelector(NOTE))) tell(form, block);
}

const holds = (form, node) =>
    node.def.type === "text" &&
    node.relevant &&
    !node.readonly &&
    holdsNumber(node.raw, form.state.label(node.path), form.clock().slice(0, 10));

function tell(form, block) {
    const node = form.questions.nodeOf(block);
    if (!node || node.def.type !== "text") return;
    const note = block.querySelector(NOTE);
    if (holds(form, node) === Boolean(note)) return;
    if (note) note.remove();
    else block.insertBefore(newNote(form, `${block.id}-s`), block.querySelector(".echo"));
    redescribe(block);
}

function newNote(form, id) {
    const note = document.createElement("div");
    note.className = "note is-wait";
    note.id = id;
    note.setAttribute("role", "status");
    note.appendChild(document.createElement("strong")).textContent = form.$("f-warn").textContent;
    note.appendChild(document.createElement("p")).textContent = form.texts.personal_number;
    return note;
}
