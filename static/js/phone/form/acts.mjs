/** What the buttons of a form do, by their `data-do`. Touches the form they stand in. */

import { entryOf } from "./page_order.mjs";

export const actsOf = (form) => ({
    next: () => form.next(),
    previous: () => form.previous(),
    check: () => form.go("!check"),
    add: () => form.afterwards(({ addEntry }) => addEntry(form)),
    undo: () => form.afterwards(({ undoRemove }) => undoRemove(form)),
    remove: () => remove(form, form.row.changed),
    restore: ({ value }) => form.afterwards(({ restore }) => restore(form, value)),
    "hand-in": () => form.afterwards(({ handIn }) => handIn(form)),
    first: () => form.jump(form.gaps[0].key, form.gaps[0].path, true),
    again: () => form.again(),
    begin: () => undefined, // told as the form's own submit
    present: () => form.afterwards(({ present }) => present(form)),
    take: () => form.afterwards(({ take }) => take(form)),
});

/** An entry is not deleted with what was written into it since the press. */
const remove = (form, changed) =>
    form.afterwards(({ removeEntry }) => {
        if (form.row.changed === changed) removeEntry(form, `/${entryOf(form.at.list, form.place.key)}`);
    });
