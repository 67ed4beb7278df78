// Where the phone sees an ID or a bank card number: the cases that the server is held against too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { holdsNumber } from "../../static/js/phone/questions/personal_numbers.mjs";

const { today, cases } = JSON.parse(readFileSync(new URL("../cases/personal_numbers.json", import.meta.url), "utf8"));

for (const { why, text, label, found } of cases) {
    test(`${found ? "a number" : "none"}: ${why}`, () => assert.equal(holdsNumber(text, label || "", today), found));
}
