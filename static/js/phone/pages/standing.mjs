/** Says above a visit's pages how it stands: late, locked, withdrawn, changed elsewhere. */

import { empty } from "../questions/words.mjs";
import { toNewer } from "./remarks.mjs";

/** Late, locked, withdrawn, changed elsewhere: said once, in words, above everything. */
export function showStanding(form) {
    const { about, assignment, base, changed } = form.row;
    const sentences = [];
    const tell = (name) => sentences.push(form.texts.standing[name]);
    if (form.damaged) tell("damaged");
    if (assignment.replaced) tell("replaced");
    if (assignment.state === "void") tell("void");
    if (assignment.state === "accepted") tell("accepted");
    if (about.locked) tell("locked");
    if (about.late && /open|draft|returned/.test(assignment.state)) tell("late");
    if (about.withdrawn && about.in_force) tell("withdrawn");
    else if (about.in_force && about.in_force !== form.row.questionnaire) tell("newer");
    if (changed && assignment.head && base !== assignment.head) tell("fork");
    const box = empty(form.$("f-standing"));
    for (const text of sentences) box.appendChild(document.createElement("p")).textContent = text;
    if (about.withdrawn && about.in_force) box.appendChild(toNewer(form));
    box.hidden = !sentences.length;
}
