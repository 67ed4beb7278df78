/** A paragraph that is written on the page: its words, its figures as chips, where the cursor is. */

import { clean, runs } from "./text.mjs";

const NO_WIDTH = "\u200b"; // gives the cursor a place beside a chip

/** Every element of a selector, as an array. @param {ParentNode} node @param {string} selector @returns {any[]} */
export const all = (node, selector) => Array.from(node.querySelectorAll(selector));

/** A figure in the text: one thing to the cursor. */
export function chip(key, text) {
    const span = document.createElement("span");
    span.className = "fig";
    span.contentEditable = "false";
    span.dataset.figure = key;
    span.textContent = text === undefined ? `{{${key}}}` : text;
    if (text === undefined) span.classList.add("bad");
    return span;
}

export const isChip = (node) => Boolean(node && node.nodeType === 1 && node.dataset.figure !== undefined);

/** Put a text into a paragraph. */
export function fill(line, raw, values) {
    line.textContent = "";
    for (const run of runs(raw)) {
        if (run.key === undefined) {
            line.append(run.text);
        } else {
            line.append(chip(run.key, values[run.key]), NO_WIDTH);
        }
    }
}

/** What a paragraph says, as it is kept. */
export function read(node) {
    return Array.from(node.childNodes, (one) => {
        if (isChip(one)) return `{{${one.dataset.figure}}}`;
        return one.nodeType === 1 ? read(one) : clean(one.textContent || "");
    })
        .join("")
        .trim();
}

/** The place of the cursor, where it stands in this paragraph. */
export function caret(line) {
    const selection = getSelection();
    if (!selection || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    return line.contains(range.startContainer) && line.contains(range.endContainer) ? range : null;
}

/** Set the cursor before (`start`) or behind what a paragraph says, or behind one node. */
export function setCaret(line, where) {
    const range = document.createRange();
    if (where instanceof Node) {
        range.setStartAfter(where);
    } else {
        range.selectNodeContents(line);
    }
    range.collapse(where instanceof Node || where === "start");
    const selection = getSelection();
    line.focus();
    selection.removeAllRanges();
    selection.addRange(range);
}

/** Put words or a chip in place of what is chosen. */
export function insert(line, range, node) {
    range.deleteContents();
    const after = document.createTextNode(isChip(node) ? NO_WIDTH : "");
    range.insertNode(after);
    range.insertNode(node);
    line.normalize();
    const next = node.nextSibling;
    if (isChip(node) && next) {
        const place = document.createRange();
        place.setStart(next, 1);
        place.collapse(true);
        line.focus();
        getSelection().removeAllRanges();
        getSelection().addRange(place);
    } else {
        setCaret(line, node.isConnected ? node : "end");
    }
}

/** What stands behind the cursor to the end of the paragraph, taken out of it. */
export function cutBehind(line, range) {
    range.deleteContents();
    const rest = document.createRange();
    rest.selectNodeContents(line);
    rest.setStart(range.startContainer, range.startOffset);
    return read(rest.extractContents());
}

/** Whether nothing that prints stands before the cursor. */
export function isAtStart(line, range) {
    const before = document.createRange();
    before.selectNodeContents(line);
    before.setEnd(range.startContainer, range.startOffset);
    return range.collapsed && read(before.cloneContents()) === "";
}

/** The chip right before the cursor, or null. */
export function chipBefore(range) {
    if (!range.collapsed) return null;
    let node = range.startContainer;
    if (node.nodeType === 3) {
        if (clean(node.textContent.slice(0, range.startOffset)) !== "") return null;
        node = node.previousSibling;
    } else {
        node = node.childNodes[range.startOffset - 1];
        if (node && node.nodeType === 3 && clean(node.textContent) === "") node = node.previousSibling;
    }
    return isChip(node) ? node : null;
}

/** What stands where a paragraph was: words, and a button that brings it back. */
export function takenOut(words, undo, bring) {
    const note = document.createElement("p");
    note.className = "small quiet gone";
    const back = document.createElement("button");
    back.type = "button";
    back.className = "lk";
    back.textContent = undo;
    back.addEventListener("click", bring);
    note.append(words, " ", back);
    return note;
}
