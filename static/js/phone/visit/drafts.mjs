/** Asks which draft of a visit to go on with, where there are several. Touches the store. */

import { copy, empty, moment, part, say } from "../questions/words.mjs";
import { keepDrafts } from "../store/kept_drafts.mjs";
import { goOn, start } from "./going_on.mjs";
import { aboutOf, rowFrom } from "./rows.mjs";

/** Go on with a draft; none of those that are left is lost: 另存的草稿 on the page 待发送. */
export async function choose(opening, draft, otherDrafts) {
    const { data } = opening;
    await keepDrafts(data.visit, data.assignment.title, otherDrafts);
    const form = draft ? await goOn(opening, draft, false) : start(opening, otherDrafts);
    if (form && !form.reading) {
        form.saving.soon(); // what was chosen is what this phone has from now on, also when the page is left at once
        form.saving.now();
    }
    return form;
}

/** The person is asked which one. */
export function ask(opening, row, others) {
    const { root, data, texts } = opening;
    const box = root.querySelector("#f-drafts");
    root.querySelector("#f-title").textContent = data.assignment.title;
    root.querySelector("#f-firm").textContent = "";
    const list = empty(part(box, "list"));
    const offer = (draft, at, which) => {
        const line = list.appendChild(copy("t-draft"));
        const button = line.querySelector("button");
        const number = Object.keys(draft.answers).length;
        say(button, { by: draft.by || "", at: moment(at, texts).full, number }, which);
        return button;
    };
    const goOnWith = (draft, otherDrafts) => {
        box.hidden = true; // pressed once
        return choose(opening, draft, otherDrafts).catch((fault) => {
            box.hidden = false;
            throw fault;
        });
    };
    const declined = ((row && row.declined) || []).concat(others.map((other) => other.mark));
    for (const draft of others) {
        offer(draft, draft.at, draft.kind).addEventListener("click", () =>
            goOnWith(
                rowFrom(data, draft, {
                    changed: new Date().toISOString(),
                    declined,
                    about: row ? row.about : aboutOf(data),
                }),
                others.concat(row && row.changed ? row : []).filter((one) => one !== draft),
            ),
        );
    }
    const mine = row || { answers: {} };
    const which = row ? (row.changed ? "here" : "handed") : "none";
    offer(mine, row && (row.changed || row.clock), which).addEventListener("click", () =>
        goOnWith(row && { ...row, declined }, others),
    );
    box.hidden = false;
    list.querySelector("button").focus();
    return null;
}
