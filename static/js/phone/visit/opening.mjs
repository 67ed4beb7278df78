/** Opens a visit: from what lies on the phone and what the server says, which to go on with and who may write. Touches the store. */

import { itemsOf } from "../outbox/outbox.mjs";
import { keepDamaged } from "../outbox/queueing.mjs";
import { read } from "../store/store.mjs";
import { restoreBackups } from "../store/unsaved_backup.mjs";
import { ask, choose } from "./drafts.mjs";
import { bare, goOn, rename, start } from "./going_on.mjs";
import { readable, settle } from "./rows.mjs";

/**
 * Open a visit in `root`, which holds the frame (templates/field/form_frame.html). `data`: the server's word, null offline;
 * `pkg` and `hash`: the package whose questions stand in the page, completed (package_texts.mjs); `questions(hash)`: another one, as
 * {pkg, html}.
 */
export async function openVisit(
    root,
    { visit, data, pkg, hash, texts, language, leave, questions, isLeft = () => false, opened = undefined },
) {
    await restoreBackups();
    const [onPhone, items] = await Promise.all([
        read("visits", visit).catch(() => undefined),
        itemsOf(visit).catch(() => []),
    ]);
    const { row: ownRow, damaged } = onPhone ? readable(onPhone) : { row: undefined, damaged: false };
    if (ownRow && !ownRow.questionnaire) ownRow.questionnaire = hash;
    if (damaged) await keepDamaged(onPhone, ownRow).catch(() => undefined);
    if (isLeft()) return null;
    const isWaiting = items.some((item) => !/^(confirmed|purged)$/.test(item.state));
    const { row, others, left } = settle(ownRow, data, isWaiting);
    if (data && !data.editable && !(row && row.changed) && !isWaiting && !isReceipt()) {
        window.location.replace(`/visits/${visit}`); // nothing may be changed any more: the page to be read
        return null;
    }
    const opening = {
        root,
        data,
        damaged,
        texts,
        language,
        leave,
        pkg,
        hash,
        questions,
        isLeft,
        opened,
    };
    rename(root, visit);
    root.querySelector("#f-offline").hidden = navigator.onLine !== false;
    if (left || others.length) bare(root); // nothing is filled in before it is said where
    const atServer = () => goOn(opening, left[0], true); // no room for this phone's own
    if (left) return choose(opening, row, left).catch(atServer);
    if (others.length) return ask(opening, row, others);
    return row ? goOn(opening, row, true) : start(opening);
}

const isReceipt = () => window.location.hash === "#!receipt";
