/** Makes requests to the server under `/sync` as this phone, and answers its challenges (receiving.md 1.2). Touches store and network. */

import { canonical } from "../store/canonical.mjs";
import { bytesOf, fromBase64url, hmac, toBase64url } from "../store/digest.mjs";
import { note, ownDevice } from "./device.mjs";
import { signedBy } from "./receipts.mjs";

const BASE = "/sync";

/** One request. Gives `{status, value, text, etag, offset, size, wait}`: `value` is the JSON, null for anything else. Throws when there is no answer. */
async function ask(path, { method = "GET", headers = {}, body = undefined, timeout = 30000 } = {}) {
    const stop = typeof AbortController === "function" ? new AbortController() : null;
    const timer = stop && setTimeout(() => stop.abort(), timeout);
    try {
        const answer = await fetch(BASE + path, {
            method,
            headers,
            body,
            credentials: "same-origin",
            cache: path.startsWith("/questionnaires/") ? "default" : "no-store",
            redirect: "manual", // nothing of ours redirects: a portal does
            signal: stop ? stop.signal : undefined,
        });
        const text = method === "HEAD" ? "" : await answer.text();
        return {
            status: answer.type === "opaqueredirect" ? 302 : answer.status,
            text,
            value: jsonOf(answer, text),
            etag: answer.headers.get("ETag"),
            date: Date.parse(answer.headers.get("Date") || ""),
            offset: answer.headers.get("Diaoyan-Offset"),
            size: answer.headers.get("Diaoyan-Size"),
            holder: answer.headers.get("Diaoyan-Holder"),
            wait: Number(answer.headers.get("Retry-After")) || 0,
        };
    } finally {
        clearTimeout(timer);
    }
}

function jsonOf(answer, text) {
    if (!/json/.test(answer.headers.get("Content-Type") || "")) return null;
    try {
        return JSON.parse(text);
    } catch (_) {
        return null; // torn on the way
    }
}

/** A request as this phone; a 401 is answered by signing its challenge, once. Throws when there is no answer. */
export async function call(path, request = {}) {
    const answer = await ask(path, request);
    if (answer.status === 401 && answer.value && answer.value.challenge && (await signIn(answer.value.challenge))) {
        return heed(await ask(path, request));
    }
    return heed(answer);
}

/** A device that was revoked keeps all it has and stops asking. */
async function heed(answer) {
    if (answer.status === 403 && answer.value && answer.value.code === "revoked") {
        const own = await ownDevice();
        if (own && !own.revoked) await note({ revoked: new Date().toISOString() });
    }
    return answer;
}

/** Sign in as this phone. Gives whether the cookie is there; throws when there is no answer. */
export async function signIn(lastChallenge = null) {
    const own = await ownDevice();
    if (!own || own.revoked) return false;
    const post = (value) =>
        ask("/session", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(value),
        });
    let challenge = lastChallenge;
    if (!challenge) {
        const answer = await heed(await post({ device: own.device }));
        challenge = answer.value && answer.value.challenge;
        if (!challenge) return false;
    }
    const proof = await proofOf(own, challenge);
    return (await heed(await post({ device: own.device, challenge, proof }))).status === 204;
}

/** The proof over a challenge: a signature, or a MAC with the secret. */
export async function proofOf(own, challenge) {
    const message = bytesOf(`diaoyan-session/1\n${own.device}\n${challenge}`);
    if (own.secret) return toBase64url(hmac(fromBase64url(own.secret), message));
    return toBase64url(new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, own.key, message)));
}

/** Take new server keys that a pinned one signed. Gives whether one was taken. */
export async function learnKeys() {
    const own = await ownDevice();
    if (!own || own.secret) return false;
    const answer = await ask("/keys");
    const entries = (answer.value && answer.value.keys) || [];
    const pinned = [...own.server];
    for (let isGrowing = true; isGrowing; ) {
        isGrowing = false;
        for (const entry of entries) {
            const by = pinned.find((one) => one.kid === entry.signed_by);
            if (!by || pinned.some((one) => one.kid === entry.kid)) continue;
            if (!(await signedBy(by.key, entry.signature || "", `diaoyan-key/1\n${canonical(entry.key)}`))) continue;
            pinned.push({ kid: entry.kid, key: entry.key });
            isGrowing = true;
        }
    }
    if (pinned.length === own.server.length) return false;
    await note({ server: pinned });
    return true;
}

/** This phone's time with its zone, for the mark `clock` alone. */
export function phoneClock(at = new Date()) {
    const two = (n) => String(Math.floor(Math.abs(n))).padStart(2, "0");
    const off = -at.getTimezoneOffset();
    const local = new Date(at.getTime() + off * 60000).toISOString().slice(0, 19);
    return `${local}${off < 0 ? "-" : "+"}${two(off / 60)}:${two(off % 60)}`;
}

/** A JSON POST that needs no session: enrolling. */
export const plain = (path, value) =>
    ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });
