/** Shows what the desk asks of a returned visit, puts an earlier answer back, and leads to a newer questionnaire. */

import { mirrorSoon } from "../outbox/mirror.mjs";
import { empty, moment, part, say } from "../questions/words.mjs";
import { placeOf, step } from "./page_order.mjs";

/** The desk's remarks with jumps; `isSmall`: on a page of questions, where each stands at its question, the jumps alone. */
export function showRemarks(form, isSmall) {
    const { comments, about } = form.row;
    const box = form.$("f-returned");
    const [who, when] = box.querySelectorAll("[data-say]");
    who.parentElement.hidden = isSmall;
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
        const page = step(form.state, place.key).number;
        button.textContent = `${number + 1}. ${form.state.label(path)}${form.texts.on_page.replace("%(number)d", page)}`;
        button.addEventListener("click", () => form.jump(place.key, path));
    });
}

/** The answer that stood before stands again. */
export function restore(form, path) {
    if (!form.row.head || form.row.head.answers[path] === undefined) return;
    form.state.set(path, form.row.head.answers[path]);
    form.changed();
    form.questions.show();
    const block = form.questions.blockAt(path);
    form.rejudge(block, block);
    form.tell();
    form.toQuestion(path);
}

/** The way to the questionnaire in force, which takes along what is filled in; the server has it all before. */
export function toNewer(form) {
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
