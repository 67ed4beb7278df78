/** The search over a very long list (templates/components/answers/search.html): at each key what was found and what is chosen. */

import { redescribe } from "../form/controls.mjs";
import { empty, say } from "../form/words.mjs";
import { indexFor, labelOf } from "./indexes.mjs";
import { folded, hit } from "./matching.mjs";

const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const AT_ONCE = 5; // as many as a screen has room for beside the keyboard
const NONE = " "; // an empty value marks the choice that takes an answer back
const wordsOf = (raw) => raw.split(" ").filter(Boolean);

/** Let the long lists of every page that comes be searched. */
export function searchLists() {
    document.addEventListener("diaoyan-page", (event) => take(/** @type {CustomEvent} */ (event).detail));
    const root = /** @type {any} */ (document.getElementById("filling"));
    if (root && root.form) take(root.form); // the form was there before this script
}

function take(form) {
    let found = false;
    for (const block of form.questions ? form.questions.blocks : []) {
        const box = block.querySelector("[data-many]");
        const node = box && form.questions.nodeOf(block);
        if (!node || !node.def.items) continue;
        if (!block.seek) {
            const search = new Search(block, box);
            block.seek = (label) => search.show(label);
        }
        block.seek.form = form;
        found = true;
    }
    if (found) form.questions.show();
}

class Search {
    constructor(block, box) {
        this.block = block;
        this.box = box;
        this.path = block.getAttribute("data-path");
        this.picks = block.querySelector(".picks");
        this.input = box.querySelector("[type=search]");
        this.shown = {}; // what stands there now
        box.querySelector("[data-do=find]").hidden = true;
        for (const name of ["input", "change"]) box.addEventListener(name, (event) => event.stopPropagation());
        this.input.addEventListener("input", () => this.show(this.label));
        this.input.addEventListener("keydown", (event) => this.pressed(event));
        block.addEventListener("change", (event) => this.tick(event.target), true);
    }

    get form() {
        return this.block.seek.form;
    }

    get node() {
        return this.form.state.node(this.path);
    }

    /** `label` names a choice that is given. */
    show(label) {
        const { block, box, form, input, node, shown } = this;
        this.label = label;
        this.ready(form, node);
        const index = this.index;
        const now = { index, choices: node.choices, words: input.value, raw: node.raw };
        const isSame = ["index", "choices", "words"].every((name) => now[name] === shown[name]);
        this.shown = now;
        if (isSame && !box.hidden && (shown.raw === node.raw || this.ticked() === node.raw)) return;
        box.hidden = false;
        block.offered = null; // when few are left, all of them are put there anew
        const found = index ? index.find(input.value, this.within(node)) : { number: 0, rows: [] };
        this.tell(found, node.choices.length);
        this.draw(node, this.asked || !node.raw ? found.rows : []);
    }

    /** The index, when it is there; until then the search says that it is being made. */
    ready(form, node) {
        const wanted = indexFor(form, node);
        if (wanted === this.wanted) return;
        this.wanted = wanted;
        this.index = null;
        wanted.then((index) => {
            if (this.wanted !== wanted) return;
            this.index = index;
            if (!this.box.hidden) this.show(this.label);
        });
    }

    /** The rows that a filter leaves; null for all. */
    within(node) {
        if (!node.def.items.filter) return null;
        if (this.filtered !== node.choices) {
            this.filtered = node.choices;
            this.rows = node.choices.map((name) => this.index.places.get(name));
        }
        return this.rows;
    }

    /** What is looked for; marks alone are nothing. */
    get asked() {
        return folded(this.input.value);
    }

    tell({ number, rows }, total) {
        const isAsked = Boolean(this.asked);
        const [strong, rest] = this.box.querySelectorAll("[data-say]");
        if (isAsked && this.index) say(strong, { found: thousands(number) }, number ? "" : "none");
        else strong.textContent = "";
        const which = this.index ? (isAsked ? (number > rows.length ? "more" : "") : "idle") : "wait";
        say(rest, { total: thousands(total), shown: rows.length }, which);
    }

    /** What is chosen and not among the found stands first, then the found; last the way to take an answer back. What is below
     * the screen comes after the frame that shows the first of them. */
    draw(node, rows) {
        const { form, picks, path } = this;
        const list = form.pkg.sec[node.def.items.list];
        const ticked = wordsOf(node.raw);
        const found = rows.slice(0, AT_ONCE).map((row) => list[row]);
        const later = rows.slice(AT_ONCE).filter((row) => !ticked.includes(list[row].name));
        const none = picks.querySelector("input[value='']");
        const listed = found.map((row) => row.name);
        empty(picks);
        if (node.def.type === "select_multiple") {
            const held = picks.appendChild(document.createElement("input"));
            Object.assign(held, { type: "hidden", name: path, value: node.raw || NONE });
        }
        for (const name of ticked)
            if (!listed.includes(name)) picks.appendChild(this.pick(node, name, this.label(name), true));
        const last = none ? none.closest("label") : null;
        const add = (row, isTicked) =>
            picks.insertBefore(this.pick(node, row.name, labelOf(form.state, node, row), isTicked), last);
        if (none) {
            picks.appendChild(last);
            none.checked = !node.raw;
        }
        for (const row of found) add(row, ticked.includes(row.name));
        redescribe(this.block);
        const drawn = this.shown;
        const rest = () => {
            if (this.shown !== drawn || this.box.hidden) return; // drawn anew meanwhile
            for (const row of later) add(list[row], false);
            redescribe(this.block);
        };
        if (later.length) requestAnimationFrame(() => setTimeout(rest));
    }

    pick(node, name, label, isTicked) {
        const pick = document.createElement("label");
        const input = pick.appendChild(document.createElement("input"));
        const words = pick.appendChild(document.createElement("span"));
        const isOne = node.def.type === "select_one";
        pick.className = "pick";
        Object.assign(input, { type: isOne ? "radio" : "checkbox", value: name, checked: isTicked });
        if (isOne) input.name = this.path;
        const { asked } = this;
        const place = this.index && asked ? hit(asked, label, this.index.readings) : null;
        const letters = Array.from(label);
        const [from, to] = place || [letters.length, letters.length];
        words.textContent = letters.slice(0, from).join("");
        if (place) words.appendChild(document.createElement("mark")).textContent = letters.slice(from, to).join("");
        words.appendChild(document.createTextNode(letters.slice(to).join("")));
        if (asked && !place && !isTicked) {
            words.appendChild(document.createElement("br"));
            words.appendChild(document.createElement("small")).textContent = name;
        }
        return pick;
    }

    /** What the controls hold now, as an answer. */
    ticked() {
        const held = this.picks.querySelector("input[type=hidden], input:checked");
        return held ? held.value.trim() : "";
    }

    /** Ticks are kept in the order of the list, wherever they stand now. */
    tick(control) {
        const held = this.picks.querySelector("input[type=hidden]");
        if (!held || control.type !== "checkbox" || this.box.hidden) return;
        const given = wordsOf(held.value).filter((word) => word !== control.value);
        if (control.checked) given.push(control.value);
        const place = (word) => (this.index && this.index.places.has(word) ? this.index.places.get(word) : Infinity);
        held.value =
            given
                .map((word, at) => ({ word, at, row: place(word) }))
                .sort((one, other) => (one.row === other.row ? one.at - other.at : one.row - other.row))
                .map(({ word }) => word)
                .join(" ") || NONE;
    }

    /** From the field on to what was found. Enter does not leave the page. */
    pressed(event) {
        if (!/^(Enter|ArrowDown)$/.test(event.key) || event.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        const first = this.picks.querySelector("input:not([type=hidden])");
        if (first) first.focus();
    }
}
