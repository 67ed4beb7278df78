// What is read from a photo's bytes, and how it is turned: what every phone does alike before a browser decodes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { look, upright } from "../../static/js/phone/media/photo_bytes.mjs";
import { fitted, LARGEST, LONGEST, scaled } from "../../static/js/phone/media/scaling.mjs";

const pad = (number, little) => (little ? [number & 255, number >> 8] : [number >> 8, number & 255]);
const long = (number, little) => (little ? [...pad(number, true), 0, 0] : [0, 0, ...pad(number, false)]);

/** A JPEG as far as it is read: EXIF with an orientation behind a camera's name, then the frame's size. */
function jpeg({ orientation = 6, little = true, width = 4000, height = 3000 } = {}) {
    const two = (number) => pad(number, little);
    const entry = (tag, kind, value) => [...two(tag), ...two(kind), ...long(1, little), ...two(value), 0, 0];
    const order = little ? [0x49, 0x49] : [0x4d, 0x4d];
    const list = [...two(2), ...entry(0x010f, 2, 0), ...entry(0x0112, 3, orientation), 0, 0, 0, 0];
    const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...order, ...two(42), ...long(8, little), ...list];
    const frame = [8, ...pad(height, false), ...pad(width, false), 3];
    return Uint8Array.from([
        ...[0xff, 0xd8, 0xff, 0xe1, ...pad(exif.length + 2, false), ...exif],
        ...[0xff, 0xc0, ...pad(frame.length + 2, false), ...frame, 0xff, 0xda, 0, 2],
    ]);
}

test("the way up and the size are read in both byte orders", () => {
    for (const little of [true, false]) {
        const seen = look(jpeg({ little }));
        assert.deepEqual([seen.type, seen.width, seen.height, seen.orientation], ["image/jpeg", 4000, 3000, 6]);
    }
});

test("the bytes that are decoded say that they are upright", () => {
    const bytes = jpeg({ little: false, orientation: 8 });
    const made = upright(bytes, look(bytes));
    assert.equal(look(made).orientation, 1);
    assert.equal(look(bytes).orientation, 8, "what was given stays as it is");
});

test("bytes that are cut off, senseless or no picture are read as far as they go", () => {
    const whole = jpeg();
    for (let length = 0; length <= whole.length; length++) assert.ok(look(whole.slice(0, length)).orientation);
    assert.equal(look(jpeg({ orientation: 77 })).orientation, 1);
    assert.deepEqual([look(new Uint8Array(0)).width, look(Uint8Array.from([1, 2, 3])).width], [0, 0]);
});

test("the longer side is 1,600 at most, and nothing vanishes", () => {
    assert.deepEqual(fitted(4000, 3000, LONGEST), [1600, 1200]);
    assert.deepEqual(fitted(800, 600, LONGEST), [800, 600]);
    assert.deepEqual(fitted(9000, 1, LONGEST), [1600, 1]);
});

/** A canvas that notes what is drawn on it; its picture weighs what its pixels and the quality say. */
const ways = (drawn, weight) => ({
    canvas: (width, height) => ({
        width,
        height,
        getContext: () => ({
            fillRect: () => undefined,
            setTransform: (...turn) => drawn.push({ turn }),
            drawImage: (_source, _x, _y, across, down) => drawn.push({ across, down, width, height }),
        }),
    }),
    blob: async (canvas, _type, quality) => ({ size: canvas.width * canvas.height * quality * weight, canvas }),
});

test("every way of holding a camera lands on the canvas", async () => {
    for (let orientation = 2; orientation <= 8; orientation++) {
        const drawn = [];
        await scaled({ width: 1000, height: 500 }, orientation, ways(drawn, 0.1));
        const [a, b, c, d, e, f] = drawn[0].turn;
        const { width, height } = drawn[1];
        assert.deepEqual([width, height], orientation > 4 ? [500, 1000] : [1000, 500]);
        const corners = [
            [0, 0],
            [1000, 500],
        ].map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
        for (const [x, y] of corners)
            assert.ok((x === 0 || x === width) && (y === 0 || y === height), `${orientation}`);
    }
});

test("a photo that stays too heavy is made smaller until it fits", async () => {
    const blob = await scaled({ width: 4000, height: 3000 }, 1, ways([], 1));
    assert.ok(blob.size <= LARGEST);
    assert.ok(blob.canvas.width < LONGEST);
});
