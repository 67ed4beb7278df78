// What the phone finds in a long list, by the cases that the server is tried with too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hit, Index, readingsOf } from "../../static/js/phone/lists/matching.mjs";

const { cases, readings, rows } = JSON.parse(
    readFileSync(new URL("../cases/search/cases.json", import.meta.url), "utf8"),
);
const known = readingsOf(readings);
const index = new Index(known);
for (const [label, code] of rows) index.add(label, code);

for (const { find, codes, hit: part } of cases) {
    test(`“${find}” finds ${codes.length}`, () => {
        const found = index.find(find);
        const names = found.rows.map((row) => rows[row][1]);
        assert.deepEqual(names, codes);
        assert.equal(found.number, codes.length);
        if (part === undefined) return;
        const label = rows[found.rows[0]][0];
        const [begin, end] = hit(find, label, known) || [0, 0];
        assert.equal(Array.from(label).slice(begin, end).join(""), part);
    });
}

test("a longer word searches on in what its beginning found", () => {
    index.find("gz");
    assert.deepEqual(
        index.find("gzs").rows.map((row) => rows[row][1]),
        cases.find((one) => one.find === "gzs").codes,
    );
});

test("without readings labels and codes still find", () => {
    const plain = new Index(readingsOf(undefined));
    for (const [label, code] of rows) plain.add(label, code);
    assert.equal(plain.find("天河").number, 3);
    assert.equal(plain.find("440106").number, 1);
    assert.equal(plain.find("tianhe").number, 0);
});

test("a letter by itself finds at once what looking through all rows finds", () => {
    const short = new Index(known);
    const odd = [
        ["a", "x"],
        ["b", "a"],
        ["Ab", "c"],
        ["ba", "d"],
        ["", "e"],
        ["厦", "f"],
        ["重", "g"],
        ["7", "7"],
    ];
    for (const [label, code] of odd) short.add(label, code);
    for (const one of [index, short])
        for (const letter of "abcdefghijklmnopqrstuvwxyzG")
            assert.deepEqual(one.find(letter), one.find(letter, Array.from(one.rows)), letter);
});

test("making the search quick leaves nothing behind", () => {
    const before = ["g", "gz", "天河"].map((text) => index.find(text));
    for (const _turn of index.warmed());
    assert.deepEqual(
        ["g", "gz", "天河"].map((text) => index.find(text)),
        before,
    );
    for (const _turn of new Index(known).warmed()) assert.fail("there is nothing to look through");
});
