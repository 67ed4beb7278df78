/** The start of a visit, with or without a signal: the notice is read aloud, who went is chosen, the form opens. */

import { begin } from "../../visit_start.mjs";
import { fromAttendance } from "./attendance.mjs";
import { rowFrom } from "./rows.mjs";
import { empty, part } from "./words.mjs";

/** Offer the group's members; `chosen` are ticked. */
export function showMembers(box, members, chosen) {
    const list = empty(part(box, "list"));
    for (const { id, name } of members) {
        const label = list.appendChild(document.createElement("label"));
        label.className = "pick";
        const input = label.appendChild(document.createElement("input"));
        input.type = "checkbox";
        input.name = "present";
        input.value = id;
        input.checked = chosen.includes(id);
        label.appendChild(document.createElement("span")).textContent = name;
    }
}

/** Who is ticked; an empty list is said to be wrong. */
export function ticked(box) {
    const chosen = Array.from(box.querySelectorAll("input[name=present]:checked"), (one) => one.value);
    const field = box.querySelector("#f-present");
    field.classList.toggle("has-error", !chosen.length);
    part(box, "error").hidden = chosen.length > 0;
    if (!chosen.length) box.querySelector("#f-present-l").focus();
    return chosen;
}

/** Those of the group who were chosen. */
export const membersOf = (about, chosen) => (about.members || []).filter((member) => chosen.includes(member.id));

/** The row of a visit that begins now; `left`: the drafts that it does not go on with. */
export function begun(data, pkg, chosen, { now, language, left }) {
    const given = { ...data.given, ...fromAttendance(pkg, membersOf(data, chosen)) };
    const state = begin(pkg, given, { now, language });
    const more = { changed: new Date().toISOString(), declined: left.map((one) => one.mark) };
    const row = rowFrom(data, { answers: state.raw(), repeats: state.repeats, clock: now }, more);
    row.about.present = chosen;
    return row;
}
