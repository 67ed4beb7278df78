/** Lets go of the bytes of photos that no unsent draft, kept draft or version names any more. Inside a transaction of its caller. */

import { isKeptDraft } from "./kept_drafts.mjs";

/** The stores such a transaction is over. */
export const PARTS = ["parts", "visits", "outbox", "device"];

/** What a visit's row, a draft or a version names, and what the row's answers have named before. */
export const partsOf = (row) =>
    (row ? [].concat(row.parts || [], row.dropped || []) : []).filter((part) => part && part.sha256);

/** The bytes of these parts go where nothing names them any more; `needs` says which versions still count. */
export async function letGo(work, parts, needs = (_version) => true) {
    const keptDrafts = (await work.all("device")).filter(isKeptDraft).map((row) => row.draft);
    const versions = (await work.all("outbox")).filter(needs);
    const drafts = (await work.all("visits")).filter((row) => row.changed); // else it is what was handed in, and a version says so
    const hashes = new Set();
    for (const one of [...versions, ...keptDrafts, ...drafts])
        for (const { sha256 } of one.parts || []) hashes.add(sha256);
    for (const { sha256 } of parts || []) if (!hashes.has(sha256)) await work.remove("parts", sha256);
}
