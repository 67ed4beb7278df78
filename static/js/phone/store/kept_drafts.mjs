/** Keeps drafts that were not chosen, 另存的草稿, until the person deletes them. Touches the store.
 *
 * A row of `device`: `{id: "aside:<visit>:<mark or moment>", visit, title, by, at, draft: {questionnaire, answers, repeats, base, …}}`.
 */

import { readAll, write } from "./store.mjs";

const DRAFT_KEYS = "questionnaire answers repeats base clock page parts replies".split(" ");

/** The row that keeps a draft: one found elsewhere (`by`, `at`), or this phone's own. */
export function keptDraftOf(visit, title, source) {
    const at = source.changed || source.at;
    const draft = {};
    for (const key of DRAFT_KEYS) draft[key] = source[key] === undefined ? null : source[key];
    return { id: `aside:${visit}:${source.mark || at}`, visit, title, by: source.by || null, at, draft };
}

/** A draft as a text that stays what it is: what its mirror on the server has of it too. */
export function textOf(row) {
    const text = {};
    for (const key of [...DRAFT_KEYS, "changed"]) text[key] = row[key] === undefined ? null : row[key];
    return JSON.stringify(text);
}

/** Keep these drafts beside the one that is gone on with. */
export const keepDrafts = (visit, title, drafts) =>
    write(["device"], async (work) => {
        for (const one of drafts) await work.put("device", keptDraftOf(visit, title, one));
    });

export const isKeptDraft = (row) => row.id.startsWith("aside:");

/** All of them, newest first. */
export async function keptDrafts() {
    const rows = (await readAll("device")).filter(isKeptDraft);
    return rows.sort((one, other) => (one.at < other.at ? 1 : -1));
}
