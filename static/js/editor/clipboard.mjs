/** What is cut, copied and pasted: within a report figures and sources go along, from elsewhere plain words come in. */

import { Fragment, Slice } from "prosemirror-model";
import { inlineOf, lineNode, schema, union } from "./schema.mjs";
import { lines } from "./text.mjs";

/** The properties of the view. `page` knows what figures read and which blocks are the section's own. */
export function clipboard(page) {
    return {
        clipboardTextParser: (text) => {
            const texts = lines(text);
            if (texts.length < 2) return new Slice(inlineOf(texts[0] || ""), 0, 0);
            return new Slice(
                Fragment.from(texts.map((one) => lineNode({ id: "", kind: "paragraph", text: one }))),
                1,
                1,
            );
        },
        clipboardTextSerializer: (slice) => {
            const texts = [];
            slice.content.descendants((node) => {
                if (node.type === schema.nodes.line) texts.push("");
                if (node.isText) texts.push((texts.pop() || "") + node.text);
                if (node.type === schema.nodes.figure) texts.push((texts.pop() || "") + page.reading(node.attrs.key));
            });
            return texts.join("\n");
        },
        transformPasted: (slice) => new Slice(ownBlocks(slice.content, page), slice.openStart, slice.openEnd),
        handlePaste: (view, event, slice) => {
            const html = event.clipboardData && event.clipboardData.getData("text/html");
            if (!html) return false;
            if (html.includes("data-pm-slice")) return pasteWithSources(view, slice);
            view.pasteText(event.clipboardData.getData("text/plain"));
            return true;
        },
        handleDrop: (_view, event, _slice, moved) => {
            if (moved) return false;
            event.preventDefault();
            return true;
        },
    };
}

/** A line from another section gets an id here; a table from there stays there, and that is said. */
function ownBlocks(content, page) {
    const nodes = [];
    content.forEach((node) => {
        if (node.isInline || page.known.has(node.attrs.id)) nodes.push(node);
        else if (node.type === schema.nodes.line) nodes.push(node.type.create({ ...node.attrs, id: "" }, node.content));
        else page.tellForeign();
    });
    return Fragment.from(nodes);
}

/** Words from within a line bring its sources to the line that they go into. */
function pasteWithSources(view, slice) {
    const { from, to } = view.state.selection;
    const tr = view.state.tr.replaceSelection(slice);
    if (slice.openStart) bring(tr, from, slice.content.firstChild);
    if (slice.openEnd) bring(tr, tr.mapping.map(to), slice.content.lastChild);
    view.dispatch(tr.scrollIntoView());
    return true;
}

function bring(tr, place, from) {
    const { parent } = tr.doc.resolve(place);
    if (parent.type !== schema.nodes.line || !from.attrs.sources || !from.attrs.sources.length) return;
    const { sources, was } = parent.attrs;
    const line = {
        ...parent.attrs,
        sources: union(sources, from.attrs.sources),
        was: sources.length ? was : from.attrs.was,
    };
    tr.setNodeMarkup(tr.doc.resolve(place).before(), null, line);
}
