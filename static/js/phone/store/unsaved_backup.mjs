/** Backs up what a page had not yet saved when it was left: IndexedDB takes nothing more then, localStorage does, at once. Touches both.
 *
 * The next page that opens a form, the list or 待发送 puts it into the store, unless another page has written to the visit since: then it
 * is set aside, as a draft that was not chosen.
 */

import { keptDraftOf } from "./kept_drafts.mjs";
import { write } from "./store.mjs";

const NAME = "diaoyan-last:";

/** Keep `own`, what this page writes of the visit. `was`: when the row in the store was changed, as far as the page knows. */
export function keepBackup(own, was) {
    try {
        localStorage.setItem(NAME + own.visit, JSON.stringify({ own, was }));
    } catch (_) {
        // no room for words: the write that is under way may still come through
    }
}

export const dropBackup = (visit) => localStorage.removeItem(NAME + visit);

/** Put what pages that were left had kept into the store. */
export async function restoreBackups() {
    try {
        for (const name of Object.keys(localStorage)) if (name.startsWith(NAME)) await restore(name);
    } catch (_) {
        // no such storage, or no room in the store yet: the next page tries again
    }
}

async function restore(name) {
    const { own, was } = JSON.parse(localStorage.getItem(name));
    await putBackup(own, was);
    localStorage.removeItem(name);
}

/** Put them into the visit's row; beside it, where the row is another by now than `was` says, or another page goes on with it. */
export const putBackup = (own, was, late = false) =>
    write(["visits", "device"], async (work) => {
        const row = await work.get("visits", own.visit);
        if (!row) return; // another deputy's phone by now
        const isMine =
            was.concat(own.changed).includes(row.changed || null) && (row.base || null) === (own.base || null);
        if (isMine && !late) await work.put("visits", Object.assign(row, own));
        else if (own.changed !== was[0])
            await work.put("device", keptDraftOf(own.visit, (row.assignment || {}).title, own));
    });
