// The choices a question offers now. What is ticked and offered no longer stays in sight, marked: nothing is lost in silence.

const listed = (node) => {
    const stale = node.raw.split(" ").filter((word) => word && !node.choices.includes(word));
    return { names: [...node.choices, ...stale], stale };
};

export const offer = (block, path, node, state, texts) => {
    const { names, stale } = listed(node);
    const key = names.join(" ");
    const select = block.querySelector("select");
    if (block.offered === undefined) block.offered = shownNow(block, select);
    if (block.offered === key) return;
    block.offered = key;
    const label = (name) => state.choiceLabel(path, name) + (stale.includes(name) ? ` (${texts.stale})` : "");
    if (select) refill(select, names, node.raw, label);
    else repick(block, path, names, node, label);
};

const shownNow = (block, select) => {
    const controls = select ? Array.from(select.options) : Array.from(block.querySelectorAll(".picks input"));
    return controls
        .map((one) => one.value)
        .filter(Boolean)
        .join(" ");
};

const refill = (select, names, raw, label) => {
    const first = select.options[0];
    while (select.firstChild) select.removeChild(select.firstChild);
    select.appendChild(first);
    for (const name of names) select.appendChild(new Option(label(name), name, name === raw, name === raw));
    if (!names.includes(raw)) first.selected = true;
};

const repick = (block, path, names, node, label) => {
    const picks = block.querySelector(".picks");
    if (!picks) return;
    const kind = node.def.type === "select_multiple" ? "checkbox" : "radio";
    const ticked = node.raw.split(" ");
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
        pick.appendChild(input);
        pick.appendChild(words);
        picks.appendChild(pick);
    }
};
