// A package whose long lists travel by themselves is whole again before any rule runs.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readPackage } from "../../static/js/phone/store/form_package.mjs";

test("long lists are read from beside the package and put where the rules look", async () => {
    const held = {
        "/sync/questionnaires/first": {
            sec: { yn: [{ name: "y" }] },
            itext: { "zh-CN": { "/a:label": "甲" } },
            parts: { firms: { hash: "f1", rows: 2 } },
        },
        "/sync/questionnaires/f1": {
            list: "firms",
            rows: [{ name: "e1", label: "宏达" }],
            itext: { "zh-CN": { 宏达: "宏达" } },
        },
    };
    const asked = [];
    const pkg = await readPackage("/sync/questionnaires/first", async (address) => {
        asked.push(address);
        return held[address];
    });
    assert.deepEqual(asked, ["/sync/questionnaires/first", "/sync/questionnaires/f1"]);
    assert.deepEqual(Object.keys(pkg.sec).sort(), ["firms", "yn"]);
    assert.equal(pkg.itext["zh-CN"].宏达, "宏达");
    assert.equal(pkg.itext["zh-CN"]["/a:label"], "甲");
});
