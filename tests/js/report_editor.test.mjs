// What a paragraph of a report is between the page and the server: words and {{figures}}, nothing lost on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Saving } from "../../static/js/editor/saving.mjs";
import { clean, lines, newId, runs } from "../../static/js/editor/text.mjs";

const raw = (made) => made.map((run) => (run.key === undefined ? run.text : `{{${run.key}}}`)).join("");

test("a text is its words and figures, in order", () => {
    const text = "近五成{{T6:fin_any|share|word}}的企业，{{T6:arrears|count|plain}}{{T6:cost|count|plain}}家";
    assert.deepEqual(runs(text), [
        { text: "近五成" },
        { key: "T6:fin_any|share|word" },
        { text: "的企业，" },
        { key: "T6:arrears|count|plain" },
        { key: "T6:cost|count|plain" },
        { text: "家" },
    ]);
});

test("whatever is typed comes back as it was", () => {
    for (const text of [
        "",
        "{",
        "{{",
        "}}{{",
        "{{a}} {{PAPER:number}}",
        "{{from:440103 §二}}",
        "一{二}三",
        "{{{T6:x|count|plain}}}",
    ]) {
        assert.equal(raw(runs(text)), text);
    }
});

test("what a paper leaves open until it is issued is no figure", () => {
    assert.deepEqual(runs("第{{PAPER:number}}号"), [{ text: "第{{PAPER:number}}号" }]);
});

test("marks that keep the cursor in place are not kept", () => {
    assert.equal(clean("11\u200b家\u00a0有\ufeff"), "11家 有");
});

test("a pasted text is its paragraphs", () => {
    assert.deepEqual(lines("　　第一段\r\n\r\n  第二段  \n"), ["第一段", "第二段"]);
});

test("a new paragraph's id is one the server takes", () => {
    const ids = Array.from({ length: 50 }, newId);
    assert.ok(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}$/.test(id)));
    assert.equal(new Set(ids).size, 50);
});

test("what is saved from several places at once is sent one after the other", async () => {
    globalThis.window = { addEventListener: () => undefined, setTimeout: () => 0 };
    const fields = { section: { value: "problems" }, row_version: { value: "1" }, csrf_token: { value: "" } };
    const form = { dataset: { written: "/written" }, querySelector: (name) => fields[/"(.*)"/.exec(name)[1]] };
    const page = {
        now: (version) => ({ row_version: version, blocks: [] }),
        tell: () => undefined,
        saved: () => undefined,
    };
    const sent = [];
    let onTheWay = 0;
    let most = 0;
    globalThis.fetch = async (_, { body }) => {
        sent.push(JSON.parse(body).row_version);
        onTheWay += 1;
        most = Math.max(most, onTheWay);
        await new Promise((done) => setTimeout(done, 5));
        onTheWay -= 1;
        return { ok: true, status: 200, json: async () => ({ row_version: sent.length + 1 }) };
    };
    const saving = new Saving(form, page);
    saving.changed();
    const first = saving.save();
    saving.changed(); // typed while it is on its way; then a link and a button are pressed
    assert.deepEqual(await Promise.all([first, saving.save(), saving.save()]), [false, true, true]);
    assert.equal(most, 1);
    assert.deepEqual(sent, [1, 2]);
});
