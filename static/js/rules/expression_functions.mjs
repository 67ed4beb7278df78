/**
 * Evaluates the rules of a questionnaire, given as syntax trees: operators, paths and the functions of the rule language.
 *
 * The twin of `surveys/questionnaire/rules/rules.py` and `functions.py`. A value is a number, a text, a boolean or an array of
 * open nodes in document order. Nothing here parses a rule: the package holds trees.
 */

import { foundIn } from "./expression_patterns.mjs";
import {
    cut,
    dateText,
    dateTimeText,
    formatDate,
    milliseconds,
    numberText,
    power,
    roundHalfUp,
    timeFraction,
    toNumber,
    trim,
    words,
} from "./expression_values.mjs";
import { listRoot } from "./list_nodes.mjs";

const LONGEST_MATCHED = 2000;

/** What a rule sees besides its node: the form, the node the rule belongs to, the place in a predicate. */
export const scopeOf = (form, current, place = 1, size = 1) => ({ form, current, place, size });

export const textOf = (value) => {
    if (Array.isArray(value)) return value.length ? value[0].value : "";
    return typeof value === "number" ? numberText(value) : String(value);
};

export const numberOf = (value, zone) =>
    typeof value === "number" || typeof value === "boolean" ? Number(value) : toNumber(textOf(value), zone);

/** Not empty; not 0, not NaN; for nodes: there is one. */
export const booleanOf = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

const nodesOf = (value) => (Array.isArray(value) ? value : []);

/** Document order, each node once. */
const inOrder = (nodes) => Array.from(new Set(nodes)).sort((a, b) => a.order - b.order);

const evaluatorByTree = new WeakMap();

/** The value of `tree` at `node`. */
export function evaluate(tree, node, scope) {
    if (!evaluatorByTree.has(tree)) evaluatorByTree.set(tree, compiled(tree));
    return evaluatorByTree.get(tree)(node, scope);
}

/** A tree as a function of node and scope: trees are walked once, rules run often. */
function compiled(tree) {
    const head = tree[0];
    if (head === "n" || head === "s") return () => tree[1];
    if (head === "p") return path(tree);
    if (head === "f") return call(tree);
    const [first, second] = tree.slice(1).map(compiled);
    const isOr = head === "or";
    if (isOr || head === "and") {
        return (node, scope) => (booleanOf(first(node, scope)) === isOr ? isOr : booleanOf(second(node, scope)));
    }
    if (head === "neg") return (node, scope) => -numberOf(first(node, scope), scope.form.zone);
    const act = PAIRS[head];
    return (node, scope) => act(first(node, scope), second(node, scope), scope.form.zone);
}

/** What a comparison tries: each node's text, one empty text for an empty set, or the value itself. */
const candidates = (value) =>
    Array.isArray(value) ? (value.length ? value.map((node) => node.value) : [""]) : [value];

function equal(a, b, zone, verdict) {
    if (typeof a === "boolean" || typeof b === "boolean") return (booleanOf(a) === booleanOf(b)) === verdict;
    const right = candidates(b);
    return candidates(a).some((x) =>
        right.some((y) => {
            const numbers = typeof x === "number" || typeof y === "number";
            return (numbers ? numberOf(x, zone) === numberOf(y, zone) : x === y) === verdict;
        }),
    );
}

const numeric = (act) => (a, b, zone) => act(numberOf(a, zone), numberOf(b, zone));

const compared = (test) => (a, b, zone) => {
    const right = candidates(b).map((value) => numberOf(value, zone));
    return candidates(a).some((value) => {
        const number = numberOf(value, zone);
        return right.some((other) => test(number, other));
    });
};

// Operators of two values.
const PAIRS = {
    "|": (a, b) => inOrder(nodesOf(a).concat(nodesOf(b))),
    "=": (a, b, zone) => equal(a, b, zone, true),
    "!=": (a, b, zone) => equal(a, b, zone, false),
    "<": compared((a, b) => a < b),
    "<=": compared((a, b) => a <= b),
    ">": compared((a, b) => a > b),
    ">=": compared((a, b) => a >= b),
    "+": numeric((a, b) => a + b),
    "-": numeric((a, b) => a - b),
    "*": numeric((a, b) => a * b),
    div: numeric((a, b) => a / b),
    mod: numeric((a, b) => a % b),
};

// Paths.

const cell = (row, column) => (Object.keys(row).includes(column) ? row[column] : "");
const children = (node) => [].concat(...Object.keys(node.kids).map((name) => node.kids[name]));
const byName = (nodes, name) => (name === "*" ? nodes : nodes.filter((node) => node.name === name));

function path([, start, steps]) {
    const begin =
        start === "." ? (node) => [node] : start === "/" ? (_node, { form }) => [form.document] : beginning(start);
    const unsorted = steps.some(([axis]) => axis !== "child" && axis !== "filter" && axis !== "self");
    // By names alone and outside repeats: the same node as long as the form is there.
    const isPlain =
        start === "/" && steps.every(([axis, name, tests]) => axis === "child" && name !== "*" && !tests.length);
    return (node, scope) => {
        const { fixed } = scope.form;
        let nodes = isPlain && fixed.get(steps);
        if (!nodes) {
            nodes = begin(node, scope);
            for (const [axis, name, predicates] of steps) {
                if (axis === "filter") nodes = filtered(nodes, predicates, scope);
                else if (nodes.length === 1) nodes = filtered(along(axis, name, nodes[0]), predicates, scope);
                else nodes = [].concat(...nodes.map((one) => filtered(along(axis, name, one), predicates, scope)));
            }
            if (unsorted && nodes.length > 1) nodes = inOrder(nodes);
            if (isPlain && nodes.length === 1 && !/\[/.test(nodes[0].path)) fixed.set(steps, nodes);
        }
        return nodes.filter(isOpen);
    };
}

const isOpen = (node) => node.relevant;

/** current() leads on even when its own node is closed. */
function beginning(start) {
    if (start[1] === "current" && start[0] === "f") return (_node, { current }) => [current];
    const run = compiled(start);
    return (node, scope) => nodesOf(run(node, scope));
}

function filtered(nodes, predicates, scope) {
    let rest = nodes;
    for (const predicate of predicates) {
        const size = rest.length;
        rest = rest.filter((node, place) => {
            const value = evaluate(predicate, node, scopeOf(scope.form, scope.current, place + 1, size));
            return typeof value === "number" ? value === place + 1 : booleanOf(value);
        });
    }
    return rest;
}

/** The nodes on one axis, nearest first. */
function along(axis, name, node) {
    if (axis === "child") return name === "*" ? children(node) : node.kids[name] || [];
    if (axis === "self") return byName([node], name);
    if (axis === "parent") return node.parent ? byName([node.parent], name) : [];
    if (axis === "within") return [node].concat(...children(node).map((child) => along(axis, name, child)));
    if (!node.parent) return [];
    const siblings = children(node.parent);
    const at = siblings.indexOf(node);
    return byName(axis === "before" ? siblings.slice(0, at).reverse() : siblings.slice(at + 1), name);
}

// Functions. Plain ones: kinds of the arguments (s text, n number, b boolean) and what they do.

const chars = (text) => Array.from(text);
/** Math.min or Math.max of what is not blank; 0 and -0 are the same. */
const extreme = (act) => (trees, get, form) => {
    const numbers = spread(trees.map(get))
        .filter((value) => value !== "")
        .map((value) => numberOf(value, form.zone));
    return numbers.length ? act(...numbers) + 0 : NaN;
};

function place(number, length) {
    const at = Math.trunc(Math.max(-length, Math.min(length, number || 0)));
    return at < 0 ? Math.max(length + at, 0) : at;
}

const uuid = () =>
    "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));

const same = (value) => value;

const PLAIN = {
    true: ["", () => true],
    false: ["", () => false],
    not: ["b", (value) => !value],
    boolean: ["b", same],
    "boolean-from-string": ["s", (text) => text === "1" || text === "true"],
    number: ["n", same],
    string: ["s", same],
    int: ["n", Math.trunc],
    floor: ["n", Math.floor],
    ceiling: ["n", Math.ceil],
    abs: ["n", Math.abs],
    sqrt: ["n", Math.sqrt],
    round: ["nn", roundHalfUp],
    pow: ["nn", power],
    exp10: ["n", (number) => power(10, number)],
    atan2: ["nn", (y, x) => cut(Math.atan2(y, x))],
    pi: ["", () => Math.PI],
    random: ["", Math.random],
    uuid: ["n", uuid],
    "string-length": ["s", (text) => chars(text).length],
    substr: [
        "snn",
        (text, start, end = Infinity) => {
            const all = chars(text);
            return all.slice(place(start, all.length), place(end, all.length)).join("");
        },
    ],
    substring: [
        "snn",
        (text, start, count = Infinity) => {
            const first = roundHalfUp(start);
            const last = first + roundHalfUp(count);
            return chars(text)
                .filter((_char, at) => at + 1 >= first && at + 1 < last)
                .join("");
        },
    ],
    "substring-before": ["ss", (text, mark) => text.slice(0, Math.max(text.indexOf(mark), 0))],
    "substring-after": [
        "ss",
        (text, mark) => {
            const at = text.indexOf(mark);
            return at < 0 ? "" : text.slice(at + mark.length);
        },
    ],
    contains: ["ss", (text, part) => text.includes(part)],
    "starts-with": ["ss", (text, part) => text.startsWith(part)],
    "ends-with": ["ss", (text, part) => text.endsWith(part)],
    translate: [
        "sss",
        (text, old, fresh) => {
            const from = chars(old);
            const to = chars(fresh);
            return chars(text)
                .map((char) => {
                    const at = from.indexOf(char);
                    return at < 0 ? char : to[at] || "";
                })
                .join("");
        },
    ],
    "normalize-space": ["s", (text) => words(text).join(" ")],
    regex: [
        "ss",
        (text, emitted) => {
            const all = chars(text);
            return all.length <= LONGEST_MATCHED && foundIn(all, emitted);
        },
    ],
    selected: [
        "ss",
        (text, value) => {
            const parts = words(text);
            const choice = trim(value);
            return choice ? parts.includes(choice) : !parts.length;
        },
    ],
    "selected-at": ["sn", (text, at) => words(text)[at >= 0 ? Math.trunc(at) : -1] || ""],
    "count-selected": ["s", (text) => words(text).length],
    "decimal-time": ["s", timeFraction],
};

for (const name of ["exp", "log", "log10", "sin", "cos", "tan", "asin", "acos", "atan"]) {
    PLAIN[name] = ["n", (number) => cut(Math[name](number))];
}

/** The values of all arguments, each node of a node-set on its own. */
const spread = (values) =>
    [].concat(...values.map((value) => (Array.isArray(value) ? value.map((node) => node.value) : [value])));

const repeatOf = (form, node) => form.pkg.defs[node.index].kind === "repeat";

/** indexed-repeat: the nodes of one definition whose repeats have the given numbers. */
function indexed(trees, get, form, scope, node) {
    const [index, ...pairs] = trees.map(get);
    const numberByIndex = new Map();
    for (let at = 0; at + 1 < pairs.length; at += 2) numberByIndex.set(pairs[at], numberOf(pairs[at + 1], form.zone));
    for (let above = node.def ? node : scope.current; above && above.index; above = above.parent) {
        if (!numberByIndex.has(above.index) && repeatOf(form, above)) numberByIndex.set(above.index, above.number);
    }
    const stands = (one) =>
        !one ||
        !one.index ||
        (!(numberByIndex.has(one.index) && one.number !== numberByIndex.get(one.index)) && stands(one.parent));
    return form.instances[index].filter((one) => isOpen(one) && stands(one));
}

/** Whether what `count` makes of the items of a checklist lies between its limits; -1 as a limit means none. */
const checked =
    (count) =>
    (trees, get, { zone }) => {
        const [least, most, ...items] = trees.map(get);
        const number = count(spread(items).map((value) => numberOf(value, zone)));
        const limit = (value) => numberOf(value, zone);
        return (limit(least) === -1 || number >= limit(least)) && (limit(most) === -1 || number <= limit(most));
    };

// Functions that look at the form, or choose what they evaluate: given the trees and a function that evaluates one.

const SPECIAL = {
    if: (trees, get) => get(booleanOf(get(trees[0])) ? trees[1] : trees[2]),
    coalesce(trees, get) {
        for (const tree of trees) {
            const text = textOf(get(tree));
            if (text) return text;
        }
        return "";
    },
    once: (trees, get, _form, scope) => scope.current.raw || textOf(get(trees[0])),
    position(trees, get, _form, scope) {
        if (!trees.length) return scope.place;
        const nodes = nodesOf(get(trees[0]));
        return (nodes.length && nodes[0].number) || NaN;
    },
    last: (_trees, _get, _form, scope) => scope.size,
    current: (_trees, _get, _form, scope) => [scope.current].filter(isOpen),
    count: (trees, get) => nodesOf(get(trees[0])).length,
    "count-non-empty": (trees, get) => nodesOf(get(trees[0])).filter((node) => node.value !== "").length,
    sum(trees, get, form) {
        const operand = get(trees[0]);
        if (!Array.isArray(operand)) return numberOf(operand, form.zone);
        return operand.reduce((sum, one) => (one.value === "" ? sum : sum + toNumber(one.value, form.zone)), 0);
    },
    min: extreme(Math.min),
    max: extreme(Math.max),
    concat: (trees, get) => spread(trees.map(get)).map(textOf).join(""),
    join: (trees, get) => {
        const [mark, ...rest] = trees.map(get);
        return spread(rest).map(textOf).join(textOf(mark));
    },
    checklist: checked((items) => items.filter((item) => item > 0).length),
    "weighted-checklist": checked((items) =>
        items.reduce((total, item, at) => (at % 2 && items[at - 1] > 0 ? total + item : total), 0),
    ),
    indexed,
    pulldata(trees, get, form) {
        const [list, column, key, value] = trees.map((tree) => textOf(get(tree)));
        return cell((cell(form.pkg.sec, list) || []).find((row) => cell(row, key) === value) || {}, column);
    },
    "jr:choice-name"(trees, get, form) {
        const nodes = nodesOf(get(trees[1]));
        return nodes.length ? form.offeredLabel(nodes[0], textOf(get(trees[0]))) : "";
    },
    instance: (trees, get, form) => [listRoot(form.pkg, get(trees[0]))],
    today: (_trees, _get, form) => form.today,
    now: (_trees, _get, form) => form.clock,
    date: (trees, get, form) => dateText(moment(get(trees[0]), form)),
    "date-time": (trees, get, form) => dateTimeText(moment(get(trees[0]), form), form.zone),
    "decimal-date-time": (trees, get, form) => numberOf(get(trees[0]), form.zone),
    "format-date": (trees, get, form) => format(trees, get, form, false),
    "format-date-time": (trees, get, form) => format(trees, get, form, true),
};

const moment = (value, form) => milliseconds(typeof value === "number" ? value : textOf(value), form.zone);
const format = (trees, get, form, withTime) =>
    formatDate(moment(get(trees[0]), form), textOf(get(trees[1])), form.pkg.names, withTime);

const CONVERT = { s: textOf, n: numberOf, b: booleanOf };

function call(tree) {
    const trees = tree.slice(2).map(compiled);
    const special = SPECIAL[tree[1]];
    if (special) return (node, scope) => special(trees, (one) => one(node, scope), scope.form, scope, node);
    const [kinds, act] = PLAIN[tree[1]];
    if (!kinds || (!trees.length && tree[1] === "uuid")) return () => act();
    const operands = trees.length ? trees.slice(0, kinds.length) : [(node) => [node]]; // number(), string(), … take the node itself
    return (node, scope) => act(...operands.map((one, at) => CONVERT[kinds[at]](one(node, scope), scope.form.zone)));
}
