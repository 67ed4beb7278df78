/** Takes the right to fill in a visit over from another page: 改在这里填写. Touches the store. */

import { read } from "../store/store.mjs";
import { restoreBackups } from "../store/unsaved_backup.mjs";

/** The other page saves, this one reads what it has saved and goes on. */
export async function take(form) {
    if (!(await form.saving.take())) return;
    if (form.closed) return void form.saving.over();
    await restoreBackups(); // its own, of before it lost the right
    form.saving.isBackedUp = false;
    Object.assign(form.row, await read("visits", form.row.visit));
    form.saving.known = form.row.changed;
    form.reading = false;
    form.rebuild();
    form.open();
}
