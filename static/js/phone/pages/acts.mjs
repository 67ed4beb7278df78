/** Names what each button of a form does, by its `data-do`. */

import { present } from "./attendance.mjs";
import { addEntry, removeEntry, undoRemove } from "./entries.mjs";
import { entryOf } from "./page_order.mjs";
import { handIn } from "./receipt.mjs";
import { restore } from "./remarks.mjs";
import { take } from "./takeover.mjs";

export const actsOf = (form) => ({
    next: () => form.next(),
    previous: () => form.previous(),
    check: () => form.go("!check"),
    add: () => addEntry(form),
    undo: () => undoRemove(form),
    remove: () => removeEntry(form, `/${entryOf(form.at.list, form.place.key)}`),
    restore: ({ value }) => restore(form, value),
    "hand-in": () => handIn(form),
    first: () => form.jump(form.gaps[0].key, form.gaps[0].path, true),
    again: () => form.again(),
    begin: () => undefined, // told as the form's own submit
    present: () => present(form),
    take: () => take(form),
});
