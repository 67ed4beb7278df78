/** Adds to an open form what may come after it, with what sends: replies, notes, the draft as a file, presses that hold. */

import { saveDraft } from "../outbox/rescue.mjs";
import { noteNumbers } from "../questions/number_notes.mjs";
import { offerReplies } from "../questions/replies.mjs";

const CHOICE = /^(radio|checkbox|select)/;
let isDown = false;

/** Call once a page. */
export function helpTheForm() {
    offerReplies();
    noteNumbers();
    offerFile();
    waitForPresses();
}

/** 存成文件 at a draft that the phone does not take any more. */
function offerFile() {
    document.addEventListener("click", ({ target }) => {
        if (/** @type {Element} */ (target).id !== "f-rescue") return;
        const { saving, row } = /** @type {any} */ (document.getElementById("filling")).form;
        saving.collect();
        saveDraft(row, `${row.visit}.json`);
    });
}

/** What is pressed stays under the finger: that a field was left is told to the page only when the press is over. What is typed is taken
 * at every key, so that nothing waits but what is said of it. */
function waitForPresses() {
    for (const kind of ["mousedown", "mouseup"])
        addEventListener(
            kind,
            () => {
                isDown = kind === "mousedown"; // a tap is told as both
            },
            true,
        );
    document.addEventListener("change", afterPress, true);
}

function afterPress(event) {
    const { target } = event;
    if (!isDown || !event.isTrusted || CHOICE.test(target.type)) return;
    event.stopImmediatePropagation();
    const tell = () => target.dispatchEvent(new Event("change", { bubbles: true }));
    addEventListener("mouseup", () => setTimeout(tell), { once: true });
}
