// The lint of built-ins finds what Chromium 69 and Safari 12 do not have, and lets through what asks first.

import assert from "node:assert/strict";
import test from "node:test";
import { tooNew } from "../../.ci/builtins.mjs";

const names = (source) => tooNew(source).map(([line, name]) => `${line} ${name}`);

test("what is too new is named with its line", () => {
    const source = `const a = [1, 2];
a.at(-1);
a.flatMap((x) => [x]);
Object.fromEntries(a);
"x".replaceAll("x", "y");
globalThis.b = structuredClone(a);
new ResizeObserver(() => {});
/(?<=a)b/.test("ab");
new Intl.ListFormat();`;
    assert.deepEqual(names(source), [
        "2 at",
        "3 flatMap",
        "4 fromEntries",
        "5 replaceAll",
        "6 globalThis",
        "6 structuredClone",
        "7 ResizeObserver",
        "8 (?<=",
        "9 ListFormat",
    ]);
});

test("comments, own methods and what is asked for first pass", () => {
    const source = `// a.at(-1), structuredClone
/* Object.fromEntries(a) */
state.at("2023-07-15");
if ("ResizeObserver" in window) new ResizeObserver(() => {});
if (dialog.showModal) dialog.showModal();
"https://example.org".padStart(3).trimStart();`;
    assert.deepEqual(names(source), []);
});
