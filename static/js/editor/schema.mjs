/** A section as the editor holds it: lines that are written, tables and charts that are put in, figures as atoms. Pure. */

import { Fragment, Schema } from "prosemirror-model";
import { clean, runs } from "./text.mjs";

export const LINE_KINDS = ["paragraph", "case", "heading", "blank"];

/** What a line carries besides its words. `was`: its words when its sources came to it, so that a change shows. */
const lineAttrs = {
    id: { default: "" },
    kind: { default: "paragraph" },
    hint: { default: "" },
    sources: { default: [] },
    was: { default: "" },
};

export const schema = new Schema({
    nodes: {
        doc: { content: "(line | fixed)+" },
        line: {
            content: "(text | figure)*",
            attrs: lineAttrs,
            parseDOM: [{ tag: "p[data-block]", getAttrs: lineOf }, { tag: "p" }],
            toDOM: (node) => {
                const { id, kind, sources, was } = node.attrs;
                const dom = { class: `written ${kind}`, "data-block": id, "data-kind": kind };
                return ["p", sources.length ? { ...dom, "data-from": JSON.stringify({ sources, was }) } : dom, 0];
            },
        },
        // `of`: what a new one is made of (table:T6); `like`: the one it is a copy of.
        fixed: {
            atom: true,
            draggable: true,
            attrs: { id: { default: "" }, of: { default: "" }, like: { default: "" }, label: { default: "" } },
            parseDOM: [{ tag: "div[data-fixed]", getAttrs: (dom) => parsed(dom.dataset.fixed) }],
            toDOM: (node) => ["div", { "data-fixed": JSON.stringify(node.attrs) }, node.attrs.label],
        },
        figure: {
            inline: true,
            group: "inline",
            atom: true,
            attrs: { key: {} },
            parseDOM: [{ tag: "span[data-figure]", getAttrs: (dom) => ({ key: dom.dataset.figure }) }],
            toDOM: (node) => ["span", { class: "fig", "data-figure": node.attrs.key }, `{{${node.attrs.key}}}`],
        },
        text: { group: "inline" },
    },
});

function lineOf(dom) {
    const { block, kind, from } = dom.dataset;
    const { sources = [], was = "" } = parsed(from);
    return { id: block, kind: LINE_KINDS.includes(kind) ? kind : "paragraph", sources, was };
}

/** What the clipboard says, or nothing where it was changed on the way. */
function parsed(text) {
    try {
        return JSON.parse(text || "{}") || {};
    } catch (_error) {
        return {};
    }
}

/** A text as it is kept → words and figures. */
export function inlineOf(raw) {
    const nodes = runs(raw).map((run) =>
        run.key === undefined ? schema.text(run.text) : schema.nodes.figure.create({ key: run.key }),
    );
    return Fragment.from(nodes);
}

/** A line of {id, kind, text, hint, sources}. */
export function lineNode({ id, kind, text = "", hint = "", sources = [] }) {
    const known = LINE_KINDS.includes(kind) ? kind : "paragraph";
    return schema.nodes.line.create({ id, kind: known, hint, sources, was: text }, inlineOf(text));
}

/** What a line says, as it is kept. */
export function rawOf(line) {
    let raw = "";
    line.forEach((node) => {
        raw += node.isText ? clean(node.text) : `{{${node.attrs.key}}}`;
    });
    return raw.trim();
}

/** The sources of a line; where it reads otherwise than when they came, each is marked rewritten. */
export function sourcesOf(line) {
    const { sources, was } = line.attrs;
    if (!sources.length || rawOf(line) === was) return sources;
    return sources.map((source) => ({ ...source, rewritten: true }));
}

/** Whether two sources are the same place of the same report. */
export const isSameSource = (one, other) =>
    ["unit", "section", "item", "block"].every((name) => (one[name] || "") === (other[name] || ""));

/** The sources of two lines that became one. */
export const union = (sources, more) => [
    ...sources,
    ...more.filter((one) => !sources.some((other) => isSameSource(one, other))),
];
