/** Shows the card of what is visited where the visit begins: facts, whom to see there, the liaison's telephone. */

import { empty, part } from "../questions/words.mjs";

/** `card`: {lines: [[label, text, telephone]], liaison}, as the server gives it. */
export function showCard(box, name, card) {
    const sheet = box.querySelector("#card");
    sheet.hidden = false;
    part(sheet, "name").textContent = name;
    const list = empty(part(sheet, "lines"));
    for (const [label, text, telephone] of card.lines) {
        const line = list.appendChild(document.createElement("div"));
        line.appendChild(document.createElement("dt")).textContent = label;
        const cell = line.appendChild(document.createElement("dd"));
        cell.textContent = telephone && text ? `${text} ` : text;
        if (telephone) call(cell.appendChild(document.createElement("a")), telephone).textContent = telephone;
    }
    const liaison = part(sheet, "liaison");
    liaison.hidden = !card.liaison;
    if (card.liaison) call(liaison, card.liaison);
}

function call(link, telephone) {
    link.className = "jump";
    link.href = `tel:${telephone.replace(/-/g, "")}`;
    return link;
}
