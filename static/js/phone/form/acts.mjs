/** What the buttons of a form do, by their `data-do`. Touches the form they stand in. */

import { later } from "./later.mjs";
import { entryOf } from "./page_order.mjs";

export const actsOf = (form) => ({
    next: () => form.next(),
    previous: () => form.previous(),
    check: () => form.go("!check"),
    add: () => later(({ addEntry }) => addEntry(form)),
    undo: () => later(({ undoRemove }) => undoRemove(form)),
    remove: () => later(({ removeEntry }) => removeEntry(form, `/${entryOf(form.at.list, form.place.key)}`)),
    restore: (button) => form.restore(button.value),
    "hand-in": () => later(({ handIn }) => handIn(form)),
    first: () => form.jump(form.gaps[0].key, form.gaps[0].path, true),
    again: () => form.again(),
    begin: () => undefined, // told as the form's own submit
    present: () => later(({ present }) => present(form)),
    take: () => later(({ take }) => take(form)),
});
