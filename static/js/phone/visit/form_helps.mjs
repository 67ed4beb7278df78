/** Adds to an open form what may come after it, with what sends: replies, notes, the draft as a file. */

import { saveDraft } from "../outbox/rescue.mjs";
import { noteNumbers } from "../questions/number_notes.mjs";
import { waitForPresses } from "../questions/press.mjs";
import { offerReplies } from "../questions/replies.mjs";

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
