/** After each change: every block has an id of its own, what was joined has the sources of both, a blank that is written in is none. */

import { Plugin } from "prosemirror-state";
import { Mapping } from "prosemirror-transform";
import { rawOf, schema, union } from "./schema.mjs";
import { newId } from "./text.mjs";

export const identities = new Plugin({
    appendTransaction(transactions, before, now) {
        if (!transactions.some((one) => one.docChanged)) return null;
        const mapping = new Mapping();
        for (const one of transactions) mapping.appendMapping(one.mapping);
        const tr = now.tr;
        keepSources(tr, before.doc, mapping);
        separate(tr);
        return tr.docChanged ? tr : null;
    },
});

/** A line whose words went into another gives that one its sources. */
function keepSources(tr, before, mapping) {
    const ids = new Set();
    tr.doc.forEach((node) => void ids.add(node.attrs.id));
    before.forEach((node, place) => {
        if (node.type !== schema.nodes.line || !node.attrs.sources.length || ids.has(node.attrs.id)) return;
        const start = mapping.map(place + 1, 1);
        const end = mapping.map(place + node.nodeSize - 1, -1);
        if (end <= start) return; // its words are gone
        const there = tr.doc.resolve(end);
        if (there.parent.type === schema.nodes.line) {
            const { sources } = there.parent.attrs;
            tr.setNodeAttribute(there.before(), "sources", union(sources, node.attrs.sources));
        }
    });
}

/** Halves and copies get ids of their own; the half that stays empty is a new line. */
function separate(tr) {
    const placeById = new Map();
    tr.doc.forEach((node, place) => {
        const isLine = node.type === schema.nodes.line;
        const first = placeById.get(node.attrs.id);
        if (first === undefined && node.attrs.id) {
            placeById.set(node.attrs.id, place);
        } else if (!isLine) {
            const like = node.attrs.of ? "" : node.attrs.like || node.attrs.id;
            tr.setNodeMarkup(place, null, { ...node.attrs, id: newId(), like });
        } else if (first !== undefined && rawOf(node) && !rawOf(tr.doc.nodeAt(first))) {
            renew(tr, first, true);
        } else {
            renew(tr, place, !rawOf(node));
        }
        if (isLine && node.attrs.kind === "blank" && rawOf(node)) tr.setNodeAttribute(place, "kind", "paragraph");
    });
}

function renew(tr, place, isEmpty) {
    const { attrs } = tr.doc.nodeAt(place);
    const sources = isEmpty ? [] : attrs.sources;
    tr.setNodeMarkup(place, null, { ...attrs, id: newId(), sources, hint: "" });
}
