/**
 * Works out a visit's state step by step: how many instances, what is open, what is calculated, what is offered.
 *
 * The twin of the steps in `surveys/questionnaire/state/evaluation.py`.
 */

import { booleanOf, evaluate, numberOf, scopeOf, textOf } from "./expression_functions.mjs";
import { append, MOST_INSTANCES, Node } from "./form_tree.mjs";
import { childText, listRoot } from "./list_nodes.mjs";

const plain = (text) => (text === "NaN" ? "" : text);

/** A rule of a node. */
export const resultOf = (tree, node) => evaluate(tree, node, scopeOf(node.form, node));

/** The text of a rule; NaN is stored as empty. */
export const textAt = (tree, node) => plain(textOf(resultOf(tree, node)));

function open(node, flag) {
    node.relevant = flag;
    node.refresh();
    for (const name of Object.keys(node.kids)) {
        for (const kid of node.kids[name]) {
            if (kid.relevant !== (flag && kid.opens)) open(kid, flag && kid.opens);
        }
    }
}

/** A step for every node of a definition whose parent (or itself) is open; true when one of them changed. */
const each = (isOpen, change) => (form, index) =>
    form.instances[index].filter((node) => isOpen(node) && change(node)).length > 0;
const itself = (node) => node.relevant;

// What a step of the order does: (form, index of the definition) → whether anything changed.
export const STEPS = {
    /** Exactly the counted instances; those beyond are kept aside. */
    count(form, index) {
        const { count, name, par } = form.pkg.defs[index];
        let isChanged = false;
        for (const parent of form.instances[par]) {
            const number = numberOf(resultOf(count, new Node(form, index, parent)), form.zone);
            const length = number > 0 ? Math.trunc(Math.min(number, MOST_INSTANCES)) : 0;
            const [kids, spare] = [parent.kids[name], parent.spare[name]];
            isChanged = isChanged || length !== kids.length;
            while (kids.length > length) spare.unshift(kids.pop());
            while (kids.length < length) {
                const fresh = !spare.length;
                const node = append(form, parent, index, `${parent.path}/${name}`);
                if (fresh && form.begins) form.grown.push(node);
                node.relevant = false;
            }
        }
        if (isChanged) {
            form.renumber();
            for (const node of form.instances[index]) {
                if (!node.relevant) open(node, node.parent.relevant && node.opens);
            }
        }
        return isChanged;
    },
    relevant: each(
        (node) => node.parent.relevant,
        (node) => {
            node.opens = booleanOf(resultOf(node.def.relevant, node));
            if (node.opens === node.relevant) return false;
            open(node, node.opens);
            return true;
        },
    ),
    calculate: each(itself, (node) => {
        const text = textAt(node.def.calculate, node);
        if (text === node.raw) return false;
        node.raw = text;
        node.refresh();
        return true;
    }),
    items: each(itself, (node) => {
        const names = choicesOf(node);
        if (names.join("\n") === node.choices.join("\n")) return false;
        node.choices = names;
        node.refresh();
        return true;
    }),
};

function choicesOf(node) {
    const { form } = node;
    const { filter, list, nodes, value } = node.def.items;
    if (nodes) {
        return resultOf(nodes, node)
            .map((item) => childText(item, value))
            .filter((text) => text);
    }
    const scope = scopeOf(form, node);
    return listRoot(form.pkg, list)
        .kids.root[0].kids.item.filter((item) => filter.every((test) => booleanOf(evaluate(test, item, scope))))
        .map((item) => childText(item, "name"));
}
