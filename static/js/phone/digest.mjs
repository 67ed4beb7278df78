/** SHA-256 and HMAC of our own, for phones without Web Crypto (plain http, old WebViews), and base64url. Pure. */

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
const ROUNDS = new Int32Array(primes.map((p) => fraction(Math.cbrt(p))));
const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));

/** UTF-8. */
export const bytesOf = (text) => new TextEncoder().encode(text);

/** The SHA-256 of bytes, as 32 bytes; at once, so that it can be made inside a transaction. */
export function sha256(bytes) {
    const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
    padded.set(bytes);
    padded[bytes.length] = 128;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 536870912));
    view.setUint32(padded.length - 4, bytes.length << 3);
    const hash = new Int32Array(START);
    const w = new Int32Array(64);
    for (let at = 0; at < padded.length; at += 64) block(hash, w, view, at);
    const out = new DataView(new ArrayBuffer(32));
    for (let i = 0; i < 8; i++) out.setInt32(4 * i, hash[i]);
    return new Uint8Array(out.buffer);
}

const turn = (x, n) => (x >>> n) | (x << (32 - n));

function block(hash, w, view, at) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
        const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
        const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i]) | 0;
        const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
    }
    const turned = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++) hash[i] += turned[i];
}

/** HMAC-SHA-256 of bytes with a key of bytes. */
export function hmac(key, bytes) {
    const padded = new Uint8Array(64);
    padded.set(key.length > 64 ? sha256(key) : key);
    const inner = joined(
        padded.map((x) => x ^ 0x36),
        bytes,
    );
    return sha256(
        joined(
            padded.map((x) => x ^ 0x5c),
            sha256(inner),
        ),
    );
}

function joined(a, b) {
    const out = new Uint8Array(a.length + b.length);
    out.set(a);
    out.set(b, a.length);
    return out;
}

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
