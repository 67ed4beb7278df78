/** Sends what waits, whenever something waits: contents, their parts in chunks, the question whether they are still held (receiving.md 9).
 *
 * One tab sends at a time; two at once waste bandwidth and do no harm. Each item backs off by itself and none holds up another.
 */

import { log, report } from "../caller/client_log.mjs";
import { fact, keepFact, ownDevice, signedIn } from "../caller/device.mjs";
import { receiptIn } from "../caller/receipts.mjs";
import { call, learnKeys, phoneClock } from "../caller/session.mjs";
import { hashOf, toBase64url } from "../store/digest.mjs";
import { asSender } from "../store/locks.mjs";
import { letGo, PARTS, partsOf } from "../store/part_keeping.mjs";
import { read, write } from "../store/store.mjs";
import { refresh } from "./assignments.mjs";
import { mirrorAll } from "./mirror.mjs";
import { alter, announce, itemsOf, onChange } from "./outbox.mjs";
import {
    afterConfirm,
    afterPart,
    afterSend,
    dueNow,
    isStopped,
    mayPurge,
    nextDue,
    onceMore,
    purged,
    sendable,
} from "./outbox_rules.mjs";
import { heedAwaited, offerPart } from "./parts_offering.mjs";
import { sendPart } from "./parts_sending.mjs";

const CONTACT_EVERY = 5 * 60000;

let busy = false;
let again = false;
let timer = 0;
let lastContact = 0;

/** Begin to send, now and whenever the network or the page comes back. Call once a page. */
export function start() {
    addEventListener("online", hurry);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hurry());
    onChange(() => later(0));
    ease(isStopped).then(hurry, hurry); // the page was opened anew: it may come from the right place now
}

/** Something may wait: look at once. */
export function wake() {
    if (busy) {
        again = true;
        return;
    }
    clearTimeout(timer);
    busy = true;
    asSender(round).then(rest, rest);
}

/** The network is back, or the person asks: pauses after failures are over. */
export async function hurry() {
    lastContact = 0;
    try {
        await ease((item) => /^(queued|stored)$/.test(item.state) && item.tries > 0);
    } catch (_) {
        // the store says so itself
    }
    wake();
}

function rest() {
    busy = false;
    if (again) {
        again = false;
        return later(0);
    }
    itemsOf().then(
        (items) => {
            const wait = nextDue(items, Date.now());
            later(Math.min(CONTACT_EVERY, wait === null ? CONTACT_EVERY : Math.max(1000, wait)));
        },
        () => later(CONTACT_EVERY),
    );
}

function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(wake, wait);
}

/** End the pause of the items that `isMeant` names. */
async function ease(isMeant) {
    await write(["outbox"], async (work) => {
        for (const item of await work.all("outbox")) if (isMeant(item)) await work.put("outbox", { ...item, next: 0 });
    });
}

async function round() {
    const own = await ownDevice();
    if (!own || isOthers(own) || navigator.onLine === false) return;
    await tryOnceMore();
    const failures = new Set(); // what this program stumbles over holds up nothing else, and waits for the next round
    for (let turn = 0; turn < 10000 && !own.revoked; turn++) {
        const first = dueNow(await itemsOf(), Date.now()).find(({ item }) => !failures.has(item.content));
        if (!first) break;
        await ACTS[first.act](first.item).catch((problem) => {
            failures.add(first.item.content);
            return log("sender", problem);
        });
        if ((await ownDevice()).revoked) return;
    }
    if (own.revoked) return;
    if (Date.now() - lastContact > CONTACT_EVERY || lastContact > Date.now()) {
        lastContact = Date.now();
        heedAwaited(await settle(refresh()));
        if (!(await isAllStopped())) await settle(report());
    }
    if (await isAllStopped()) return;
    if (await settle(mirrorAll())) announce();
    if (await settle(offerPart())) again = true;
}

const isAllStopped = async () => (await itemsOf()).some(isStopped);

const settle = (promise) => promise.catch(() => undefined); // best effort: no answer is no answer

/** Another deputy is signed in on this page: what waits is not theirs to send. */
function isOthers(own) {
    const who = signedIn();
    return Boolean(who && own.holder && who.holder !== own.holder);
}

async function tryOnceMore() {
    const release = document.documentElement.dataset.release || null;
    const isNew = release && (await fact("release")) !== release;
    await write(["outbox"], async (work) => {
        for (const item of await work.all("outbox")) {
            const next = onceMore(item, isNew, Date.now());
            if (next) await work.put("outbox", next);
        }
    });
    if (isNew) await keepFact("release", release);
}

const ACTS = { send, confirm, check, parts };

async function send({ visit, content }) {
    const item = await alter(visit, content, (one) =>
        /^(queued|aside|quarantined)$/.test(one.state) ? { ...one, state: "sending", tried: true } : null,
    );
    if (!item) return;
    if (typeof item.text !== "string" || hashOf(item.text) !== content) {
        const problem = { code: "damaged", at: Date.now() };
        await alter(visit, content, (one) => ({ ...one, state: "quarantined", problem, next: Date.now() + 86400000 }));
        return;
    }
    const answer = await answerOf(`/visits/${visit}`, {
        method: "PUT",
        body: item.text,
        headers: { "Content-Type": "application/json", "Diaoyan-Hash": content, "Diaoyan-Clock": phoneClock() },
    });
    const receipt = await trusted(answer, { visit, content });
    await alter(visit, content, (one) => afterSend(one, answer, receipt, Date.now()));
}

async function answerOf(path, request) {
    try {
        return await call(path, request);
    } catch (_) {
        return null;
    }
}

/** The receipt of an answer, when it holds; a server key that is new is learnt by the one before it. */
async function trusted(answer, expected) {
    if (!answer || !answer.value || !answer.value.receipt) return null;
    const receipt = await receiptIn(answer.value, await ownDevice(), expected);
    if (receipt) return receipt;
    const learnt = await learnKeys().catch(() => false);
    return learnt ? receiptIn(answer.value, await ownDevice(), expected) : null;
}

async function confirm({ visit, content, state }) {
    const nonce = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
    const answer = await answerOf(`/visits/${visit}/receipts/${content}`, { headers: { "Diaoyan-Nonce": nonce } });
    const receipt = await trusted(answer, { visit, content, nonce });
    const newItem = await alter(visit, content, (one) =>
        /^(stored|confirmed)$/.test(one.state) ? afterConfirm(one, answer, receipt, Date.now()) : null,
    );
    if (newItem && newItem.state === "confirmed" && state === "stored") lastContact = 0; // the list says so too
    return Boolean(receipt);
}

/** The daily question for a confirmed item; what may go then goes. */
async function check(item) {
    if (!(await confirm(item))) return;
    const row = await read("visits", item.visit);
    await write(PARTS, async (work) => {
        const items = await work.all("outbox");
        const now = items.find((one) => one.visit === item.visit && one.content === item.content);
        if (!now || now.state !== "confirmed") return;
        await letGo(work, [...(now.parts || []), ...partsOf(row)], (one) => !/^(confirmed|purged)$/.test(one.state));
        if (mayPurge(now, row && row.assignment, Date.now())) await work.put("outbox", purged(now));
    });
    announce();
}

/** The next part that the server misses: one at a time, since a content that comes meanwhile goes first. */
async function parts(item) {
    const [sha] = sendable(item);
    const result = await sendPart(sha).catch(() => "later");
    await alter(item.visit, item.content, (one) => afterPart(one, sha, result, Date.now()));
}
