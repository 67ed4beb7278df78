// The phone's parts that need no browser: canonical JSON, hashes, receipts, proofs, and what an item of the outbox does next.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { struck } from "../../static/js/phone/caller/client_log.mjs";
import { receiptIn, signedBy } from "../../static/js/phone/caller/receipts.mjs";
import { proofOf } from "../../static/js/phone/caller/session.mjs";
import {
    afterConfirm,
    afterHead,
    afterList,
    afterPart,
    afterRestoration,
    afterSend,
    CONFIRM_AFTER,
    DAY,
    dueNow,
    freed,
    givenUp,
    mayPurge,
    nextDue,
    onceMore,
    pause,
    purged,
} from "../../static/js/phone/outbox/outbox_rules.mjs";
import { deviceName } from "../../static/js/phone/own/enrolment.mjs";
import { isStatic, isVisitForm, newestFirst, refusedAt, visitOf } from "../../static/js/phone/own/worker_rules.mjs";
import { canonical } from "../../static/js/phone/store/canonical.mjs";
import {
    bytesOf,
    fromBase64url,
    hashOf,
    hashOfLarge,
    hex,
    hmac,
    sha256,
    toBase64url,
} from "../../static/js/phone/store/digest.mjs";

const place = new URL("../cases/receiving/receiving.json", import.meta.url);
const { hashes, receipts, session } = JSON.parse(readFileSync(place, "utf8"));

test("canonical JSON and its hash, as in the cases", async () => {
    for (const { id, value, text, sha256: expected } of hashes) {
        assert.equal(canonical(value), text, id);
        assert.equal(hashOf(text), expected, id);
        assert.equal(await hashOfLarge(bytesOf(text)), expected, id);
    }
    for (const odd of [0.1, -1, 2 ** 53, Number.NaN, undefined]) assert.throws(() => canonical({ a: odd }), TypeError);
});

test("SHA-256 and HMAC without Web Crypto say what Web Crypto says, at every edge of a block", async () => {
    for (const size of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 70000]) {
        const bytes = Uint8Array.from({ length: size }, (_, i) => (31 * i + size) % 251);
        const theirs = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        assert.equal(hex(sha256(bytes)), hex(theirs), String(size));
        const secret = Uint8Array.from({ length: (size % 90) + 1 }, (_, i) => i * 7);
        const how = { name: "HMAC", hash: "SHA-256" };
        const key = await crypto.subtle.importKey("raw", secret, how, false, ["sign"]);
        assert.equal(
            hex(hmac(secret, bytes)),
            hex(new Uint8Array(await crypto.subtle.sign(how, key, bytes))),
            String(size),
        );
    }
});

test("a receipt holds by the pinned key or the secret, and for my visit, content and nonce alone", async () => {
    for (const { id, valid, receipt, signature, mac } of receipts.vectors) {
        const facts = JSON.parse(receipt);
        const value = { receipt, signature, mac, kid: "k" };
        const pinned = { instance: facts.instance, server: [{ kid: "k", key: receipts.key }] };
        for (const phone of [pinned, { ...pinned, secret: receipts.secret }]) {
            const found = await receiptIn(value, phone, {
                visit: facts.visit,
                content: facts.content,
                nonce: facts.nonce,
            });
            assert.equal(Boolean(found), valid, id);
        }
        if (!valid) continue;
        const mine = { visit: facts.visit, content: facts.content, nonce: facts.nonce };
        assert.equal(await receiptIn(value, pinned, { ...mine, nonce: "another" }), null);
        assert.equal(await receiptIn(value, pinned, { ...mine, visit: "another" }), null);
        assert.equal(await receiptIn(value, pinned, { ...mine, content: "another" }), null);
        assert.equal(await receiptIn(value, { ...pinned, instance: "another" }, mine), null);
        assert.equal(await receiptIn({ ...value, kid: "unknown" }, pinned, mine), null);
        assert.equal(await receiptIn(null, pinned, mine), null);
    }
});

test("the proof of a session, by secret as in the case, by key as Web Crypto checks it", async () => {
    const { device, challenge, secret, proof_by_secret, key, a_proof_by_key } = session;
    assert.equal(await proofOf({ device, secret }, challenge), proof_by_secret);
    assert.ok(await signedBy(key, a_proof_by_key, `diaoyan-session/1\n${device}\n${challenge}`));
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const own = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const proof = await proofOf({ device, key: pair.privateKey }, challenge);
    assert.ok(await signedBy(own, proof, `diaoyan-session/1\n${device}\n${challenge}`));
    assert.deepEqual(fromBase64url(toBase64url(Uint8Array.of(0, 250, 251, 255))), Uint8Array.of(0, 250, 251, 255));
    assert.equal(fromBase64url("no base64!"), null);
});

// --- the outbox -------------------------------------------------------------------------------------------------------

const NOW = 1_700_000_000_000;
const half = () => 0.5;
const item = (change = {}) => ({
    visit: "v",
    content: "c",
    text: "{}",
    state: "sending",
    seq: 1,
    tries: 0,
    next: 0,
    parts: [],
    missing: [],
    problem: null,
    ...change,
});
const answer = (status, code, retry, more = {}) => ({
    status,
    wait: 0,
    value: { type: `urn:diaoyan:problem:${code}`, code, retry, zh: {}, en: {}, ...more },
});
const facts = (change = {}) => ({ kept: "version", missing: [], ...change });

test("a valid receipt decides, whatever the status", () => {
    for (const status of [200, 201, 202, 409, 423, 500]) {
        const after = afterSend(item(), { status, value: { receipt: "r" } }, facts(), NOW);
        assert.equal(after.state, "stored");
        assert.equal(after.next, NOW + CONFIRM_AFTER);
    }
    assert.equal(
        afterSend(item(), answer(404, "unknown_visit", "later"), facts({ kept: "aside" }), NOW).state,
        "aside",
    );
});

test("without a receipt the status says what to do next", () => {
    const after = (given) => afterSend(item(), given, null, NOW, half);
    assert.deepEqual([after(null).state, after(null).next], ["queued", NOW + 2000], "no answer");
    const portal = after({ status: 200, value: null, wait: 0 });
    assert.deepEqual([portal.state, portal.problem.code], ["queued", "portal"], "a page that is no receipt");
    assert.equal(after(answer(400, "hash", "now")).next, NOW, "at once");
    assert.equal(
        afterSend(item({ tries: 3 }), answer(400, "hash", "now"), null, NOW, half).next,
        NOW + 16000,
        "the fourth time",
    );
    assert.equal(after(answer(401, "session", "sign_in")).state, "queued");
    assert.equal(after(answer(403, "revoked", "never")).state, "queued", "kept, whoever was revoked");
    assert.equal(after(answer(413, "too_large", "never")).state, "quarantined");
    assert.equal(after({ ...answer(503, "busy", "later"), wait: 20 }).next, NOW + 20000, "as the server asks");
    for (const code of ["too_many_versions", "too_many_aside", "too_fast"]) {
        const full = after(answer(429, code, "later"));
        assert.deepEqual([full.state, full.next, full.asks], ["queued", NOW + 2000, code !== "too_fast"], code);
        assert.equal(afterSend(full, { status: 200, value: { receipt: "r" } }, facts(), NOW).asks, false);
    }
    const erased = after(answer(410, "erased", "never"));
    assert.deepEqual([erased.state, erased.erased], ["quarantined", true]);
    assert.equal(
        after({ status: 403, value: { code: "blocked", retry: "never" }, wait: 0 }).state,
        "queued",
        "a proxy is not our server",
    );
});

test("a pause doubles from two seconds to ten minutes, half more or less", () => {
    assert.deepEqual(
        [1, 2, 3, 9, 10, 99].map((tries) => pause(tries, half)),
        [2000, 4000, 8000, 512000, 600000, 600000],
    );
    assert.deepEqual([pause(1, () => 0), pause(1, () => 1)], [1000, 3000]);
});

test("it is confirmed only by a fresh receipt with every part there; 404 sends it again", () => {
    const stored = item({ state: "stored" });
    assert.equal(afterConfirm(stored, { status: 200, value: { receipt: "r" } }, facts(), NOW).state, "confirmed");
    const waiting = afterConfirm(stored, { status: 200, value: { receipt: "r" } }, facts({ missing: ["p"] }), NOW);
    assert.deepEqual([waiting.state, waiting.missing], ["stored", ["p"]]);
    for (const state of ["stored", "confirmed"]) {
        const gone = afterConfirm(item({ state, confirmed: NOW }), answer(404, "not_held", "now"), null, NOW);
        assert.deepEqual([gone.state, gone.next], ["queued", 0]);
    }
    assert.equal(
        afterConfirm(stored, { status: 404, value: null, wait: 0 }, null, NOW, half).state,
        "stored",
        "a portal's 404",
    );
});

test("a confirmed version is asked about once when its visit has come to a head that it does not know", () => {
    const [one, two] = [1, 2].map((seq) => item({ state: "confirmed", content: `c${seq}`, seq, next: NOW + DAY }));
    const compared = (which, head) => afterHead(which, head, [one, two]);
    assert.deepEqual(
        [one, two].map((which) => compared(which, "c2").next),
        [NOW + DAY, NOW + DAY],
        "as it was sent",
    );
    for (const head of ["c1", "another", null]) {
        const asked = compared(compared(two, "c2"), head);
        assert.equal(asked.next, 0, String(head));
        assert.equal(compared(asked, head), null, "once");
    }
    assert.equal(compared({ ...two, state: "stored" }, null), null);
    const failed = afterConfirm(compared(two, "c1"), null, null, NOW);
    assert.deepEqual([failed.next, compared(failed, "c1").next], [NOW + DAY, 0], "no answer: with the next contact");
});

test("a stored version is asked about when the list awaits none of its photos any more", () => {
    const stored = item({ state: "stored", missing: ["a", "b"], away: ["a"], stuck: ["b"], tries: 3, next: NOW + DAY });
    assert.equal(afterList(stored, ["b", "c"]), null, "one of them is awaited");
    const asked = afterList(stored, ["c"]);
    assert.deepEqual([asked.next, asked.tries, asked.away, asked.stuck], [0, 0, [], []]);
    assert.equal(afterList({ ...stored, missing: [] }, []), null, "it missed none");
    assert.equal(afterList({ ...stored, state: "queued" }, []), null);
});

test("a text goes 30 days later, or when that version is accepted, and never before it is confirmed", () => {
    const confirmed = item({ state: "confirmed", confirmed: NOW, facts: facts({ number: "n" }) });
    assert.equal(mayPurge(confirmed, { state: "submitted", head: "c" }, NOW + 29 * DAY), false);
    assert.equal(mayPurge(confirmed, null, NOW + 30 * DAY), true);
    assert.equal(mayPurge(confirmed, { state: "accepted", head: "c" }, NOW), true);
    assert.equal(mayPurge(confirmed, { state: "accepted", head: "other" }, NOW), false);
    assert.equal(mayPurge({ ...confirmed, state: "stored" }, { state: "accepted", head: "c" }, NOW + 99 * DAY), false);
    assert.deepEqual([purged(confirmed).text, purged(confirmed).facts.number], [undefined, "n"]);
});

test("a text goes when the campaign is closed, whichever version was accepted, and not before it is confirmed", () => {
    const confirmed = item({ state: "confirmed", confirmed: NOW });
    for (const state of ["submitted", "returned", "accepted", "void"]) {
        const [open, closed] = [false, true].map((one) => ({ state, head: "other", closed: one }));
        assert.equal(mayPurge(confirmed, open, NOW), false, `${state}, and the campaign goes on`);
        assert.equal(mayPurge(confirmed, closed, NOW), true, `${state}, and the campaign is closed`);
    }
    for (const state of ["queued", "sending", "stored", "aside", "quarantined"]) {
        const waiting = { ...confirmed, state };
        assert.equal(mayPurge(waiting, { state: "open", closed: true }, NOW + 99 * DAY), false, state);
    }
});

const order = (items) => dueNow(items, NOW).map(({ item: one, act }) => `${act} ${one.visit}${one.content}`);

test("the oldest visit first, its versions in order, contents before parts, and none holds up another", () => {
    const queued = (visit, content, seq, more = {}) => item({ visit, content, seq, state: "queued", ...more });
    const one = queued("a", "1", 1, { next: NOW + 1000 });
    assert.deepEqual(order([queued("b", "1", 2), one, queued("a", "2", 3)]), ["send b1"], "a1 waits, and a2 for it");
    assert.deepEqual(order([{ ...one, state: "quarantined", next: NOW + DAY }, queued("a", "2", 3)]), ["send a2"]);
    const parted = item({ visit: "c", content: "1", seq: 0, state: "stored", missing: ["p"] });
    assert.deepEqual(order([parted, queued("b", "1", 2)]), ["send b1", "parts c1"]);
    assert.deepEqual(order([{ ...parted, stuck: ["p"] }]), ["confirm c1"], "a part that is lost holds nothing up");
    assert.deepEqual(
        order([
            { ...one, next: 0, foreign: true },
            { ...one, next: 0, erased: true },
        ]),
        [],
    );
    assert.deepEqual(
        order([queued("a", "1", 1, { next: NOW + 300 * DAY })]),
        ["send a1"],
        "a clock that was years off",
    );
    assert.deepEqual(
        order([
            { ...one, state: "quarantined", next: NOW },
            { ...one, content: "2", state: "aside", next: NOW },
        ]),
        ["send a1", "send a2"],
    );
});

test("a part that was given up is tried again each day, with a new release, and when its bytes come", () => {
    const stored = item({ state: "stored", missing: ["p", "q"], tries: 2 });
    const stuck = afterPart(afterPart(stored, "p", "stuck", NOW), "q", "away", NOW);
    assert.deepEqual(givenUp(stuck), { stuck: ["p"], away: ["q"] });
    assert.equal(onceMore(stuck, false, NOW + DAY - 1), null);
    for (const again of [onceMore(stuck, false, NOW + DAY), onceMore(stuck, true, NOW + 1)])
        assert.deepEqual([givenUp(again), again.next], [{ stuck: [], away: [] }, 0]);
    assert.deepEqual(givenUp(freed(stuck, ["q", "x"])), { stuck: ["p"], away: [] });
    assert.equal(freed(stuck, ["x"]), null);
    const asked = afterConfirm(stuck, { status: 200, value: {} }, facts({ missing: ["p", "q"] }), NOW);
    assert.deepEqual(order([asked]), [], "meanwhile the server is asked once an hour");
    assert.deepEqual(dueNow([asked], NOW + DAY / 24).length, 1);
    const come = { ...stuck, missing: ["p"] };
    assert.deepEqual(givenUp(come), { stuck: ["p"], away: [] }, "another phone has sent it");
    assert.equal(onceMore({ ...stuck, missing: 5 }, true, NOW), null, "a damaged row stops nothing");
    const later = afterPart(stored, "p", "later", NOW, half);
    assert.deepEqual([later.missing, later.next], [["p", "q"], NOW + 8000]);
    assert.deepEqual(afterPart(stored, "p", "held", NOW).missing, ["q"]);
});

test("a page that comes from elsewhere sends nothing until the refused version is tried again", () => {
    const refused = afterSend(item(), answer(403, "origin", "never"), null, NOW, half);
    assert.equal(refused.state, "quarantined");
    const others = [item({ visit: "w", state: "queued" }), item({ visit: "x", state: "stored", missing: ["p"] })];
    assert.deepEqual(order([refused, ...others]), []);
    assert.equal(nextDue([refused, ...others], NOW), DAY);
    assert.deepEqual(order([{ ...refused, next: 0 }, ...others]), ["send vc", "send wc", "parts xc"], "by hand");
    assert.equal(dueNow([refused, ...others], NOW + DAY).length, 3, "and each day");
    assert.equal(dueNow([{ ...refused, foreign: true }, ...others], NOW).length, 2, "another deputy's stops nothing");
});

test("when something is due next", () => {
    assert.equal(nextDue([], NOW), null);
    assert.equal(nextDue([item({ state: "purged" }), item({ state: "queued", next: NOW + 5 })], NOW), 5);
});

// --- small things -----------------------------------------------------------------------------------------------------

test("nothing a person wrote stands in the log", () => {
    const said = struck(
        'Unexpected token 张三 in "一份答案" at /s/AbC_1 for 13800138000 0b9f6a52-6f0e-4c5e-9f43-0d0c3e5a7b11',
    );
    assert.equal(said, 'Unexpected token … in "…" at /s/:token for # :id');
});

test("a phone is called by its model", () => {
    const android = "Mozilla/5.0 (Linux; Android 10; NOH-AN00 Build/HUAWEINOH-AN00; wv) Chrome/69 MicroMessenger/8.0";
    assert.equal(deviceName(android), "NOH-AN00 (WeChat)");
    assert.equal(deviceName("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36"), "Android");
    assert.equal(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X)"), "iPhone");
});

test("addresses and caches as the worker tells them apart", () => {
    const at = (path) => new URL(path, "https://x");
    assert.deepEqual(
        [isStatic(at("/static/a.js?r=1")), isStatic(at("/static/a.js")), isStatic(at("/sync/x?r=1"))],
        [true, false, false],
    );
    assert.deepEqual(["/visits/1/form", "/visits/1/form/data", "/visits"].map(isVisitForm), [true, false, false]);
    assert.equal(
        visitOf("/visits/0b9f6a52-6f0e-4c5e-9f43-0d0c3e5a7b11/pages/x"),
        "0b9f6a52-6f0e-4c5e-9f43-0d0c3e5a7b11",
    );
    assert.equal(visitOf("/visits/queue"), null);
    assert.equal(refusedAt(at("/visits/language/en?next=/visits/1/form")), "/visits/1/form#no-signal");
    assert.equal(refusedAt(at("/visits/text-size/elder?next=/visits?x=1")), "/visits?x=1#no-signal");
    for (const to of ["//y/visits", "/visits.y", "https://y/", ""])
        assert.equal(refusedAt(at(`/visits/language/en?next=${encodeURIComponent(to)}`)), null);
    assert.equal(refusedAt(at("/visits/1/form?next=/visits")), null);
    assert.deepEqual(newestFirst(["d-1", "d-2", "d-3"], "d-3"), ["d-3", "d-2", "d-1"]);
});

test("after the server was put back from a backup what it had confirmed is asked about before it is deleted", () => {
    const now = 1e12;
    const old = {
        visit: "v",
        content: "c",
        seq: 1,
        state: "confirmed",
        confirmed: now - 40 * DAY,
        next: now + DAY,
        tries: 0,
        head: "c",
    };
    const asked = afterRestoration(old);
    assert.equal(dueNow([asked], now)[0].act, "check");
    const gone = { status: 404, value: { type: "urn:diaoyan:problem:not_held", code: "not_held", retry: "never" } };
    const queued = afterConfirm(asked, gone, null, now);
    assert.equal(queued.state, "queued");
    assert.equal(mayPurge(queued, { closed: true }, now), false);
    assert.equal(dueNow([queued], now)[0].act, "send");
    assert.equal(
        dueNow([afterRestoration({ ...old, state: "stored", missing: [], next: now + DAY })], now)[0].act,
        "confirm",
    );
    for (const state of ["queued", "aside", "quarantined", "purged"])
        assert.equal(afterRestoration({ ...old, state }), null);
});
