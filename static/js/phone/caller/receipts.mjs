/** Checks whether a receipt is true: by a pinned server key or this phone's secret, for this visit and content (receiving.md 6). */

import { bytesOf, fromBase64url, hmac } from "../store/digest.mjs";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const HOW = { name: "ECDSA", hash: "SHA-256" };

/** Whether `signature` (r‖s, base64url) over the UTF-8 of `text` is by the public key `jwk`. */
export async function signedBy(jwk, signature, text) {
    const bytes = fromBase64url(signature);
    if (!bytes || bytes.length !== 64) return false;
    const { crv, kty, x, y } = jwk;
    try {
        const key = await crypto.subtle.importKey("jwk", { crv, kty, x, y }, CURVE, false, ["verify"]);
        return await crypto.subtle.verify(HOW, key, bytes, bytesOf(text));
    } catch (_) {
        return false;
    }
}

/** Whether `mac` is the HMAC of `text` with the secret (base64url both). */
function macHolds(secret, mac, text) {
    const [key, theirs] = [fromBase64url(secret), fromBase64url(mac || "")];
    if (!key || !theirs || theirs.length !== 32) return false;
    return hmac(key, bytesOf(text)).every((byte, i) => byte === theirs[i]);
}

/** What the receipt in an answer says, if it holds for `{visit, content, nonce}` and the pinned `phone`; else null.
 *
 * `nonce` undefined: whatever the receipt has. The text is checked as it came and only then read.
 */
export async function receiptIn(value, phone, { visit, content, nonce }) {
    if (!phone || !value || typeof value.receipt !== "string") return null;
    const text = `diaoyan-receipt/1\n${value.receipt}`;
    const pinned = (phone.server || []).find((one) => one.kid === value.kid);
    const holds = phone.secret
        ? macHolds(phone.secret, value.mac, text)
        : Boolean(pinned) && (await signedBy(pinned.key, value.signature, text));
    if (!holds) return null;
    let facts;
    try {
        facts = JSON.parse(value.receipt);
    } catch (_) {
        return null;
    }
    const mine =
        facts.format === "diaoyan-receipt/1" &&
        facts.instance === phone.instance &&
        facts.visit === visit &&
        facts.content === content &&
        (nonce === undefined || facts.nonce === nonce);
    return mine ? facts : null;
}
