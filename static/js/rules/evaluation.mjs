/**
 * Works out the state of a visit from package, raw answers and clock: what is open, what it reads as, what is wrong.
 *
 * The twin of `surveys/questionnaire/state/evaluation.py`: both give the same state for the same input. The raw answers (with
 * the repeat instances) are all that is stored. Paths start at the root, without its name; instances count from 1:
 * `/site[2]/line[1]/cap`.
 */

import { booleanOf } from "./expression_functions.mjs";
import { dateText, dateTimeText, fitsType, instant, words, zoneOf } from "./expression_values.mjs";
import { resultOf, STEPS, textAt } from "./form_steps.mjs";
import { append, build, kidNamed, locate, MOST_INSTANCES, walk } from "./form_tree.mjs";
import { childText, leaf } from "./list_nodes.mjs";

const DEEPEST_TRIGGERS = 16;
const TYPED_KINDS = ["integer", "decimal", "date", "time", "dateTime"];

const isWithin = (node, above) => node === above || (node.parent !== null && isWithin(node.parent, above));

/** Whether two nodes do not stand in different instances of one repeat. */
function together(one, other) {
    const above = new Map();
    for (let node = one; node; node = node.parent) above.set(node.index, node);
    for (let node = other; node; node = node.parent) {
        const same = above.get(node.index);
        if (same) return same === node || node.def.kind !== "repeat";
    }
    return true;
}

/**
 * The state of one visit. `now` is the visit's clock, with offset; it stays fixed until `at()` moves it.
 *
 * A visit that begins (no answers and no repeats given, or `begins`) gets the defaults of the workbook and one instance
 * of each open repeat; one that is read back gets exactly what was stored.
 */
export class FormState {
    constructor(pkg, answers, repeats, { now, language = "zh-CN", begins }) {
        const initial = answers || {};
        this.pkg = pkg;
        this.stored = repeats || {};
        this._language = this._nearest(language);
        this.fixed = new Map(); // what a path by names leads to: expression_functions.mjs
        this.grown = [];
        const nothing = !Object.keys(initial).length && !Object.keys(this.stored).length;
        this.begins = begins === undefined ? nothing : begins;
        this._setClock(now);
        this.root = build(this, 0, null, "");
        this.document = leaf("", "", null, -1, { __proto__: null, [this.root.name]: [this.root] });
        for (const path of Object.keys(initial)) {
            const node = locate(this, path); // the server tells of answers that are not in the form
            if (node && node.field && typeof initial[path] === "string") node.raw = initial[path];
        }
        this.renumber();
        this._recompute();
        if (this.begins) this._start();
        this.begins = true; // instances made from here on are new
    }

    // The clock and the language.

    _setClock(now) {
        this.now = now;
        this.zone = zoneOf(now);
        const at = instant(now, this.zone);
        if (at === null) throw new Error(`no clock: ${now}`);
        this.today = dateText(at);
        this.clock = dateTimeText(at, this.zone);
    }

    /** Move the clock and work everything out again. */
    at(now) {
        this._setClock(now);
        this._recompute();
    }

    get language() {
        return this._language;
    }

    set language(code) {
        this._language = this._nearest(code);
        this._recompute();
    }

    /** The package's language: the same code, else one of its family, else the default. */
    _nearest(language) {
        const codes = this.pkg.languages.map((language) => language.code);
        const family = (code) => code.split("-")[0];
        return codes.includes(language)
            ? language
            : codes.find((code) => family(code) === family(language)) || codes[0];
    }

    /** Number the nodes in document order and give them their paths. */
    renumber() {
        this.instances = this.pkg.defs.map(() => []);
        this._byPath = new Map();
        walk(this.root, "", (node, path, number) => {
            node.order = this._byPath.size;
            node.path = path;
            node.number = number;
            this.instances[node.index].push(node);
            this._byPath.set(path, node);
        });
    }

    // Working out.

    /** Everything anew: after a change of instances, of the clock or of the language. */
    _recompute() {
        if (this.pkg.rounds > 1) this._forget();
        this.root.relevant = true;
        for (const node of this._byPath.values()) {
            if (node.parent) node.relevant = node.parent.relevant && node.opens;
            node.refresh();
        }
        this._run(this.pkg.order);
    }

    /** Where choices depend on each other in a circle, the outcome must not depend on what was answered first. */
    _forget() {
        for (const node of this._byPath.values()) {
            const { calculate, items } = node.def;
            node.opens = true;
            if (items && (items.nodes || items.filter)) node.choices = [];
            if (calculate && !JSON.stringify(calculate).includes('["f","once"')) node.raw = "";
        }
    }

    /** The steps in order; several times when choices are taken from other answers in a circle. */
    _run(steps) {
        this._judged = false;
        if (this.pkg.rounds > 1 && steps !== this.pkg.order) {
            this._recompute();
            return;
        }
        let resized = false;
        for (let round = 0; round < this.pkg.rounds; round++) {
            let isChanged = false;
            for (const [index, prop] of steps) {
                if (!STEPS[prop](this, index)) continue;
                isChanged = true;
                resized = resized || prop === "count";
            }
            if (!isChanged) break;
        }
        if (resized && steps !== this.pkg.order) this._recompute();
        const nodes = this.grown;
        this.grown = [];
        for (const node of nodes) this._act("repeat", node);
    }

    /** A node's raw answer changes, and what depends on it. */
    _give(node, text) {
        node.raw = text;
        node.refresh();
        this._run((this.pkg.aff[node.index] || []).map((place) => this.pkg.order[place]));
    }

    // Changing.

    /** Give the raw answer of a question; throws when the form has no such question now. */
    set(path, text) {
        const node = this._node(path);
        if (!node.field) throw new Error(`no question: ${path}`);
        this._set(node, text, DEEPEST_TRIGGERS);
    }

    _node(path) {
        const node = this._byPath.get(path);
        if (!node) throw new Error(`no question: ${path}`);
        return node;
    }

    _set(node, text, depth) {
        if (text === node.raw) return;
        this._give(node, text);
        if (depth) this._trigger(node, depth - 1);
    }

    /** The set-value actions of a question that was answered. */
    _trigger(by, depth) {
        for (const act of this.pkg.acts) {
            if (act.on !== "changed" || act.by !== by.index) continue;
            for (const target of this.instances[act.ref].slice()) {
                if (together(by, target)) this._set(target, textAt(act.value, target), depth);
            }
        }
    }

    /** One more instance of an open repeat, at its end; gives its path. */
    add(repeat) {
        const [parent, index] = this._repeat(repeat);
        if (parent.kids[this.pkg.defs[index].name].length >= MOST_INSTANCES) throw new Error(`full: ${repeat}`);
        const node = append(this, parent, index, repeat);
        this.renumber();
        this._recompute();
        this._act("repeat", node);
        return node.path;
    }

    /** Take an instance of an open repeat out, with its answers. */
    remove(instance) {
        const node = this._node(instance);
        const [parent] = this._repeat(instance.slice(0, instance.lastIndexOf("[")));
        parent.kids[node.name].splice(parent.kids[node.name].indexOf(node), 1);
        this.renumber();
        this._recompute();
    }

    _repeat(repeat) {
        const slash = repeat.lastIndexOf("/");
        const parent = this._node(repeat.slice(0, slash));
        const index = kidNamed(this, parent.index, repeat.slice(slash + 1));
        const { kind, count } = this.pkg.defs[index] || {};
        if (kind !== "repeat" || count !== undefined) throw new Error(`no open repeat: ${repeat}`);
        return [parent, index];
    }

    /** The defaults of a visit that begins. */
    _start() {
        this._preload({ start: this.clock, today: this.today }, (node, text) => {
            node.raw = text;
        });
        this._recompute();
        this._act("first", this.root);
    }

    _preload(texts, give) {
        this.pkg.defs.forEach((def, index) => {
            if (def.preload in texts) for (const node of this.instances[index]) give(node, texts[def.preload]);
        });
    }

    /** The set-value actions of an event, for the nodes inside `within`. */
    _act(event, within) {
        for (const act of this.pkg.acts) {
            if (act.on !== event) continue;
            for (const target of this.instances[act.ref]) {
                if (isWithin(target, within) && target.raw === "") this._give(target, textAt(act.value, target));
            }
        }
    }

    /** Record the end of the visit in the questions of type `end`. */
    finish() {
        this._preload({ end: this.clock }, (node, text) => this._set(node, text, 0));
    }

    // Looking.

    /** What is required, read-only and wrong, for every question that is open. */
    _judge() {
        if (this._judged) return;
        this._judged = true;
        for (const node of this._byPath.values()) {
            const { def } = node;
            const holds = (rule) => rule === true || (rule !== undefined && booleanOf(resultOf(rule, node)));
            const open = node.relevant;
            node.readonly = open && (holds(def.readonly) || Boolean(node.parent && node.parent.readonly));
            node.required = open && node.field && "control" in def && holds(def.required);
            node.problem = open && node.field ? this._problem(node, holds) : null;
        }
    }

    _problem(node, holds) {
        const { def } = node;
        if (node.select && node.raw) {
            const names = words(node.raw);
            if (names.some((word) => !node.choices.includes(word)) || (def.type === "select_one" && names.length > 1)) {
                return "choice";
            }
        }
        if (node.value === "") return node.required && !node.readonly ? "required" : null;
        if (TYPED_KINDS.includes(def.type) && !fitsType(def.type, node.value)) return "type";
        return def.constraint !== undefined && !holds(def.constraint) ? "constraint" : null;
    }

    /** Every node that is there now, by path, in document order (the root is not among them). */
    get nodes() {
        this._judge();
        return new Map(Array.from(this._byPath).filter(([path]) => path));
    }

    /** One node, judged; undefined when it is not there. */
    node(path) {
        this._judge();
        return this._byPath.get(path);
    }

    /** Each repeat that is there now, with its number of instances. */
    get repeats() {
        const out = {};
        for (const node of this._byPath.values()) {
            for (const name of Object.keys(node.spare)) out[`${node.path}/${name}`] = node.kids[name].length;
        }
        return out;
    }

    /** What is sent: the raw answers of open questions that have one, calculations too. */
    answers() {
        const out = {};
        for (const [path, node] of this._byPath) {
            if (node.field && node.relevant && node.raw) out[path] = node.raw;
        }
        return out;
    }

    /** All raw answers that are kept, also of closed questions and of instances beyond a count. */
    raw() {
        const out = {};
        const visit = (node, path) => {
            if (node.field && node.raw) out[path] = node.raw;
        };
        walk(this.root, "", visit, true);
        return out;
    }

    /** [path, kind, message] of everything wrong, in document order. */
    problems() {
        this._judge();
        return Array.from(this._byPath.values())
            .filter((node) => node.problem)
            .map((node) => [node.path, node.problem, node.message]);
    }

    // Texts.

    label(path) {
        return this.textOf(this._node(path), "label");
    }

    hint(path) {
        return this.textOf(this._node(path), "hint");
    }

    /** `label`, `hint` or `guidance` of a node in the current language, with the answers in it. */
    textOf(node, key) {
        return node.def[key] ? this.text(node.def[key], node) : "";
    }

    /** A text in the current language, else in the default language, else in any. */
    text(id, node) {
        const { itext, languages } = this.pkg;
        const codes = [this._language, languages[0].code].concat(Object.keys(itext));
        const code = codes.find((one) => itext[one] && itext[one][id] !== undefined);
        const text = code === undefined ? "" : itext[code][id];
        if (typeof text === "string") return text;
        return text.map((part) => (typeof part === "string" ? part : textAt(part, node))).join("");
    }

    /** The label of one choice of a question, whether it is offered now or not; the value itself without one. */
    choiceLabel(path, value) {
        return this.labelOfChoice(this._node(path), value) || value;
    }

    labelOfChoice(node, value) {
        const { items } = node.def;
        if (!items) return "";
        if (items.nodes) {
            const choice = resultOf(items.nodes, node).find((item) => childText(item, items.value) === value);
            return choice ? childText(choice, items.label) : "";
        }
        const row = this.pkg.sec[items.list].find((one) => one.name === value);
        return row && row.label ? this.text(row.label, node) : "";
    }

    /** jr:choice-name: the label from the choices offered now; empty when it is not among them. */
    offeredLabel(node, value) {
        return node.choices && node.choices.includes(value) ? this.labelOfChoice(node, value) : "";
    }
}
