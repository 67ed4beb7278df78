/** Shows a visit to be read only: while another page writes, and when nothing may be changed any more. */

import { dayOf } from "../questions/echoes.mjs";
import { shownAnswer } from "../questions/questions.mjs";
import { empty, part } from "../questions/words.mjs";
import { nodesOf, places, titleOf } from "./page_order.mjs";

/** Every page with its questions and answers; `elsewhere`: another page is filling in this visit. */
export function showReadOnly(form, elsewhere) {
    const { texts } = form;
    form.sight("f-reading");
    form.head(texts.reading, null);
    const box = form.$("f-reading");
    part(box, "elsewhere").hidden = !elsewhere;
    answersOf(empty(part(box, "pages")), form.state, texts);
    form.tell(); // photos and signatures are drawn by the script for media
    form.toTop();
}

/** The open questions of a form with their answers, page by page, put into `list`. */
export function answersOf(list, state, texts) {
    for (const place of places(state)) {
        if (place.page.kind === "list") continue;
        const nodes = nodesOf(place.page, state, place.node).filter(
            (node) => node.relevant && node.def.type !== "note",
        );
        if (!nodes.length) continue;
        list.appendChild(document.createElement("h2")).textContent = titleOf(state, place);
        const sheet = list.appendChild(document.createElement("div"));
        sheet.className = "sheet";
        const lines = sheet.appendChild(document.createElement("dl"));
        lines.className = "dl wide";
        for (const node of nodes) {
            const line = lines.appendChild(document.createElement("div"));
            line.appendChild(document.createElement("dt")).textContent = state.label(node.path);
            const cell = line.appendChild(document.createElement("dd"));
            const isDay = node.def.type === "date";
            cell.textContent = (isDay && dayOf(node.raw, texts)) || shownAnswer(state, node) || texts.unanswered;
            if (node.def.type === "image") cell.dataset.part = node.raw;
        }
    }
}
