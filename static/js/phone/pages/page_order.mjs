/** Works out which pages a questionnaire has, which are open in a visit, and in what order they are walked. Pure.
 *
 * The twin of `surveys/questionnaire/views/page_order.py` and `surveys/pages/field/questions/page_numbers.py`: the same keys in the same order.
 */

import { booleanOf, evaluate, scopeOf } from "../../rules/expression_functions.mjs";

const UNASKED = "calculate hidden start end today deviceid username phonenumber email audit".split(" ");
const GENERATED = "reserved_name_for_field_list_labels";

const isAsked = (def) => !def.name.startsWith(GENERATED) && "control" in def && !UNASKED.includes(def.type);

/** What a page of an open form is called. */
export function titleOf(state, { page, node }) {
    const { pkg } = state;
    if (page.kind === "loose" || !node) return pkg.title;
    if (page.kind === "list") {
        const name = page.path.slice(page.path.lastIndexOf("/") + 1);
        const def = pkg.defs.find((one) => one.path === page.path);
        return (def.label && state.text(def.label, node)) || name;
    }
    const title = state.textOf(node, "label") || node.name;
    return page.kind === "repeat" ? `${title} ${node.number}` : title;
}

/** Every page the package can have, in order: {key, path, kind, questions}. */
export function pages(pkg) {
    const allPages = [];
    let loose = 0;
    let run = [];
    const end = () => {
        if (!run.length) return;
        loose += 1;
        allPages.push({ key: `~${loose}`, path: "", kind: "loose", questions: run });
        run = [];
    };
    for (const kid of pkg.defs[0].kids || []) {
        if (pkg.defs[kid].kind === "field") {
            if (isAsked(pkg.defs[kid])) run.push(kid);
            continue;
        }
        end();
        add(pkg, kid, allPages);
    }
    end();
    return allPages.reduce((found, page) => join(pkg, found, page), []);
}

/** A top-level group that says `same-page` stands on the page of the group before it; its path stays its own. */
function join(pkg, found, page) {
    const before = found[found.length - 1];
    const def = page.kind === "group" && pkg.defs.find((one) => one.path === page.path);
    const isJoined = def && def.par === 0 && (def.appearance || "").split(" ").includes("same-page");
    if (!isJoined || !before || before.kind !== "group") return found.concat(page);
    before.joined = (before.joined || []).concat(page.questions);
    before.questions = before.questions.concat(page.questions);
    return found;
}

function add(pkg, number, allPages) {
    const def = pkg.defs[number];
    const { path } = def;
    if (def.kind === "repeat" && def.count === undefined) {
        allPages.push({ key: path.slice(1), path, kind: "list", questions: [] });
    }
    const { questions, repeats } = contents(pkg, number);
    if (questions.length) allPages.push({ key: path.slice(1), path, kind: def.kind, questions });
    for (const repeat of repeats) add(pkg, repeat, allPages);
}

/** The questions of a page, also those in groups inside it; and the repeats in it. */
function contents(pkg, number) {
    const inside = { questions: [], repeats: [] };
    for (const kid of pkg.defs[number].kids || []) {
        const def = pkg.defs[kid];
        if (def.kind === "repeat") inside.repeats.push(kid);
        else if (def.kind === "group") {
            const inner = contents(pkg, kid);
            inside.questions.push(...inner.questions);
            inside.repeats.push(...inner.repeats);
        } else if (isAsked(def)) inside.questions.push(kid);
    }
    return inside;
}

const pagesByPackage = new WeakMap();

function pagesOf(pkg) {
    if (!pagesByPackage.has(pkg)) pagesByPackage.set(pkg, pages(pkg));
    return pagesByPackage.get(pkg);
}

/** The pages that are open now, in order: {key, page, node}; node is null for loose questions. */
export function places(state) {
    const allPages = pagesOf(state.pkg);
    const open = [];
    const started = [];
    for (const kid of state.pkg.defs[0].kids || []) {
        if (state.pkg.defs[kid].kind !== "field") {
            openPages(state, state.root, kid, allPages, open);
            continue;
        }
        for (const page of allPages) {
            if (page.kind !== "loose" || !page.questions.includes(kid) || started.includes(page)) continue;
            started.push(page);
            const isOpen = page.questions.some((number) => state.instances[number].some((node) => node.relevant));
            if (isOpen) open.push({ key: page.key, page, node: null });
        }
    }
    return open;
}

function openPages(state, parent, number, allPages, open) {
    const def = state.pkg.defs[number];
    const own = allPages.filter((page) => page.path === def.path);
    const nodes = parent.kids[def.name];
    const openHere =
        parent.relevant &&
        (nodes.some((node) => node.relevant) || (def.kind === "repeat" && mayOpen(state, parent, number)));
    for (const page of own) {
        if (page.kind === "list" && openHere) {
            open.push({ key: `${parent.path}/${def.name}`.slice(1), page, node: parent });
        }
    }
    for (const node of nodes) {
        if (!node.relevant) continue;
        for (const page of own) {
            if (page.kind !== "list" && nodesOf(page, state, node).some((one) => one.relevant)) {
                open.push({ key: node.path.slice(1), page, node });
            }
        }
        for (const repeat of contents(state.pkg, number).repeats) {
            const holder = holderOf(state, node, repeat);
            if (holder) openPages(state, holder, repeat, allPages, open);
        }
    }
}

/** Whether an instance that is not there yet would be open. */
function mayOpen(state, parent, number) {
    const rule = state.pkg.defs[number].relevant;
    if (rule === undefined) return true;
    const phantom = new parent.constructor(state, number, parent);
    return booleanOf(evaluate(rule, phantom, scopeOf(state, phantom)));
}

/** The names of the groups between a node and a definition below it. */
function namesBetween(state, node, number) {
    const names = [];
    for (let at = state.pkg.defs[number].par; at !== node.index; at = state.pkg.defs[at].par) {
        names.unshift(state.pkg.defs[at].name);
    }
    return names;
}

function holderOf(state, node, repeat) {
    const holder = namesBetween(state, node, repeat).reduce((at, name) => at.kids[name][0], node);
    return holder.relevant ? holder : null;
}

/** The questions of a page as nodes, below the page's own node. */
export function nodesOf(page, state, node) {
    if (!node) return page.questions.map((number) => state.instances[number][0]);
    return page.questions.map((number) => {
        if ((page.joined || []).includes(number)) return state.instances[number][0];
        const above = namesBetween(state, node, number).reduce((at, name) => at.kids[name][0], node);
        return above.kids[state.pkg.defs[number].name][0];
    });
}

/** The place of the page that shows the question at `path`; undefined when it is not open now. */
export const placeOf = (state, path) =>
    places(state).find(
        ({ page, node }) => page.kind !== "list" && nodesOf(page, state, node).some((one) => one.path === path),
    );

/** The list page that an entry stands on; undefined for any other page, also of a counted repeat. */
export function listOf(keys, key) {
    let head = key;
    while (head.includes("[")) {
        head = head.slice(0, head.lastIndexOf("["));
        if (keys.includes(head)) return head;
    }
    return undefined;
}

/** The entry of a list page that a page belongs to: `r_site`, `r_site[2]/r_room` → `r_site[2]`. */
export const entryOf = (list, key) => `${list}${key.slice(list.length).split("]")[0]}]`;

/** Where an entry begins: its own page, or the first one inside it. */
export const firstPageOf = (keys, entry) => keys.find((key) => key === entry || key.startsWith(`${entry}/`));

/** The page of the walk that a page belongs to, however deep it lies in entries. */
function outermostOf(keys, key) {
    const above = listOf(keys, key);
    return above === undefined ? key : outermostOf(keys, above);
}

/** Whether a page has lines to read and nothing to answer; one that has a note alone is shown. */
function isForReading(state, { page, node }) {
    if (page.kind === "list") return false;
    const shown = nodesOf(page, state, node).filter((one) => one.relevant);
    return shown.length > 0 && shown.every((one) => one.readonly && one.def.type !== "note");
}

/** The pages that are walked one after the other; `key` is one of them though nothing on it can be changed. */
function walked(state, open, keys, key) {
    const passed = open.filter((place) => isForReading(state, place)).map((place) => place.key);
    return keys.filter((one) => listOf(keys, one) === undefined && (one === key || !passed.includes(one)));
}

/** The names, directly below the form, of the groups and questions that a rule looks at. */
function asks(rule) {
    if (!Array.isArray(rule)) return [];
    if (rule[0] === "p" && rule[1] === "/" && rule[2].length > 1) return [rule[2][1][1]];
    return rule.reduce((names, one) => names.concat(asks(one)), []);
}

const branchesByPackage = new WeakMap();

/** The paths of the pages that come and go with answers after the first page, and of counted repeats. */
function branchesOf(pkg) {
    if (!branchesByPackage.has(pkg)) branchesByPackage.set(pkg, findBranches(pkg));
    return branchesByPackage.get(pkg);
}

function findBranches(pkg) {
    const { defs } = pkg;
    const all = pagesOf(pkg);
    const first = all.length
        ? all[0].questions.map((number) => defs[number].name).concat(all[0].path.split("/")[1])
        : [];
    const isBranch = ({ path }) => {
        let number = path ? defs.findIndex((one) => one.path === path) : 0;
        if (defs[number].count !== undefined) return true;
        for (; number; number = defs[number].par)
            if (asks(defs[number].relevant).some((name) => !first.includes(name))) return true;
        return false;
    };
    return all.filter(isBranch).map((page) => page.path);
}

/** Where an open page stands in the walk: {number, total, previous, next, list, entry}; `number` and `total` count parts. */
export function step(state, key) {
    state.problems(); // what can be changed is judged first
    const open = places(state);
    const keys = open.map((place) => place.key);
    const list = listOf(keys, key);
    const entry = list === undefined ? undefined : entryOf(list, key);
    const outermost = outermostOf(keys, key);
    const steps = walked(state, open, keys, outermost);
    const branches = branchesOf(state.pkg);
    const begins = (one, place) => !place || !branches.includes(`/${one.replace(/\[\d+\]/g, "")}`);
    const beside =
        list === undefined ? steps : keys.filter((one) => listOf(keys, one) === list && entryOf(list, one) === entry);
    const place = beside.indexOf(key);
    return {
        number: steps.slice(0, steps.indexOf(outermost) + 1).filter(begins).length,
        total: steps.filter(begins).length,
        previous: beside[place - 1],
        next: beside[place + 1],
        list,
        entry,
    };
}
