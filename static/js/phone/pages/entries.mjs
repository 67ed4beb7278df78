/** Shows the entries of a repeated part of the form on a page of their own: one more, one less, and the last one back. */

import { MOST_INSTANCES } from "../../rules/form_tree.mjs";
import { shownAnswer } from "../questions/questions.mjs";
import { copy, empty, part, say } from "../questions/words.mjs";

/** What the list says of its entries: each with its first long answer, and how much is missing. */
export function showEntries(form, place) {
    const box = form.$("f-entries");
    box.hidden = false;
    const { state } = form;
    const name = place.page.path.slice(place.page.path.lastIndexOf("/") + 1);
    const nodes = place.node.kids[name];
    const wrong = state.problems().map(([path]) => path);
    const list = empty(part(box, "list"));
    for (const node of nodes) {
        const line = list.appendChild(copy("t-entry"));
        const [number, text, complaint] = line.children;
        const problems = wrong.filter((path) => path.startsWith(`${node.path}/`)).length;
        const button = line.querySelector("button");
        number.textContent = `${form.titleOf(place)} ${node.number}`;
        text.textContent = titleOf(state, node) || button.getAttribute("data-none");
        complaint.hidden = !problems;
        if (problems) say(complaint, { number: problems });
        say(button, { number: node.number }, problems ? "missing" : "");
        button.addEventListener("click", () => form.go(form.firstOf(node.path.slice(1)), { strict: problems > 0 }));
    }
    const { length } = nodes;
    const head = box.querySelector("h2");
    head.hidden = list.hidden = !length;
    if (length) say(head, { number: length });
    part(box, "none").hidden = length > 0;
    const add = box.querySelector("[data-do=add]");
    say(add, {}, length ? "" : "first");
    add.hidden = length >= MOST_INSTANCES;
    const { removed } = form.row;
    const note = part(box, "removed");
    note.hidden = !(removed && removed.repeat === `/${place.key}`);
    if (!note.hidden) say(note.firstElementChild, { number: removed.number });
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
function below(values, path) {
    const inside = {};
    for (const at of Object.keys(values)) if (at.startsWith(`${path}/`)) inside[at.slice(path.length)] = values[at];
    return inside;
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

/** The entry stands at the end again, read back as it was kept: entries inside it too, also where a count had let them grow. */
export function undoRemove(form) {
    const { row, state, place } = form;
    const { removed } = row;
    if (!removed) return;
    const number = state.repeats[removed.repeat] + 1;
    const back = (all, inside) => {
        for (const at of Object.keys(inside)) all[`${removed.repeat}[${number}]${at}`] = inside[at];
        return all;
    };
    row.answers = back(state.raw(), removed.answers);
    row.repeats = back(state.repeats, removed.repeats || {});
    row.repeats[removed.repeat] = number;
    row.removed = null;
    form.rebuild();
    form.changed();
    form.go(place.key, { back: true, quiet: true });
    part(form.$("f-entries"), "list").lastElementChild.querySelector("button").focus();
}
