/** 改在这里填写: this page takes the right to write over from another one. Touches the store. */

import { heedLast } from "../store/last_words.mjs";
import { read } from "../store/store.mjs";

/** The other page saves, this one reads what it has saved and goes on. */
export async function take(form) {
    if (!(await form.saving.take())) return;
    if (form.closed) return void form.saving.over();
    await heedLast(); // its own, of before it lost the right
    form.saving.kept = false;
    Object.assign(form.row, await read("visits", form.row.visit));
    form.saving.known = form.row.changed;
    form.reading = false;
    form.rebuild();
    form.open();
}
