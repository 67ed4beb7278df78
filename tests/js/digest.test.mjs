// The hash as it travels to phones: in the syntax of 2017, and where a browser has no whole numbers of 64 bits (Safari 12).

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { script } from "../../deploy/script.mjs";

const WITHOUT =
    "delete globalThis.BigInt; delete DataView.prototype.setBigUint64; delete DataView.prototype.getBigUint64;";
const bundle = await script("static/js/phone/store/digest.mjs", "digest");

/** The module in a world of its own; `before` is run there first. */
function loaded(before) {
    const world = createContext({ TextEncoder, btoa, atob });
    runInContext(`self = globalThis; ${before}; ${bundle}`, world);
    return (code, given = {}) => runInContext(code, Object.assign(world, given));
}

for (const [which, before] of [
    ["a browser of today", ""],
    ["Safari 12", WITHOUT],
]) {
    test(`SHA-256 and HMAC in ${which}, at every edge of a block`, () => {
        const run = loaded(before);
        for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 70000]) {
            const bytes = Uint8Array.from({ length }, (_, at) => (31 * at + length) % 251);
            const key = Uint8Array.from({ length: (length % 90) + 1 }, (_, at) => at * 7);
            const expected = [
                createHash("sha256").update(bytes).digest("hex"),
                createHmac("sha256", key).update(bytes).digest("hex"),
            ];
            const code = "[digest.hashOf(bytes), digest.hex(digest.hmac(key, bytes))].join()";
            assert.equal(run(code, { bytes, key }), expected.join(), `${length}`);
        }
        assert.equal(run("digest.hashOf('调研通')"), createHash("sha256").update("调研通").digest("hex"));
    });
}

test("the length of what is hashed is written in two halves where there is no BigInt", () => {
    const words = `const view = new DataView(new ArrayBuffer(8)); view.setBigUint64(0, 3 * 2 ** 32 + 7);
        [typeof BigInt(1), view.getUint32(0), view.getUint32(4)].join()`;
    assert.equal(loaded(WITHOUT)(words), "number,3,7");
});
