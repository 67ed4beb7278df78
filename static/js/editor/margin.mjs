/** What stands at a line without being written there: its sources, what it contradicts, what is to be drafted. */

import { Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { rawOf, schema, sourcesOf } from "./schema.mjs";

export const wrongKey = new PluginKey("wrong"); // {block id: words}

/**
 * `words`: the words of the page; of them `merge` is the address where a source opens beside its paragraph, or none, `remarked` how
 * many open comments each paragraph has.
 */
export function margin(words) {
    const remarked = JSON.parse(words.remarked || "{}");
    return new Plugin({
        key: wrongKey,
        state: { init: () => ({}), apply: (tr, wrong) => tr.getMeta(wrongKey) || wrong },
        props: {
            decorations(state) {
                const wrong = wrongKey.getState(state);
                const all = [];
                state.doc.forEach((node, place) => {
                    if (node.type !== schema.nodes.line) return;
                    const end = place + node.nodeSize;
                    all.push(Decoration.node(place, end, looks(node, wrong[node.attrs.id])));
                    all.push(...labels(node, end - 1, words));
                    if (remarked[node.attrs.id]) all.push(comments(node, end - 1, words, remarked[node.attrs.id]));
                });
                return DecorationSet.create(state.doc, all);
            },
        },
    });
}

function looks(node, wrong) {
    const attrs = { class: node.childCount ? "" : "is-empty" };
    if (node.attrs.kind === "blank" && !rawOf(node)) attrs["data-hint"] = node.attrs.hint;
    if (wrong) Object.assign(attrs, { class: `${attrs.class} contradicts`, title: wrong });
    return attrs;
}

function comments(node, place, words, count) {
    const text = `${words.remarks} ${count}`;
    const address = `${words.remark}&block=${node.attrs.id}`;
    return Decoration.widget(place, () => label(text, address), { side: 1, key: `${text}${address}` });
}

function labels(node, place, words) {
    return sourcesOf(node).map((source, number) => {
        const text = source.rewritten ? `${source.words} · ${words.rewritten}` : source.words;
        const address = words.merge && `${words.merge}&block=${node.attrs.id}&source=${number}`;
        return Decoration.widget(place, () => label(text, address), { side: 1, key: `${text}${address}` });
    });
}

function label(text, address) {
    const dom = document.createElement(address ? "a" : "span");
    dom.className = "src";
    dom.contentEditable = "false";
    if (address) dom.setAttribute("href", address);
    dom.textContent = text;
    return dom;
}
