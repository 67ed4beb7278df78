/** Searches a very long list at each key and shows what was found and what is chosen (templates/components/answers/search.html). */

import { redescribe } from "../questions/controls.mjs";
import { empty, say } from "../questions/words.mjs";
import { indexFor, labelOf } from "./indexes.mjs";
import { folded, hit } from "./matching.mjs";
import { Pick } from "./pick.mjs";

const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const AT_ONCE = 4; // as many as a screen has room for beside the keyboard
const LATER = 100; // milliseconds after these, for the others: whoever types on is not kept waiting by them
const NONE = " "; // an empty value marks the choice that takes an answer back
const wordsOf = (raw) => raw.split(" ").filter(Boolean);

/** Let the long lists of every page that comes be searched. */
export function searchLists() {
    document.addEventListener("diaoyan-page", (event) => take(/** @type {CustomEvent} */ (event).detail));
    const root = /** @type {any} */ (document.getElementById("filling"));
    if (root && root.form) take(root.form); // the form was there before this script
}

function take(form) {
    let hasNew = false;
    for (const block of form.questions ? form.questions.blocks : []) {
        const box = block.querySelector("[data-many]");
        const node = box && form.questions.nodeOf(block);
        if (!node || !node.def.items) continue;
        if (!block.seek) {
            const search = new Search(block, box);
            block.seek = (label) => search.show(label);
        }
        block.seek.form = form;
        hasNew = true;
    }
    if (hasNew) form.questions.show();
}

class Search {
    constructor(block, box) {
        this.block = block;
        this.box = box;
        this.path = block.getAttribute("data-path");
        this.picks = block.querySelector(".picks");
        this.input = box.querySelector("[type=search]");
        this.pool = []; // the picks, also those that stand nowhere now
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
        if (isSame && !box.hidden && (shown.raw === node.raw || this.ticked() === node.raw)) {
            shown.raw = node.raw; // what stands there stands, and so does what is still to come
            return;
        }
        this.shown = now;
        box.hidden = false;
        block.offered = null; // when few are left, all of them are put there anew
        const result = index ? index.find(input.value, this.within(node)) : { number: 0, rows: [] };
        this.tell(result, node.choices.length);
        this.draw(node, this.query || !node.raw ? result.rows : []);
    }

    /** The index, when it is there; until then the search says that it is being made. */
    ready(form, node) {
        const promise = indexFor(form, node);
        if (promise === this.wanted) return;
        this.wanted = promise;
        this.index = null;
        promise.then((index) => {
            if (this.wanted !== promise) return;
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
    get query() {
        return folded(this.input.value);
    }

    tell({ number, rows }, total) {
        const isAsked = Boolean(this.query);
        const [strong, rest] = this.box.querySelectorAll("[data-say]");
        if (isAsked && this.index) say(strong, { found: thousands(number) }, number ? "" : "none");
        else strong.textContent = "";
        const which = this.index ? (isAsked ? (number > rows.length ? "more" : "") : "idle") : "wait";
        say(rest, { total: thousands(total), shown: rows.length }, which);
    }

    /** What is chosen and not among the found stands first, then the found; last the way to take an answer back. What is below
     * the screen comes a little later. */
    draw(node, rows) {
        const { query, form } = this;
        const list = form.pkg.sec[node.def.items.list];
        const ticked = wordsOf(node.raw);
        const firstNames = rows.slice(0, AT_ONCE).map((row) => list[row].name);
        const otherNames = ticked.filter((name) => !firstNames.includes(name));
        const offer = (row) => [list[row].name, labelOf(form.state, node, list[row])];
        const first = [...otherNames.map((name) => [name, this.label(name)]), ...rows.slice(0, AT_ONCE).map(offer)];
        const later = rows.slice(AT_ONCE).filter((row) => !ticked.includes(list[row].name));
        this.hold(node);
        this.put(first, node, query);
        const current = this.shown;
        const rest = () => {
            if (this.shown !== current || this.box.hidden || this.form.closed) return; // drawn anew meanwhile
            this.put([...first, ...later.map(offer)], node, query);
        };
        if (later.length) setTimeout(rest, LATER);
    }

    /** What stands beside the picks: the whole answer of several, the way to take an answer back. */
    hold({ def, raw }) {
        const { path, picks } = this;
        const none = picks.querySelector("input[value='']");
        if (!this.pool.length || !picks.contains(this.pool[0].label)) {
            empty(picks);
            if (none) picks.appendChild(none.closest("label"));
        }
        if (none) none.checked = !raw;
        if (def.type !== "select_multiple") return;
        const carrier = picks.querySelector("input[type=hidden]") || document.createElement("input");
        picks.insertBefore(
            Object.assign(carrier, { type: "hidden", name: path, value: raw || NONE }),
            picks.firstChild,
        );
    }

    /** These choices, as [name, label], in the picks that stand there already and as many more as it takes. */
    put(choices, node, query) {
        const { picks, pool } = this;
        const ticked = wordsOf(node.raw);
        const readings = this.index && query ? this.index.readings : null;
        const none = picks.querySelector("input[value='']");
        choices.forEach(([name, label], at) => {
            if (at === pool.length) pool.push(new Pick(node.def.type === "select_one" ? this.path : ""));
            pool[at].input.checked = ticked.includes(name);
            pool[at].say(name, label, { place: readings && hit(query, label, readings), query });
            if (!pool[at].label.parentNode) picks.insertBefore(pool[at].label, none && none.closest("label"));
        });
        for (const { label } of pool.slice(choices.length)) if (label.parentNode) picks.removeChild(label);
        redescribe(this.block);
    }

    /** What the controls hold now, as an answer. */
    ticked() {
        const input = this.picks.querySelector("input[type=hidden], input:checked");
        return input ? input.value.trim() : "";
    }

    /** Ticks are kept in the order of the list, wherever they stand now. */
    tick(control) {
        const carrier = this.picks.querySelector("input[type=hidden]");
        if (!carrier || control.type !== "checkbox" || this.box.hidden) return;
        const words = wordsOf(carrier.value).filter((word) => word !== control.value);
        if (control.checked) words.push(control.value);
        const place = (word) => (this.index && this.index.places.has(word) ? this.index.places.get(word) : Infinity);
        carrier.value =
            words
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
