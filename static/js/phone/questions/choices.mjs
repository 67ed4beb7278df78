/** Shows the choices that a question offers now. What is ticked and offered no longer stays in sight, marked: nothing is lost in silence. */

import { redescribe } from "./controls.mjs";

/** Bring the choices of a block up to date. Of a very long list only what is given stands here; `seek` (lists.mjs) does the rest. */
export function offer(block, path, node, state, texts) {
    const chosenNames = node.raw.split(" ").filter(Boolean);
    const stale = chosenNames.filter((word) => !node.choices.includes(word));
    const label = (name) => state.choiceLabel(path, name) + (stale.includes(name) ? ` (${texts.stale})` : "");
    const search = block.querySelector("[data-many]");
    const isLong = search && node.choices.length > search.getAttribute("data-many");
    if (isLong && block.seek) return block.seek(label);
    if (search && !isLong) search.hidden = true;
    const names = isLong ? chosenNames : [...node.choices, ...stale];
    const selects = Array.from(block.querySelectorAll("select"));
    const key = names.join(" ");
    if (block.offered === undefined) block.offered = shownNow(block, selects);
    if (node.def.type === "rank") return order(selects, node, names, label);
    if (block.offered === key) return;
    block.offered = key;
    if (selects.length) refill(selects[0], names, node.raw, label);
    else repick(block, path, names, node, label);
}

const shownNow = (block, selects) => {
    const controls = selects.length
        ? Array.from(selects[0].options)
        : Array.from(block.querySelectorAll(".picks input"));
    return controls
        .map((one) => one.value)
        .filter(Boolean)
        .join(" ");
};

/** A list for each place offers what is not placed elsewhere. */
function order(selects, node, names, label) {
    const placed = node.raw.split(" ").filter(Boolean);
    selects.forEach((select, place) => {
        const free = names.filter((name) => name === placed[place] || !placed.includes(name));
        const values = Array.from(select.options)
            .map((one) => one.value)
            .filter(Boolean);
        if (values.join(" ") !== free.join(" ")) refill(select, free, placed[place] || "", label);
    });
}

function refill(select, names, raw, label) {
    const options = document.createDocumentFragment();
    for (const name of names) options.appendChild(new Option(label(name), name, false, name === raw));
    select.length = 1; // what stands for no answer stays
    select.appendChild(options);
    if (!names.includes(raw)) select.selectedIndex = 0;
}

function repick(block, path, names, node, label) {
    const picks = block.querySelector(".picks");
    if (!picks) return;
    const none = picks.querySelector("input[value='']");
    const pictures = block.querySelector("template");
    const kind = node.def.type === "select_multiple" ? "checkbox" : "radio";
    const ticked = node.raw.split(" ");
    const active = /** @type {HTMLInputElement} */ (document.activeElement);
    const focused = picks.contains(active) ? active.value : null;
    while (picks.firstChild) picks.removeChild(picks.firstChild);
    for (const name of names) {
        const pick = document.createElement("label");
        const input = document.createElement("input");
        const words = document.createElement("span");
        pick.className = "pick";
        input.type = kind;
        input.name = path;
        input.value = name;
        input.checked = ticked.includes(name);
        words.textContent = label(name);
        const picture = pictures && Array.from(pictures.content.children).find((one) => one.dataset.of === name);
        if (picture) words.insertBefore(document.importNode(picture, true), words.firstChild);
        pick.appendChild(input);
        pick.appendChild(words);
        picks.appendChild(pick);
        if (name === focused) input.focus();
    }
    if (none) picks.appendChild(none.parentElement);
    redescribe(block);
}
