/** Makes the index of a long list that is searched, in small slices of time, so that the page answers meanwhile. */

import { Index, readingsOf } from "./matching.mjs";
import { readingsFor } from "./readings.mjs";

const SLICE = 8; // milliseconds at a time
const MOST_KEPT = 8;

const indexes = new Map(); // questionnaire, list, language → promise of an index

const pause = () =>
    new Promise((resolve) => {
        if (typeof requestIdleCallback === "function") requestIdleCallback(resolve, { timeout: 100 });
        else setTimeout(resolve, 0);
    });

/** The index of a question's list in the form's language; `index.places` finds the row of a choice. */
export function indexFor(form, node) {
    const hash = form.row.questionnaire;
    const key = [hash, node.def.items.list, form.state.language].join("\n");
    if (!indexes.has(key)) {
        if (indexes.size >= MOST_KEPT) indexes.delete(indexes.keys().next().value);
        indexes.set(
            key,
            make(form.state, node, hash, () => indexes.delete(key)),
        );
    }
    return indexes.get(key);
}

/** Without the readings labels and codes still find; `again`: try for them the next time. */
async function make(state, node, hash, again) {
    const table = await readingsFor(hash).catch(() => again());
    const index = new Index(readingsOf(table));
    let start = performance.now();
    for (const row of state.pkg.sec[node.def.items.list]) {
        index.add(labelOf(state, node, row), row.name || "");
        if (performance.now() - start < SLICE) continue;
        await pause();
        start = performance.now();
    }
    warm(index);
    return index;
}

/** While nobody has typed yet. */
async function warm(index) {
    for (const _turn of index.warmed()) await pause();
}

export const labelOf = (state, node, row) => (row.label && state.text(row.label, node)) || row.name || "";
