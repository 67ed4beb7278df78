/** How a visit begins on the phone: the twin of `begin` in `surveys/questionnaire/facts.py`. */

import { FormState } from "./evaluation.mjs";

/** The state of a visit that begins: defaults, what the visit itself gives, and the `start` of open repeats. */
export function begin(pkg, given, { now, language }) {
    const state = new FormState(pkg, null, null, { now, language, begins: true });
    for (const path of Object.keys(given || {})) state.set(path, given[path]);
    for (const row of pkg.facts.rows) {
        if (!/^[0-9]+$/.test(row.start || "") || !(row.path in state.repeats)) continue;
        while (state.repeats[row.path] > Number(row.start)) state.remove(`${row.path}[${state.repeats[row.path]}]`);
        while (state.repeats[row.path] < Number(row.start)) state.add(row.path);
    }
    return state;
}
