/** Shows a visit to be read only: while another page writes, and when nothing may be changed any more. */

import { dayOf } from "../questions/echoes.mjs";
import { shownAnswer } from "../questions/questions.mjs";
import { empty, part } from "../questions/words.mjs";
import { read } from "../store/store.mjs";
import { nodesOf, places, titleOf } from "./page_order.mjs";

/** Every page with its questions and answers; `elsewhere`: another page is filling in this visit. */
export function showReadOnly(form, elsewhere) {
    const { texts } = form;
    form.sight("f-reading");
    form.head(texts.reading, null);
    const box = form.$("f-reading");
    part(box, "elsewhere").hidden = !elsewhere;
    answersOf(empty(part(box, "pages")), form.state, texts, (cell, node) => picture(cell, node, form.row));
    form.toTop();
}

/** The open questions of a form with their answers, page by page, put into `list`; `draw` shows what is no text in its cell. */
export function answersOf(list, state, texts, draw = (_cell, _node) => undefined) {
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
            draw(cell, node);
        }
    }
}

/** A photo or signature in place of its name: from this phone, or from the server. */
async function picture(cell, node, row) {
    const all = [...(row.parts || []), ...((row.head && row.head.parts) || [])];
    const entry = node.raw && all.find((one) => one.name === node.raw);
    if (!entry || !/^image\/(jpeg|png)$/.test(entry.type)) return;
    const kept = await read("parts", entry.sha256).catch(() => undefined);
    const image = document.createElement("img");
    image.className = "shown";
    image.alt = cell.previousSibling.textContent;
    image.src =
        kept && kept.bytes
            ? URL.createObjectURL(new Blob([kept.bytes], { type: entry.type }))
            : `/visits/${row.visit}/parts/${entry.sha256}`;
    empty(cell).appendChild(image);
}
