/**
 * Package + raw answers + clock → the state of a visit: what is open, what it reads as, what is wrong.
 *
 * The twin of `surveys/questionnaire/evaluation.py`: both give the same state for the same input. The raw answers (with
 * the repeat instances) are all that is stored. Paths start at the root, without its name; instances count from 1:
 * `/site[2]/line[1]/cap`.
 */

import { booleanOf, evaluate, numberOf, scopeOf, textOf } from "./expression_functions.mjs";
import { dateText, dateTimeText, fitsType, instant, words, zoneOf } from "./expression_values.mjs";

const MOST_INSTANCES = 1000;
const DEEPEST_TRIGGERS = 16;
const SEGMENT = /^([^[\]]+)(?:\[([0-9]{1,6})\])?$/;
const SELECTS = ["select_one", "select_multiple", "rank"];
const TYPED = ["integer", "decimal", "date", "time", "dateTime"];

const leaf = (name, value, parent, order, row) => ({ name, value, parent, order, row, relevant: true, kids: {} });
const plain = (text) => (text === "NaN" ? "" : text);
const isWithin = (node, above) => node === above || (node.parent ? isWithin(node.parent, above) : false);
const childText = (item, name) => (item.kids[name] ? item.kids[name][0].value : "");

/** One group, repeat instance or question of a visit. */
class Node {
    constructor(form, index, parent) {
        this.form = form;
        this.index = index;
        this.def = form.pkg.defs[index];
        this.name = this.def.name;
        this.parent = parent;
        this.kids = Object.create(null);
        this.spare = Object.create(null); // instances beyond the count: kept, but not there
        this.number = 1;
        this.order = 0;
        this.path = "";
        this.raw = "";
        this.value = "";
        this.relevant = false;
        this.opens = true; // what its own relevance rule last said
        this.required = false;
        this.readonly = false;
        this.problem = null;
        this.select = SELECTS.includes(this.def.type);
        this.choices = this.select ? [] : null;
    }

    /** The value that rules read: empty when closed, a select limited to what is offered. */
    refresh() {
        if (!this.relevant || this.def.kind !== "field") this.value = "";
        else if (!this.select || !this.raw) this.value = this.raw;
        else if (this.def.type === "select_one") this.value = this.choices.includes(this.raw) ? this.raw : "";
        else {
            this.value = words(this.raw)
                .filter((word) => this.choices.includes(word))
                .join(" ");
        }
    }

    /** What the problem says, in the current language. */
    get message() {
        const { def, form, problem } = this;
        if (!problem) return "";
        const own = problem === "constraint" ? def.cmsg : problem === "required" ? def.rmsg : "";
        const messages = form.pkg.messages[form.language.startsWith("zh") ? "zh" : "en"];
        return (own && form.text(own, this)) || messages[problem === "type" ? def.type : problem];
    }
}

/**
 * The state of one visit. `now` is the visit's clock, with offset; it stays fixed until `at()` moves it.
 *
 * A visit that begins (no answers and no repeats given, or `begins`) gets the defaults of the workbook and one instance
 * of each open repeat; one that is read back gets exactly what was stored.
 */
export class FormState {
    constructor(pkg, answers, repeats, { now, language = "zh-CN", begins = undefined }) {
        this.pkg = pkg;
        this.unknown = {}; // answers whose path is not in the form
        this._language = this._nearest(language);
        this._stored = repeats || {};
        this._lists = {};
        this._grown = [];
        this._begins =
            begins === undefined ? !Object.keys(answers || {}).length && !Object.keys(this._stored).length : begins;
        this._setClock(now);
        this.root = this._build(0, null, "");
        this.document = leaf("", "", null, -1);
        this.document.kids[this.root.name] = [this.root];
        for (const path of Object.keys(answers || {})) this._restore(path, answers[path]);
        this._index();
        this._recompute();
        if (this._begins) this._start();
        this._begins = true; // instances made from here on are new
    }

    // The clock and the language.

    _setClock(now) {
        this.now = now;
        this.zone = zoneOf(now);
        const at = instant(now, this.zone);
        if (at === null) throw new Error(`the clock of a visit is a date, a time and an offset, not ${now}`);
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
    _nearest(wanted) {
        const codes = this.pkg.languages.map((language) => language.code);
        const family = (code) => code.split("-")[0];
        return codes.includes(wanted) ? wanted : codes.find((code) => family(code) === family(wanted)) || codes[0];
    }

    // The tree.

    _kids(index) {
        return this.pkg.defs[index].kids || [];
    }

    _build(index, parent, path) {
        const node = new Node(this, index, parent);
        const { def } = node;
        if (def.kind === "field") {
            if (this._begins) node.raw = def.default || "";
            if (def.items && def.items.list && !def.items.filter) {
                node.choices = this.pkg.sec[def.items.list].map((row) => row.name || "");
            }
        }
        for (const kid of this._kids(index)) {
            const below = this.pkg.defs[kid];
            const at = `${path}/${below.name}`;
            if (below.kind !== "repeat") {
                node.kids[below.name] = [this._build(kid, node, at)];
                continue;
            }
            node.kids[below.name] = [];
            node.spare[below.name] = [];
            if (below.count !== undefined) continue;
            const number = this._begins ? 1 : Math.min(this._stored[at] || 0, MOST_INSTANCES);
            for (let place = 0; place < number; place++) this._append(node, kid, at);
        }
        return node;
    }

    /** One more instance of an open repeat, or a kept one of a counted repeat coming back. */
    _append(parent, index, path = "") {
        const { name } = this.pkg.defs[index];
        const kids = parent.kids[name];
        const node = parent.spare[name].shift() || this._build(index, parent, `${path}[${kids.length + 1}]`);
        kids.push(node);
        node.number = kids.length;
        return node;
    }

    _restore(path, text) {
        const node = this._locate(path);
        if (!node || node.def.kind !== "field" || typeof text !== "string") this.unknown[path] = text;
        else node.raw = text;
    }

    /** The node of a stored answer, with the instances it needs. */
    _locate(path) {
        let node = this.root;
        let at = "";
        for (const part of path.split("/").slice(1)) {
            const found = SEGMENT.exec(part);
            const index = found
                ? this._kids(node.index).find((kid) => this.pkg.defs[kid].name === found[1])
                : undefined;
            if (index === undefined) return null;
            const def = this.pkg.defs[index];
            if (def.kind !== "repeat") {
                if (found[2] !== undefined) return null;
                node = node.kids[def.name][0];
                at += `/${part}`;
                continue;
            }
            const number = Number(found[2] || 0);
            if (number < 1 || number > MOST_INSTANCES) return null;
            const [kids, spare] = [node.kids[def.name], node.spare[def.name]];
            const held = def.count !== undefined ? spare : kids;
            while (kids.length + spare.length < number) {
                held.push(this._build(index, node, `${at}/${def.name}[${kids.length + spare.length + 1}]`));
            }
            at += `/${part}`;
            node = number <= kids.length ? kids[number - 1] : spare[number - kids.length - 1];
        }
        return node === this.root ? null : node;
    }

    /** Number the nodes in document order and give them their paths. */
    _index() {
        this.instances = this.pkg.defs.map(() => []);
        this._byPath = new Map();
        let count = 0;
        const visit = (node, path) => {
            node.order = count++;
            node.path = path;
            this.instances[node.index].push(node);
            this._byPath.set(path, node);
            for (const name of Object.keys(node.kids)) {
                node.kids[name].forEach((kid, place) => {
                    if (name in node.spare) kid.number = place + 1;
                    visit(kid, name in node.spare ? `${path}/${name}[${place + 1}]` : `${path}/${name}`);
                });
            }
        };
        visit(this.root, "");
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
            let changed = false;
            for (const [index, prop] of steps) {
                if (!this[`_${prop}`](index)) continue;
                changed = true;
                resized = resized || prop === "count";
            }
            if (!changed) break;
        }
        if (resized && steps !== this.pkg.order) this._recompute();
        const grown = this._grown;
        this._grown = [];
        for (const node of grown) this._act("repeat", node);
    }

    _affected(node) {
        return (this.pkg.aff[node.index] || []).map((place) => this.pkg.order[place]);
    }

    /** Exactly the counted instances; those beyond are kept aside. */
    _count(index) {
        const def = this.pkg.defs[index];
        let changed = false;
        for (const parent of this.instances[def.par]) {
            const phantom = new Node(this, index, parent);
            const number = numberOf(evaluate(def.count, phantom, scopeOf(this, phantom)), this.zone);
            const wanted = number > 0 ? Math.trunc(Math.min(number, MOST_INSTANCES)) : 0;
            const [kids, spare] = [parent.kids[def.name], parent.spare[def.name]];
            changed = changed || wanted !== kids.length;
            while (kids.length > wanted) spare.unshift(kids.pop());
            while (kids.length < wanted) {
                const fresh = !spare.length;
                const node = this._append(parent, index, `${parent.path}/${def.name}`);
                if (fresh && this._begins) this._grown.push(node);
                node.relevant = false;
            }
        }
        if (changed) {
            this._index();
            for (const node of this.instances[index]) {
                if (!node.relevant) this._open(node, node.parent.relevant && node.opens);
            }
        }
        return changed;
    }

    _relevant(index) {
        let changed = false;
        for (const node of this.instances[index]) {
            if (node.parent && !node.parent.relevant) continue;
            node.opens = booleanOf(evaluate(node.def.relevant, node, scopeOf(this, node)));
            if (node.opens !== node.relevant) {
                changed = true;
                this._open(node, node.opens);
            }
        }
        return changed;
    }

    _open(node, flag) {
        node.relevant = flag;
        node.refresh();
        for (const name of Object.keys(node.kids)) {
            for (const kid of node.kids[name]) {
                if (kid.relevant !== (flag && kid.opens)) this._open(kid, flag && kid.opens);
            }
        }
    }

    _calculate(index) {
        let changed = false;
        for (const node of this.instances[index]) {
            if (!node.relevant) continue;
            const text = this._value(node.def.calculate, node);
            if (text === node.raw) continue;
            node.raw = text;
            node.refresh();
            changed = true;
        }
        return changed;
    }

    /** The text of a rule; NaN is stored as empty. */
    _value(tree, node) {
        return plain(textOf(evaluate(tree, node, scopeOf(this, node))));
    }

    _items(index) {
        let changed = false;
        for (const node of this.instances[index]) {
            if (!node.relevant) continue;
            const names = this._offered(node);
            if (names.join("\n") === node.choices.join("\n")) continue;
            node.choices = names;
            node.refresh();
            changed = true;
        }
        return changed;
    }

    _offered(node) {
        const { items } = node.def;
        const scope = scopeOf(this, node);
        if (items.nodes) {
            return evaluate(items.nodes, node, scope)
                .map((item) => childText(item, items.value))
                .filter((text) => text);
        }
        return this.listRoot(items.list)
            .kids.root[0].kids.item.filter((item) =>
                items.filter.every((test) => booleanOf(evaluate(test, item, scope))),
            )
            .map((item) => item.row.name);
    }

    /** A choice list as nodes: root, items, cells. */
    listRoot(name) {
        if (!this._lists[name]) {
            const top = leaf("", "", null, 1000000);
            const root = leaf("root", "", top, 1000001);
            const texts = this.pkg.itext[this.pkg.languages[0].code] || {};
            const label = (id) => (typeof texts[id] === "string" ? texts[id] : "");
            top.kids.root = [root];
            root.kids.item = this.pkg.sec[name].map((row, place) => {
                const item = leaf("item", "", root, 1000002 + 100 * place, row);
                Object.keys(row).forEach((column, at) => {
                    const text = column === "label" ? label(row[column]) : row[column];
                    item.kids[column] = [leaf(column, text, item, item.order + at + 1)];
                });
                return item;
            });
            this._lists[name] = top;
        }
        return this._lists[name];
    }

    // Changing.

    /** Give the raw answer of a question; throws when the form has no such question now. */
    set(path, text) {
        const node = this._node(path);
        if (node.def.kind !== "field") throw new Error(`no question: ${path}`);
        this._set(node, text, DEEPEST_TRIGGERS);
    }

    _node(path) {
        const node = this._byPath.get(path);
        if (!node) throw new Error(`not in the form now: ${path}`);
        return node;
    }

    _set(node, text, depth) {
        if (text === node.raw) return;
        node.raw = text;
        node.refresh();
        this._run(this._affected(node));
        if (depth) this._trigger(node, depth - 1);
    }

    /** The set-value actions of a question that was answered. */
    _trigger(by, depth) {
        for (const act of this.pkg.acts) {
            if (act.on !== "changed" || act.by !== by.index) continue;
            for (const target of this.instances[act.ref].slice()) {
                if (this._together(by, target)) this._set(target, this._value(act.value, target), depth);
            }
        }
    }

    /** Whether two nodes do not stand in different instances of one repeat. */
    _together(one, other) {
        const above = new Map();
        for (let node = one; node; node = node.parent) above.set(node.index, node);
        for (let node = other; node; node = node.parent) {
            const same = above.get(node.index);
            if (same) return same === node || node.def.kind !== "repeat";
        }
        return true;
    }

    /** One more instance of an open repeat, at its end; gives its path. */
    add(repeat) {
        const [parent, index] = this._repeat(repeat);
        if (parent.kids[this.pkg.defs[index].name].length >= MOST_INSTANCES) throw new Error(`full: ${repeat}`);
        const node = this._append(parent, index, repeat);
        this._index();
        this._recompute();
        this._act("repeat", node);
        return node.path;
    }

    /** Take an instance of an open repeat out, with its answers. */
    remove(instance) {
        const node = this._node(instance);
        const [parent] = this._repeat(instance.slice(0, instance.lastIndexOf("[")));
        parent.kids[node.name].splice(parent.kids[node.name].indexOf(node), 1);
        this._index();
        this._recompute();
    }

    _repeat(repeat) {
        const slash = repeat.lastIndexOf("/");
        const parent = this._node(repeat.slice(0, slash));
        const index = this._kids(parent.index).find((kid) => this.pkg.defs[kid].name === repeat.slice(slash + 1));
        const def = this.pkg.defs[index];
        if (!def || def.kind !== "repeat" || def.count !== undefined) throw new Error(`no open repeat: ${repeat}`);
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
                if (!isWithin(target, within) || target.raw !== "") continue;
                target.raw = this._value(act.value, target);
                target.refresh();
                this._run(this._affected(target));
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
            const scope = scopeOf(this, node);
            const holds = (rule) => rule === true || (rule !== undefined && booleanOf(evaluate(rule, node, scope)));
            const open = node.relevant;
            node.readonly = open && (holds(def.readonly) || (node.parent !== null && node.parent.readonly));
            node.required = open && def.kind === "field" && "control" in def && holds(def.required);
            node.problem = open && def.kind === "field" ? this._problem(node, holds) : null;
        }
    }

    _problem(node, holds) {
        const { def } = node;
        if (node.select && node.raw) {
            const given = words(node.raw);
            if (given.some((word) => !node.choices.includes(word)) || (def.type === "select_one" && given.length > 1)) {
                return "choice";
            }
        }
        if (node.value === "") return node.required ? "required" : null;
        if (TYPED.includes(def.type) && !fitsType(def.type, node.value)) return "type";
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

    /** The whole state as plain data: every node with what can be compared, and the repeats. */
    look() {
        const nodes = {};
        for (const [path, node] of this.nodes) {
            const { relevant, value, required, problem } = node;
            nodes[path] = node.def.kind === "field" ? { relevant, value, required, problem } : { relevant };
            if (node.select) nodes[path].choices = relevant ? node.choices.slice() : [];
        }
        return { nodes, repeats: this.repeats };
    }

    /** What is sent: the raw answers of open questions that have one, calculations too. */
    answers() {
        const out = {};
        for (const [path, node] of this._byPath) {
            if (node.def.kind === "field" && node.relevant && node.raw !== "") out[path] = node.raw;
        }
        return out;
    }

    /** All raw answers that are kept, also of closed questions and of instances beyond a count. */
    raw() {
        const out = {};
        const visit = (node, path) => {
            if (node.def.kind === "field" && node.raw !== "") out[path] = node.raw;
            for (const name of Object.keys(node.kids)) {
                const spare = node.spare[name];
                node.kids[name].concat(spare || []).forEach((kid, place) => {
                    visit(kid, spare ? `${path}/${name}[${place + 1}]` : `${path}/${name}`);
                });
            }
        };
        visit(this.root, "");
        return out;
    }

    /** [path, kind, message] of everything wrong, in document order. */
    problems() {
        return Array.from(this.nodes.values())
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
        const found = code === undefined ? "" : itext[code][id];
        if (typeof found === "string") return found;
        return found.map((part) => (typeof part === "string" ? part : this._value(part, node))).join("");
    }

    /** The label of one choice of a question, whether it is offered now or not; the value itself without one. */
    choiceLabel(path, value) {
        return this.labelOfChoice(this._node(path), value) || value;
    }

    labelOfChoice(node, value) {
        const { items } = node.def;
        if (!items) return "";
        if (items.nodes) {
            const nodes = evaluate(items.nodes, node, scopeOf(this, node));
            const found = nodes.find((item) => childText(item, items.value) === value);
            return found ? childText(found, items.label) : "";
        }
        const row = this.pkg.sec[items.list].find((one) => one.name === value);
        return row && row.label ? this.text(row.label, node) : "";
    }

    /** jr:choice-name: the label from the choices offered now; empty when it is not among them. */
    offeredLabel(node, value) {
        return node.choices && node.choices.includes(value) ? this.labelOfChoice(node, value) : "";
    }

    /** The name that the workbook's settings give to a filled form; empty without one. */
    instanceName() {
        const tree = this.pkg.instance_name;
        return tree ? textOf(evaluate(tree, this.root, scopeOf(this, this.root))) : "";
    }
}
