/** Gets the pinyin of the characters in a questionnaire's long lists: from this phone, else from the server. Touches store and network. */

import { read, write } from "../store/store.mjs";

const IN_SIGHT = 100;
const IN_SIGHT_OF_SEARCH = 20;

export const idOf = (hash) => `readings:${hash}`;

/** Whether some question of a package has a list that is searched (surveys/questionnaire/views/list_search.py). */
export const isSearched = (pkg) =>
    pkg.defs.some(({ appearance, items, type }) => {
        const list = items && pkg.sec[items.list];
        const most = /\bautocomplete\b/.test(appearance || "") ? IN_SIGHT_OF_SEARCH : IN_SIGHT;
        return /^select_(one|multiple)$/.test(type) && Boolean(list) && list.length > most;
    });

/** `{reading: "characters"}`; rejects where it is not here and cannot be had now. */
export async function readingsFor(hash) {
    const row = await read("device", idOf(hash)).catch(() => null);
    if (row) return row.readings;
    const answer = await fetch(`/questionnaires/${hash}/readings`, { credentials: "same-origin" });
    if (answer.status !== 200 || !answer.headers.get("Diaoyan-Release")) throw new Error(`readings: ${answer.status}`);
    const { readings } = await answer.json();
    await write(["device"], (work) => work.put("device", { id: idOf(hash), readings })).catch(() => undefined);
    return readings;
}
