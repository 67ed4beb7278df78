/** 存成文件 at a draft that the phone does not take any more. It comes with what sends: the first page need not carry it. */

import { saveDraft } from "../rescue.mjs";

/** Heed the button. Call once a page. */
export function offerFile() {
    document.addEventListener("click", ({ target }) => {
        if (/** @type {Element} */ (target).id !== "f-rescue") return;
        const { saving, row } = /** @type {any} */ (document.getElementById("filling")).form;
        saving.collect();
        saveDraft(row, `${row.visit}.json`);
    });
}
