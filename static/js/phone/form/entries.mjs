/** The list page of an open repeat: its entries, one more, one less, and the last one back. */

import { listOf, places } from "./page_order.mjs";
import { shownAnswer } from "./questions.mjs";
import { copy, empty, part, say } from "./words.mjs";

/** What the list says of its entries: each with its first long answer, and how much is missing. */
export function showEntries(form, place) {
    const box = form.$("f-entries");
    const { state } = form;
    const name = place.page.path.slice(place.page.path.lastIndexOf("/") + 1);
    const nodes = place.node.kids[name];
    const wrong = state.problems().map(([path]) => path);
    const list = empty(part(box, "list"));
    for (const node of nodes) {
        const line = list.appendChild(copy("t-entry"));
        const [number, text, missing] = line.children;
        const problems = wrong.filter((path) => path.startsWith(`${node.path}/`)).length;
        const button = line.querySelector("button");
        number.textContent = `${form.titleOf(place)} ${node.number}`;
        text.textContent = titleOf(state, node) || button.getAttribute("data-none");
        missing.hidden = !problems;
        if (problems) say(missing, { number: problems });
        say(button, { number: node.number }, problems ? "missing" : "");
        button.addEventListener("click", () => form.go(form.firstOf(node.path.slice(1)), { strict: problems > 0 }));
    }
    const { length } = nodes;
    const head = box.querySelector("h2");
    head.hidden = list.hidden = !length;
    if (length) say(head, { number: length });
    part(box, "none").hidden = length > 0;
    say(box.querySelector("[data-do=add]"), {}, length ? "" : "first");
    const { removed } = form.row;
    const gone = part(box, "removed");
    gone.hidden = !(removed && removed.repeat === `/${place.key}`);
    if (!gone.hidden) say(gone.firstElementChild, { number: removed.number });
}

/** The longest answer in it. */
function titleOf(state, node) {
    let longest = "";
    for (const name of Object.keys(node.kids)) {
        for (const kid of node.kids[name]) {
            const text = kid.def.kind === "field" && kid.value ? shownAnswer(state, kid) : "";
            if (text.length > longest.length) longest = text;
        }
    }
    return longest;
}

export function addEntry(form) {
    const path = form.state.add(`/${form.place.key}`);
    form.row.removed = null;
    form.changed();
    form.go(form.firstOf(path.slice(1)) || form.place.key);
}

/** What is told of the paths inside an entry, by the rest of the path. */
function below(told, path) {
    const found = {};
    for (const at of Object.keys(told)) if (at.startsWith(`${path}/`)) found[at.slice(path.length)] = told[at];
    return found;
}

/** As many entries of the open repeats inside it as there were, outermost first. */
function grow(state, path, repeats) {
    const depth = (at) => at.split("/").length;
    for (const inner of Object.keys(repeats).sort((one, other) => depth(one) - depth(other))) {
        try {
            while (state.repeats[path + inner] < repeats[inner]) state.add(path + inner);
            while (state.repeats[path + inner] > repeats[inner]) state.remove(`${path}${inner}[1]`);
        } catch (_) {
            // a counted one grows with its count
        }
    }
}

/** Delete an entry; what stood in it is kept until the next one is deleted, for 撤销删除. */
export function removeEntry(form, path) {
    const answers = below(form.state.raw(), path);
    const repeats = below(form.state.repeats, path);
    const repeat = path.slice(0, path.lastIndexOf("["));
    const number = path.slice(path.lastIndexOf("[") + 1, -1);
    form.state.remove(path);
    form.row.removed = { repeat, number, answers, repeats };
    form.changed();
    form.go(repeat.slice(1));
    form.$("f-entries").querySelector("[data-do=undo]").focus();
}

export function undoRemove(form) {
    const { removed } = form.row;
    if (!removed) return;
    const path = form.state.add(removed.repeat);
    grow(form.state, path, removed.repeats || {});
    for (const inner of Object.keys(removed.answers)) {
        if (form.state.node(path + inner)) form.state.set(path + inner, removed.answers[inner]);
    }
    form.row.removed = null;
    form.changed();
    showEntries(form, form.place);
    const list = part(form.$("f-entries"), "list");
    list.lastElementChild.querySelector("button").focus();
}

/** The page that a list stands under when an entry of another list is open inside it. */
export const walked = (state) => {
    const keys = places(state).map((place) => place.key);
    return keys.filter((key) => listOf(keys, key) === undefined);
};
