/** Cuts a version into numbered frames for QR codes: the text gzipped, in letters that every scanner types alike. Pure.
 *
 * `DIAOYAN:1:<first 16 digits of the hash>:<number>:<of>:<base32>`; the desk puts them together (surveys/fieldwork/rescue/qr_frames.py).
 */

import { gzipSync } from "fflate";
import { bytesOf } from "../store/digest.mjs";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LONGEST = 560; // letters a frame: still large enough squares on a small screen

/** The frames of a version's text; `hash` is its SHA-256 in hex. */
export function framesOf(text, hash) {
    const letters = base32(gzipSync(bytesOf(text), { level: 9, mtime: 0 }));
    const of = Math.ceil(letters.length / LONGEST);
    const frames = [];
    for (let number = 1; number <= of; number++) {
        const piece = letters.slice((number - 1) * LONGEST, number * LONGEST);
        frames.push(`DIAOYAN:1:${hash.slice(0, 16).toUpperCase()}:${number}:${of}:${piece}`);
    }
    return frames;
}

/** Base 32 of RFC 4648 without padding. */
function base32(bytes) {
    let [text, bits, value] = ["", 0, 0];
    for (const byte of bytes) {
        value = ((value << 8) | byte) & 0xfff;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += LETTERS[(value >> bits) & 31];
        }
    }
    return bits ? text + LETTERS[(value << (5 - bits)) & 31] : text;
}
