// What becomes of a paragraph's id and sources when it is parted, joined, copied, emptied.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorState, TextSelection } from "prosemirror-state";
import { acts, jump, keys } from "../../static/js/editor/acts.mjs";
import { identities } from "../../static/js/editor/identities.mjs";
import { lineNode, rawOf, schema, sourcesOf } from "../../static/js/editor/schema.mjs";

const from = (unit, item = 1) => ({ unit, section: "三（一）", item, rewritten: false, report_version: 1 });
const start = (...nodes) => EditorState.create({ doc: schema.node("doc", null, nodes), plugins: [identities] });
const line = (id, text, sources = [], kind = "paragraph") => lineNode({ id, kind, text, sources });
const at = (state, place) => state.apply(state.tr.setSelection(TextSelection.create(state.doc, place)));
const run = (state, command) => {
    let after = state;
    command(state, (tr) => {
        after = state.apply(tr);
    });
    return after;
};
const said = (state) => {
    const rows = [];
    state.doc.forEach((node) => {
        const id = node.attrs.id.length < 4 ? node.attrs.id : "new";
        const isLine = node.type === schema.nodes.line;
        const sources = isLine ? sourcesOf(node).map((one) => `${one.unit}${one.rewritten ? "*" : ""}`) : [];
        rows.push([id, isLine ? rawOf(node) : "", sources.join(" ")]);
    });
    return rows;
};

test("a figure is one thing in the text and is kept as its token", () => {
    const state = start(line("a", "有{{T6:x|count|plain}}家"));
    assert.equal(state.doc.firstChild.childCount, 3);
    assert.equal(rawOf(state.doc.firstChild), "有{{T6:x|count|plain}}家");
});

test("both halves of a paragraph have its sources, and say so in other words", () => {
    const halves = run(at(start(line("a", "甲乙", [from("1")])), 2), keys.Enter);
    assert.deepEqual(said(halves), [
        ["a", "甲", "1*"],
        ["new", "乙", "1*"],
    ]);
});

test("a new paragraph behind or before one is from nowhere", () => {
    assert.deepEqual(said(run(at(start(line("a", "甲", [from("1")])), 2), keys.Enter)), [
        ["a", "甲", "1"],
        ["new", "", ""],
    ]);
    assert.deepEqual(said(run(at(start(line("a", "甲", [from("1")])), 1), keys.Enter)), [
        ["new", "", ""],
        ["a", "甲", "1"],
    ]);
});

test("what was joined has the sources of both, each once", () => {
    const two = start(line("a", "甲", [from("1")]), line("b", "乙", [from("1"), from("2")]));
    assert.deepEqual(said(run(at(two, 4), keys.Backspace)), [["a", "甲乙", "1* 2*"]]);
});

test("words taken out from the middle of one to the middle of another join them", () => {
    const two = start(line("a", "甲乙", [from("1")]), line("b", "丙丁", [from("2")]), line("c", "戊", [from("3")]));
    const chosen = two.apply(two.tr.setSelection(TextSelection.create(two.doc, 2, 6)));
    assert.deepEqual(said(run(chosen, keys.Delete)), [
        ["a", "甲丁", "1* 2*"],
        ["c", "戊", "3"],
    ]);
});

test("a paragraph that is wholly gone leaves its sources to nobody", () => {
    const two = start(line("a", "甲", [from("1")]), line("b", "乙", [from("2")]));
    assert.deepEqual(said(run(at(two, 5), acts.remove)), [["a", "甲", "1"]]);
    assert.deepEqual(said(run(at(start(line("a", "甲", [from("1")])), 2), acts.remove)), [["new", "", ""]]);
});

test("a blank that is written in is a paragraph", () => {
    const state = start(lineNode({ id: "a", kind: "blank", hint: "【待起草：做法】" }));
    assert.equal(state.apply(state.tr.insertText("有", 1)).doc.firstChild.attrs.kind, "paragraph");
    const next = run(
        at(start(line("a", "甲"), lineNode({ id: "b", kind: "blank" })), 1),
        jump((node) => node.attrs.kind === "blank"),
    );
    assert.equal(next.selection.from, 4);
});

test("a copy has an id of its own and knows what it is like", () => {
    const table = schema.nodes.fixed.create({ id: "t" });
    const state = start(line("a", "甲", [from("1")]), table);
    const copied = state.apply(state.tr.insert(state.doc.content.size, state.doc.content));
    assert.deepEqual(
        said(copied).map(([id, _text, sources]) => [id, sources]),
        [
            ["a", "1"],
            ["t", ""],
            ["new", "1"],
            ["new", ""],
        ],
    );
    assert.equal(copied.doc.lastChild.attrs.like, "t");
});

test("a block goes past its neighbour and stays itself", () => {
    const state = at(start(line("a", "甲"), schema.nodes.fixed.create({ id: "t" }), line("b", "乙")), 2);
    const ids = (one) =>
        said(one)
            .map(([id]) => id)
            .join("");
    assert.equal(ids(run(state, acts.down)), "tab");
    assert.equal(ids(run(run(state, acts.down), acts.up)), "atb");
    assert.equal(acts.up(state), false);
});
