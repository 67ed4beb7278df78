/**
 * Builds the tree of a visit's questions: repeat instances made, kept aside, found by path and numbered in document order.
 *
 * The twin of `surveys/questionnaire/state/form_tree.py` and `nodes.py`.
 */

import { words } from "./expression_values.mjs";
import { NONE } from "./list_nodes.mjs";

export const MOST_INSTANCES = 1000;
const SEGMENT = /^([^[\]]+)(?:\[([0-9]{1,6})\])?$/;
const SELECTS = ["select_one", "select_multiple", "rank"];

/** One group, repeat instance or question of a visit. */
export class Node {
    constructor(form, index, parent) {
        const def = form.pkg.defs[index];
        this.form = form;
        this.index = index;
        this.def = def;
        this.name = def.name;
        this.parent = parent;
        this.field = def.kind === "field";
        this.select = SELECTS.includes(def.type);
        this.choices = this.select ? [] : null;
        this.kids = def.kids ? { __proto__: null } : NONE;
        this.spare = def.kids ? { __proto__: null } : NONE; // instances beyond the count: kept, but not there
        this.number = 1;
        this.raw = this.value = this.path = "";
        this.opens = true; // what its own relevance rule last said
        this.relevant = this.required = this.readonly = false;
        this.problem = null;
    }

    /** The value that rules read: empty when closed, a select limited to what is offered. */
    refresh() {
        const { choices, raw } = this;
        this.value = this.relevant && this.field ? raw : "";
        if (!this.select || !this.value) return;
        const names = this.def.type === "select_one" ? [raw] : words(raw);
        this.value = names.filter((word) => choices.includes(word)).join(" ");
    }

    /** What the problem says, in the current language. */
    get message() {
        const { def, form, problem } = this;
        if (!problem) return "";
        const own = { constraint: def.cmsg, required: def.rmsg }[problem];
        const messages = form.pkg.messages[form.language.startsWith("zh") ? "zh" : "en"];
        return (own && form.text(own, this)) || messages[problem === "type" ? def.type : problem];
    }
}

/** `visit(node, path, number)` for a node and all in it, in document order; with `all` also for what lies beyond a count. */
export function walk(node, path, visit, all, number = 1) {
    visit(node, path, number);
    for (const name of Object.keys(node.kids)) {
        const spare = node.spare[name];
        node.kids[name].concat((all && spare) || []).forEach((kid, place) => {
            walk(kid, `${path}/${name}${spare ? `[${place + 1}]` : ""}`, visit, all, place + 1);
        });
    }
}

/** The definition below another with this name; undefined when there is none. */
export const kidNamed = ({ pkg }, index, name) =>
    (pkg.defs[index].kids || []).find((kid) => pkg.defs[kid].name === name);

/** A node with everything in it; `path` only serves to find the stored number of instances. */
export function build(form, index, parent, path) {
    const { pkg, begins, stored } = form;
    const node = new Node(form, index, parent);
    const { def } = node;
    if (begins && node.field) node.raw = def.default || "";
    if (def.items && def.items.list && !def.items.filter) {
        node.choices = pkg.sec[def.items.list].map((row) => row.name || "");
    }
    for (const kid of def.kids || []) {
        const { name, kind, count } = pkg.defs[kid];
        const at = `${path}/${name}`;
        node.kids[name] = [];
        if (kind !== "repeat") node.kids[name].push(build(form, kid, node, at));
        else {
            node.spare[name] = [];
            let rest = count === undefined ? (begins ? 1 : Math.min(stored[at] || 0, MOST_INSTANCES)) : 0;
            for (; rest > 0; rest--) append(form, node, kid, at);
        }
    }
    return node;
}

/** One more instance of an open repeat, or a kept one of a counted repeat coming back. */
export function append(form, parent, index, path) {
    const { name } = form.pkg.defs[index];
    const kids = parent.kids[name];
    const node = parent.spare[name].shift() || build(form, index, parent, `${path}[${kids.length + 1}]`);
    kids.push(node);
    return node;
}

/** The node of a stored answer, with the instances it needs; null when the form has none. */
export function locate(form, path) {
    let node = form.root;
    let at = "";
    for (const part of path.split("/").slice(1)) {
        const [, name, digits] = SEGMENT.exec(part) || [];
        const index = kidNamed(form, node.index, name);
        if (index === undefined) return null;
        const { kind, count } = form.pkg.defs[index];
        const kids = node.kids[name];
        if (kind !== "repeat") {
            if (digits) return null;
            node = kids[0];
        } else {
            const spare = node.spare[name];
            const total = () => kids.length + spare.length;
            const number = Number(digits);
            if (!(number > 0 && number <= MOST_INSTANCES)) return null;
            while (total() < number) {
                const fresh = build(form, index, node, `${at}/${name}[${total() + 1}]`);
                (count === undefined ? kids : spare).push(fresh);
            }
            node = kids.concat(spare)[number - 1];
        }
        at += `/${part}`;
    }
    return node;
}
