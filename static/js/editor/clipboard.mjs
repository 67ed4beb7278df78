/** What is cut, copied and pasted: within a report figures and sources go along, from elsewhere plain words come in. */

import { Fragment, Slice } from "prosemirror-model";
import { inlineOf, lineNode, schema } from "./schema.mjs";
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
        handlePaste: (view, event) => {
            const html = event.clipboardData && event.clipboardData.getData("text/html");
            if (!html || html.includes("data-pm-slice")) return false;
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
