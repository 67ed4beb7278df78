/** What is said above a visit's pages: how it stands, and what the desk asks of a returned one. */

import { mirrorSoon } from "../mirror.mjs";
import { placeOf, step } from "./page_order.mjs";
import { empty, moment, part, say } from "./words.mjs";

/** The desk's remarks with jumps. */
export function showRemarks(form) {
    const { comments, about } = form.row;
    const box = form.$("f-returned");
    const [who, when] = box.querySelectorAll("[data-say]");
    say(who, { office: about.office });
    say(when, { day: moment(about.returned_at, form.texts).day });
    const list = empty(part(box, "list"));
    (comments || []).forEach(({ path, text }, number) => {
        const place = path && placeOf(form.state, path);
        const line = list.appendChild(document.createElement("li"));
        if (!place) {
            line.textContent = text;
            return;
        }
        const button = line.appendChild(document.createElement("button"));
        button.type = "button";
        button.className = "jump link";
        const page = step(form.keys(), place.key).number;
        button.textContent = `${number + 1}. ${form.state.label(path)}${form.texts.on_page.replace("%(number)d", page)}`;
        button.addEventListener("click", () => form.jump(place.key, path));
    });
}

/** Late, locked, withdrawn, changed elsewhere: said once, in words, above everything. */
export function showStanding(form) {
    const { about, assignment, base, changed } = form.row;
    const said = [];
    const tell = (name) => said.push(form.texts.standing[name]);
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
    for (const text of said) box.appendChild(document.createElement("p")).textContent = text;
    if (about.withdrawn && about.in_force) box.appendChild(toNewer(form));
    box.hidden = !said.length;
}

/** The way to the questionnaire in force, which takes along what is filled in; the server has it all before. */
function toNewer(form) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jump link";
    button.textContent = form.texts.to_newer;
    button.addEventListener("click", async () => {
        await form.saving.now();
        await mirrorSoon(form.row.visit);
        window.location.assign(`/visits/${form.row.visit}`);
    });
    return button;
}
