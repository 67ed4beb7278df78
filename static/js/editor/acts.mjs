/** What keys and buttons do to a section: each a command of (state, dispatch) that tells whether it could. */

import {
    chainCommands,
    createParagraphNear,
    deleteSelection,
    joinBackward,
    joinForward,
    selectAll,
    selectNodeBackward,
    selectNodeForward,
    splitBlockAs,
} from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { NodeSelection, Selection, TextSelection } from "prosemirror-state";
import { schema } from "./schema.mjs";

const isFigure = (node) => Boolean(node) && node.type === schema.nodes.figure;

/** The first press chooses a figure, the second takes it out. */
const chooseFigure = (side) => (state, dispatch) => {
    const { $cursor } = /** @type {TextSelection} */ (state.selection);
    const node = $cursor && (side < 0 ? $cursor.nodeBefore : $cursor.nodeAfter);
    if (!isFigure(node)) return false;
    const place = side < 0 ? $cursor.pos - node.nodeSize : $cursor.pos;
    if (dispatch) dispatch(state.tr.setSelection(NodeSelection.create(state.doc, place)));
    return true;
};

const split = splitBlockAs((node) => ({
    type: schema.nodes.line,
    attrs: { ...node.attrs, kind: node.attrs.kind === "case" ? "case" : "paragraph" },
}));

/** What keys do. */
export const keys = {
    Enter: chainCommands(createParagraphNear, split),
    Backspace: chainCommands(deleteSelection, chooseFigure(-1), joinBackward, selectNodeBackward),
    Delete: chainCommands(deleteSelection, chooseFigure(1), joinForward, selectNodeForward),
    "Mod-a": selectAll,
    "Mod-z": undo,
    "Mod-y": redo,
    "Shift-Mod-z": redo,
    "Alt-ArrowUp": move(-1),
    "Alt-ArrowDown": move(1),
    "Mod-b": () => true, // a report's letters are its style sheet's
    "Mod-i": () => true,
    "Mod-u": () => true,
};

/** What the buttons above the text do. */
export const acts = {
    undo,
    redo,
    up: move(-1),
    down: move(1),
    remove,
    paragraph: become("paragraph"),
    heading: become("heading"),
    case: become("case"),
};

/** The blocks that are chosen, or the one with the cursor: from where to where, the first and the last by number. */
function chosen(state) {
    const { $from, $to } = state.selection;
    const first = $from.index(0);
    const last = $to.depth ? $to.index(0) : Math.max(first, $to.index(0) - 1);
    const from = $from.posAtIndex(first, 0);
    return { from, to: $to.posAtIndex(last + 1, 0), first, last };
}

function become(kind) {
    return (state, dispatch) => {
        const tr = state.tr;
        state.doc.nodesBetween(state.selection.from, state.selection.to, (node, place) => {
            if (node.type === schema.nodes.line) tr.setNodeAttribute(place, "kind", kind);
            return false;
        });
        if (!tr.docChanged) return false;
        if (dispatch) dispatch(tr);
        return true;
    };
}

/** Past the block before (-1) or behind (1). */
function move(by) {
    return (state, dispatch) => {
        const { from, to, first, last } = chosen(state);
        const beside = by < 0 ? first - 1 : last + 1;
        if (beside < 0 || beside >= state.doc.childCount) return false;
        const other = state.doc.child(beside);
        const away = by < 0 ? from - other.nodeSize : to;
        const tr = state.tr;
        if (by < 0) tr.insert(to, other).delete(away, from);
        else tr.delete(to, to + other.nodeSize).insert(from, other);
        if (dispatch) dispatch(tr.scrollIntoView());
        return true;
    };
}

function remove(state, dispatch) {
    const { from, to } = chosen(state);
    const tr = state.tr;
    if (from === 0 && to === state.doc.content.size) tr.replaceWith(from, to, schema.nodes.line.create());
    else tr.delete(from, to);
    if (dispatch) dispatch(tr.setSelection(Selection.near(tr.doc.resolve(Math.min(from, tr.doc.content.size)))));
    return true;
}

/** Put a table, chart or list behind the block with the cursor. */
export const putIn = (node) => (state, dispatch) => {
    const { to } = chosen(state);
    const tr = state.tr.insert(to, node);
    if (dispatch) dispatch(tr.setSelection(NodeSelection.create(tr.doc, to)).scrollIntoView());
    return true;
};

/** Put a figure where the cursor is, or in place of what is chosen. */
export const putFigure = (key) => (state, dispatch) => {
    const { selection } = state;
    const inLine = selection.$from.parent.type === schema.nodes.line;
    const at = inLine ? selection : Selection.near(state.doc.resolve(selection.to), -1);
    const tr = state.tr.setSelection(at).replaceSelectionWith(schema.nodes.figure.create({ key }), false);
    if (dispatch) dispatch(tr.scrollIntoView());
    return true;
};

/** The figure that is chosen, or null. */
export const chosenFigure = (state) => {
    const { node } = /** @type {NodeSelection} */ (state.selection);
    return isFigure(node) ? node : null;
};

/** Write the chosen figure another way; it stays chosen. */
export const rewriteFigure = (key) => (state, dispatch) => {
    if (!chosenFigure(state)) return false;
    const { from } = state.selection;
    const tr = state.tr.setNodeMarkup(from, null, { key });
    if (dispatch) dispatch(tr.setSelection(NodeSelection.create(tr.doc, from)));
    return true;
};

/** The cursor to the start of the next line of those that `isOne`, round to the first. */
export const jump = (isOne) => (state, dispatch) => {
    const places = [];
    state.doc.forEach((node, place) => {
        if (node.type === schema.nodes.line && isOne(node)) places.push(place);
    });
    const place = places.find((one) => one + 1 > state.selection.from) ?? places[0];
    if (place === undefined) return true;
    if (dispatch) dispatch(state.tr.setSelection(TextSelection.create(state.doc, place + 1)).scrollIntoView());
    return true;
};
