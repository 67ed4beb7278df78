/** Begins a visit on the phone: its defaults, what is known of it before, and what follows from who went. */

import { FormState } from "../../rules/evaluation.mjs";
import { fromAttendance, membersOf } from "../pages/attendance.mjs";
import { rowFrom } from "./rows.mjs";

/** The state of a visit that begins: defaults, what the visit itself gives, and the `start` of open repeats. The twin of `begin` in
 * `surveys/questionnaire/facts/facts.py`. */
export function begin(pkg, preload, { now, language }) {
    const state = new FormState(pkg, null, null, { now, language, begins: true });
    for (const path of Object.keys(preload || {})) state.set(path, preload[path]);
    for (const row of pkg.facts.rows) {
        if (row.preload === "visit.today" && state.node(row.path)) state.set(row.path, now.slice(0, 10)); // not the day it was made ready
        const isOffered = /^(register|visit)\./.test(row.preload || "");
        const node = isOffered && state.node(row.path);
        if (node && node.problem) state.set(row.path, ""); // what the form does not take is asked
    }
    for (const row of pkg.facts.rows) {
        if (!/^[0-9]+$/.test(row.start || "") || !(row.path in state.repeats)) continue;
        while (state.repeats[row.path] > Number(row.start)) state.remove(`${row.path}[${state.repeats[row.path]}]`);
        while (state.repeats[row.path] < Number(row.start)) state.add(row.path);
    }
    return state;
}

/** The row of a visit that begins now; `left`: the drafts that it does not go on with. */
export function firstRow(data, pkg, ids, { now, language, left }) {
    const preload = { ...data.given, ...fromAttendance(pkg, membersOf(data, ids)) };
    const state = begin(pkg, preload, { now, language });
    const more = { changed: new Date().toISOString(), declined: left.map((one) => one.mark) };
    const row = rowFrom(data, { answers: state.raw(), repeats: state.repeats, clock: now }, more);
    row.about.present = ids;
    return row;
}
