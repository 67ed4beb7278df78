/** 另存的草稿 as rows of the store: a draft that was not chosen, kept until the person deletes it. Touches the store.
 *
 * A row of `device`: `{id: "aside:<visit>:<mark or moment>", visit, title, by, at, draft: {questionnaire, answers, repeats, base, …}}`.
 */

import { readAll, write } from "./store.mjs";

const KEPT = "questionnaire answers repeats base clock page parts replies".split(" ");

/** The row that keeps a draft: one found elsewhere (`by`, `at`), or this phone's own. */
export function asideOf(visit, title, found) {
    const at = found.changed || found.at;
    const draft = {};
    for (const key of KEPT) draft[key] = found[key] === undefined ? null : found[key];
    return { id: `aside:${visit}:${found.mark || at}`, visit, title, by: found.by || null, at, draft };
}

/** A draft as a text that stays what it is: what its mirror on the server has of it too. */
export function textOf(row) {
    const text = {};
    for (const key of [...KEPT, "changed"]) text[key] = row[key] === undefined ? null : row[key];
    return JSON.stringify(text);
}

/** Keep these drafts beside the one that is gone on with. */
export const setAside = (visit, title, drafts) =>
    write(["device"], async (work) => {
        for (const one of drafts) await work.put("device", asideOf(visit, title, one));
    });

export const isAside = (row) => row.id.startsWith("aside:");

/** All of them, newest first. */
export async function asides() {
    const rows = (await readAll("device")).filter(isAside);
    return rows.sort((one, other) => (one.at < other.at ? 1 : -1));
}
