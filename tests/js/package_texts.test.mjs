// The package of a page as the form works on it: lists come by columns, with their labels in place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fillTexts } from "../../static/js/phone/visit/package_texts.mjs";

const NO_PAGE = { querySelectorAll: () => [] };

test("lists that come by columns are rows again, their labels texts of the package", () => {
    const defs = [
        { kind: "group", name: "data", par: -1 },
        { kind: "group", name: "g", par: 0 },
        { kind: "field", name: "q", par: 1 },
    ];
    const names = ["y", "n", "x"];
    const sec = {
        yn: { name: names, label: ["是", ["否", ["p", "/a"]], null], code: [null, "-", null] },
        empty: {},
        rows: [{ name: "a", label: "7" }],
    };
    const pkg = fillTexts(NO_PAGE, { defs, sec, languages: [{ code: "zh-CN" }], itext: { "zh-CN": { 7: "甲" } } });
    const texts = pkg.itext["zh-CN"];
    assert.deepEqual(
        pkg.sec.yn.map(({ label, ...row }) => [row, texts[label]]),
        [
            [{ name: "y" }, "是"],
            [{ name: "n", code: "-" }, ["否", ["p", "/a"]]],
            [{ name: "x" }, undefined],
        ],
    );
    assert.equal(pkg.sec.yn[0].label, "是", "as a rule reads it that asks for the column");
    assert.deepEqual(pkg.sec.empty, []);
    assert.deepEqual(pkg.sec.rows, [{ name: "a", label: "7" }]);
    assert.equal(texts[7], "甲");
    assert.deepEqual(
        pkg.defs.map((one) => [one.path, one.kids]),
        [
            ["", [1]],
            ["/g", [2]],
            ["/g/q", undefined],
        ],
    );
});
