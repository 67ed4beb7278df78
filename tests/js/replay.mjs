// Runs visits in the phone's evaluator and gives each state, for comparison with Python's. Runs in Node and in browsers.
// A visit: {package, now, language, answers, repeats, begins, steps: [{set, to} | {add} | {remove} | {at} | {language} | {look}]}

import { FormState } from "../../static/js/rules/evaluation.mjs";

/** Every node with what can be compared, and the repeats: what `look()` is on the server. */
function look(state) {
    const nodes = {};
    for (const [path, node] of state.nodes) {
        const { relevant, value, required, problem } = node;
        nodes[path] = node.field ? { relevant, value, required, problem } : { relevant };
        if (node.select) nodes[path].choices = relevant ? node.choices.slice() : [];
    }
    return { nodes, repeats: state.repeats };
}

/** Everything that a page may show, so that nothing can differ unseen. */
export function wholeState(state) {
    const texts = {};
    for (const [path, node] of state.nodes) {
        texts[path] = [
            state.label(path),
            state.hint(path),
            node.readonly,
            node.message,
            node.choices && node.relevant ? node.choices.map((name) => state.choiceLabel(path, name)) : null,
        ];
    }
    return { look: look(state), answers: state.answers(), raw: state.raw(), problems: state.problems(), texts };
}

export function replay({ package: pkg, now, language, answers, repeats, begins, steps }) {
    const state = new FormState(pkg, answers, repeats, { now, language, begins });
    const states = [];
    for (const step of steps) {
        if ("look" in step) states.push(step.look === "whole" ? wholeState(state) : look(state));
        else take(state, step);
    }
    return states;
}

/** One step; on what is not there, or is counted by a question, it changes nothing: as on the server. */
function take(state, step) {
    try {
        if ("set" in step) state.set(step.set, step.to);
        else if ("add" in step) state.add(step.add);
        else if ("remove" in step) state.remove(step.remove);
    } catch (error) {
        if (!/^(no|full)\b/.test(error.message)) throw error;
    }
    if ("at" in step) state.at(step.at);
    if ("language" in step) state.language = step.language;
}

/** Many visits over packages they name by number. */
export const replayAll = ({ packages, visits }) =>
    visits.map((visit) => replay({ ...visit, package: packages[visit.package] }));
