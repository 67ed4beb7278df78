/** Makes the hashes by which contents and parts are known, MACs for phones without Web Crypto, and base64url. Pure. */

import { hmac as macOf } from "@noble/hashes/hmac";
import { sha256 } from "@noble/hashes/sha2";

// Safari 12 and 13 have no whole numbers of 64 bits. The hash writes one: how many bits it was given.
if (typeof BigInt === "undefined") {
    /** @type {any} */ (self).BigInt = Number;
    /** @type {any} */ (DataView.prototype).setBigUint64 = function (at, value) {
        this.setUint32(at, Math.floor(value / 4294967296));
        this.setUint32(at + 4, value % 4294967296);
    };
}

export { sha256 };

/** UTF-8. */
export const bytesOf = (text) => new TextEncoder().encode(text);

/** HMAC-SHA-256 of bytes with a key of bytes. */
export const hmac = (key, bytes) => macOf(sha256, key, bytes);

/** Lower-case hex. */
export const hex = (bytes) => Array.from(bytes, (x) => (x < 16 ? "0" : "") + x.toString(16)).join("");

/** The hash by which a content or a part is known. */
export const hashOf = (bytes) => hex(sha256(typeof bytes === "string" ? bytesOf(bytes) : bytes));

/** The same for large bytes: by Web Crypto where the phone has it. */
export async function hashOfLarge(bytes) {
    const subtle = typeof crypto === "object" && crypto.subtle;
    return subtle ? hex(new Uint8Array(await subtle.digest("SHA-256", bytes))) : hashOf(new Uint8Array(bytes));
}

export function toBase64url(bytes) {
    let text = "";
    for (const one of bytes) text += String.fromCharCode(one);
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The bytes of base64url; null for a text that is none. */
export function fromBase64url(text) {
    try {
        return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    } catch (_) {
        return null;
    }
}
