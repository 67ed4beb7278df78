/** Puts a visit into its form, with the questions it was begun with, or shows its start. Touches the store. */

import { showMembers, ticked } from "../pages/attendance.mjs";
import { showCard } from "../pages/card.mjs";
import { Form } from "../pages/form.mjs";
import { empty, say } from "../questions/words.mjs";
import { write } from "../store/store.mjs";
import { fillTexts } from "./package_texts.mjs";
import { Saving } from "./saving.mjs";
import { firstRow } from "./start.mjs";

/** The pages' own links know the visit now. */
export function rename(root, visit) {
    const roots = [root, ...Array.from(root.querySelectorAll("template"), (one) => one.content)];
    for (const one of roots)
        for (const name of ["href", "action"])
            for (const link of one.querySelectorAll(`[${name}*='/visits/VISIT/']`))
                link.setAttribute(name, link.getAttribute(name).replace("VISIT", visit));
}

/** The questions of another version of the questionnaire take the place of those in the page. */
async function fit(opening, row) {
    if (row.questionnaire === opening.hash) return;
    const { pkg, html } = await opening.questions(row.questionnaire);
    if (opening.isLeft()) return;
    const form = opening.root.querySelector("#f-answers");
    for (const one of form.querySelectorAll("section[data-page], template[data-pattern]")) one.remove();
    const template = document.createElement("template");
    template.innerHTML = html;
    form.insertBefore(template.content, opening.root.querySelector("#f-entries"));
    opening.pkg = fillTexts(opening.root, pkg);
    opening.hash = row.questionnaire;
    rename(opening.root, row.visit);
}

/** Neither questions nor the start: something else is said first. */
export function bare(root) {
    for (const id of ["f-answers", "f-start", "f-where", "f-progress"]) root.querySelector(`#${id}`).hidden = true;
}

/** The draft's own questionnaire is not here and cannot be had now: nothing is lost, and it opens when there is a signal. */
function withoutForm({ root, texts }, row) {
    root.querySelector("#f-title").textContent = row.assignment.title;
    const box = empty(root.querySelector("#f-standing"));
    box.appendChild(document.createElement("p")).textContent = texts.standing.no_form;
    box.hidden = false;
    window.addEventListener("online", () => window.location.reload(), { once: true });
    return null;
}

/** The form with this row; `isTyped`: something may have been typed before the script was there. */
export async function goOn(opening, row, isTyped) {
    try {
        await fit(opening, row);
    } catch (_) {
        if (opening.isLeft()) return null;
        bare(opening.root);
        return withoutForm(opening, row);
    }
    if (opening.isLeft()) return null;
    const { root, pkg, texts, language, leave } = opening;
    const tell = (fault) => {
        if (form.closed) return;
        root.querySelector("#f-unsaved").hidden = !fault;
        if (!fault) form.saved();
    };
    const saving = new Saving(row, tell);
    const granting = saving.begin(() => form.lost()); // asked for while the form is made
    const form = new Form(root, saving, pkg, { texts, language, leave });
    form.damaged = opening.damaged;
    root.querySelector("#f-retry").addEventListener("click", () => saving.now());
    form.listen();
    if (opening.opened) opening.opened(form);
    const isMine = await granting;
    if (form.closed)
        saving.over(); // left at once
    else if (!isMine) form.lost();
    else form.open({ typed: isTyped });
    return form;
}

/** The start of a visit; `otherDrafts`: those that it does not go on with. */
export function start(opening, otherDrafts = []) {
    const { root, data, texts } = opening;
    const box = root.querySelector("#f-start");
    if (!data) return null;
    bare(root);
    root.querySelector("#f-title").textContent = texts.start;
    root.querySelector("#f-firm").textContent = data.assignment.title;
    if (data.card) showCard(box, data.assignment.title, data.card); // else it stands in the page
    say(box.querySelector(".read [data-say]"), { office: data.organizer });
    if (!box.querySelector("input[name=present]")) {
        showMembers(box, data.members, data.present.length ? data.present : [data.self]);
    }
    box.hidden = false;
    const go = async (event) => {
        event.preventDefault();
        const ids = ticked(box);
        if (!ids.length) return;
        box.removeEventListener("submit", go);
        const now = data.as_of || `${new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 23)}+08:00`;
        const row = firstRow(data, opening.pkg, ids, { now, language: opening.language, left: otherDrafts });
        const isKept = await write(["visits"], (work) => work.put("visits", row)).catch(() => false);
        const form = await goOn(opening, row, false);
        if (form && !isKept) form.saving.soon();
    };
    box.addEventListener("submit", go);
    return null;
}
