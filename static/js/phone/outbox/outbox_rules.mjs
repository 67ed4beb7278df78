/** Decides what an item of the outbox does next, and what an answer makes of it (receiving.md 4.1, 9). Pure: no store, no network, no clock.
 *
 * States: `queued` → `sending` → `stored` → `confirmed` → `purged`; beside the line `aside` (the desk holds it) and `quarantined`.
 * One rule: a valid receipt decides, whatever the status; without one the item stays here and the status says what to do next.
 */

export const DAY = 86400000;
export const CONFIRM_AFTER = 5000;
const LONGEST_WAIT = 600000;
const KEEP_FOR = 30 * DAY;

/** Milliseconds until the next try: 2 s doubled to 10 min, ± 50 %. */
export const pause = (tries, random = Math.random) =>
    Math.min(LONGEST_WAIT, 2000 * 2 ** Math.min(tries - 1, 20)) * (0.5 + random());

/** Whether the time of an item has come; one that a wrong clock put far away has come too. */
const isDue = (item, now, longest = 2 * LONGEST_WAIT) => !item.next || item.next <= now || item.next > now + longest;

const WAITING_STATES = { queued: 1, sending: 1 };
const ORDER = ["send", "confirm", "parts", "check"];

/** Whether an item was refused because of where this page comes from: until it is tried again, nothing is sent at all. */
export const isStopped = (item) =>
    item.state === "quarantined" && !item.foreign && Boolean(item.problem) && item.problem.code === "origin";

const stopped = (items, now) => items.filter((item) => isStopped(item) && !isDue(item, now, 2 * DAY));

/** What may be done now, first things first: contents before parts, the oldest visit first, in a visit version by version. */
export function dueNow(items, now) {
    if (stopped(items, now).length) return [];
    const oldest = {};
    for (const item of items) oldest[item.visit] = Math.min(oldest[item.visit] || Infinity, item.seq);
    return items
        .map((item) => ({ item, act: actOf(item, items, now) }))
        .filter(({ act }) => act)
        .sort(
            (a, b) =>
                ORDER.indexOf(a.act) - ORDER.indexOf(b.act) ||
                oldest[a.item.visit] - oldest[b.item.visit] ||
                a.item.seq - b.item.seq,
        );
}

const isNotSent = (item) => item.foreign || item.erased || item.draft;

function actOf(item, items, now) {
    if (isNotSent(item)) return null;
    if (item.state === "queued") {
        const behind = items.some((one) => one.visit === item.visit && one.seq < item.seq && WAITING_STATES[one.state]);
        return !behind && isDue(item, now) ? "send" : null;
    }
    if (item.state === "quarantined" || item.state === "aside") return isDue(item, now, 2 * DAY) ? "send" : null;
    if (item.state === "stored")
        return isDue(item, now, 2 * DAY) ? (sendable(item).length ? "parts" : "confirm") : null;
    return item.state === "confirmed" && isDue(item, now, 2 * DAY) ? "check" : null;
}

const listIn = (value) => (Array.isArray(value) ? value : []); // a row may be damaged
const among = (hashes, item) => listIn(hashes).filter((sha) => listIn(item.missing).includes(sha));

/** The parts that the server misses and this phone has given up: `stuck` (its copy is no good), `away` (it has none). */
export const givenUp = (item) => ({ stuck: among(item.stuck, item), away: among(item.away, item) });

/** The hashes of parts that the server misses and this phone has not given up. */
export const sendable = (item) =>
    listIn(item.missing).filter((sha) => !listIn(item.stuck).includes(sha) && !listIn(item.away).includes(sha));

/** What given-up parts are when nothing is given up. */
export const FREE = { stuck: [], away: [] };

/** After `sendPart`: a part that was given up is tried again a day later, unless it is `freed` before. */
export function afterPart(item, sha, result, now, random = Math.random) {
    if (result === "held") return { ...item, missing: item.missing.filter((hash) => hash !== sha), tries: 0, next: 0 };
    if (FREE[result]) return { ...item, [result]: [...listIn(item[result]), sha], retry: now + DAY };
    const tries = item.tries + 1;
    return { ...item, tries, next: now + pause(tries, random) };
}

/** The item with these parts to be sent at once, since their bytes have come to this phone; null where none was given up. */
export function freed(item, hashes) {
    const { stuck, away } = givenUp(item);
    if (![...stuck, ...away].some((sha) => hashes.includes(sha))) return null;
    const without = (list) => list.filter((sha) => !hashes.includes(sha));
    return { ...item, stuck: without(stuck), away: without(away), tries: 0, next: 0 };
}

/** What is tried once more at the beginning of a round: what a page that died was sending, with a new release what the one before
 * could not send, and each day the parts that were given up. Null: the item stays as it is. */
export function onceMore(item, isNew, now) {
    if (item.state === "sending") return { ...item, state: "queued", next: 0 };
    if (isNew && /^(aside|quarantined)$/.test(item.state)) return { ...item, next: 0 };
    const { stuck, away } = givenUp(item);
    if (item.state !== "stored" || !(stuck.length || away.length)) return null;
    return isNew || isDue({ next: item.retry }, now, 2 * DAY) ? { ...item, ...FREE, tries: 0, next: 0 } : null;
}

/** When something will be due, as milliseconds from now; null when nothing waits. */
export function nextDue(items, now) {
    const stops = stopped(items, now);
    const times = (stops.length ? stops : items)
        .filter((item) => !isNotSent(item) && item.state !== "purged" && item.state !== "sending")
        .map((item) => Math.max(0, (item.next || 0) - now));
    return times.length ? Math.min(...times) : null;
}

/** The problem an answer names, when it is our server's; null for a portal's page, a proxy's, or no answer. */
function problemOf(answer) {
    const value = answer && answer.value;
    return value && typeof value.code === "string" && String(value.type).startsWith("urn:diaoyan:problem:")
        ? value
        : null;
}

/** What is kept of a problem with the item: its code and the human sentence in both languages. */
function problemOn(answer, now) {
    const problem = problemOf(answer);
    if (problem) return { code: problem.code, zh: problem.zh, en: problem.en, at: now };
    return { code: answer ? "portal" : "offline", status: answer ? answer.status : 0, at: now };
}

/** After `PUT /visits/<id>`: `receipt` is the verified one, or null. */
export function afterSend(item, answer, receipt, now, random = Math.random) {
    if (receipt) return received({ ...item, asks: false }, answer, receipt, now);
    const tries = item.tries + 1;
    const problem = problemOn(answer, now);
    const refusal = problemOf(answer);
    const asks = Boolean(refusal) && /^too_many_/.test(refusal.code); // it is tried again, but only the office can help
    const after = { ...item, state: "queued", tries, problem, asks };
    if (refusal && refusal.code === "erased") return { ...after, state: "quarantined", erased: true, next: 0 };
    if (refusal && refusal.retry === "never" && refusal.code !== "revoked") {
        return { ...after, state: "quarantined", next: now + DAY };
    }
    const atOnce = refusal && refusal.retry === "now" && tries <= 3;
    return { ...after, next: atOnce ? now : now + Math.max(pause(tries, random), waitOf(answer)) };
}

const waitOf = (answer) => Math.min(LONGEST_WAIT, ((answer && answer.wait) || 0) * 1000);

function received(item, answer, receipt, now) {
    const { receipt: text, kid, signature, mac } = answer.value;
    const problem = answer.status >= 400 ? problemOn(answer, now) : null;
    const after = { ...item, receipt: { receipt: text, kid, signature, mac }, facts: receipt, tries: 0, problem };
    if (receipt.kept !== "version") return { ...after, state: "aside", next: now + DAY };
    return { ...after, state: "stored", missing: receipt.missing, next: now + CONFIRM_AFTER };
}

/** After `GET …/receipts/<hash>` with a fresh nonce, for a stored or a confirmed item. */
export function afterConfirm(item, answer, receipt, now, random = Math.random) {
    if (receipt) {
        const after = { ...received(item, answer, receipt, now), problem: item.problem };
        if (after.state !== "stored") return after;
        if (receipt.missing.length) return { ...after, next: sendable(after).length ? now : now + DAY / 24 };
        return { ...after, state: "confirmed", confirmed: item.confirmed || now, next: now + DAY, ...FREE };
    }
    const refusal = problemOf(answer);
    if (refusal && answer.status === 404) return { ...item, state: "queued", tries: 0, next: 0, confirmed: 0, ...FREE };
    const tries = item.tries + 1;
    const wait = item.state === "confirmed" ? DAY : Math.max(pause(tries, random), waitOf(answer));
    const problem = item.state === "confirmed" ? item.problem : problemOn(answer, now);
    return { ...item, tries, next: now + wait, problem, head: undefined }; // the next contact compares it again
}

/** When the list names `head`: a confirmed version that neither is it nor was gone on from here is asked about now, once for each
 * head. Null: nothing is new. */
export function afterHead(item, head, items) {
    if (item.state !== "confirmed" || item.head === head) return null;
    const isOwn = items.some((one) => one.visit === item.visit && one.content === head && one.seq >= item.seq);
    return { ...item, head, next: isOwn ? item.next : 0 };
}

/** When the server was put back from a backup: whatever it confirmed is asked about now, before anything is deleted. Null: nothing
 * is believed of this item. */
export function afterRestoration(item) {
    if (item.state !== "confirmed" && item.state !== "stored") return null;
    return { ...item, ...FREE, head: undefined, tries: 0, next: 0 };
}

/** When the list names the parts that are `awaited` of its visit: a stored version none of whose own are among them any more is asked
 * about now, since another phone had the bytes. Null: nothing is new. */
export function afterList(item, awaited) {
    if (item.state !== "stored" || !listIn(item.missing).length || among(awaited, item).length) return null;
    return { ...item, ...FREE, tries: 0, next: 0 };
}

/** Whether a version's text may go, once a fresh receipt has just confirmed it again: accepted, closed, or 30 days later. */
export function mayPurge(item, assignment, now) {
    if (item.state !== "confirmed") return false;
    const over =
        assignment && (assignment.closed || (assignment.state === "accepted" && assignment.head === item.content));
    return Boolean(over) || now - item.confirmed >= KEEP_FOR;
}

/** What stays of an item when its text is gone: enough to say 已送达 with number and time. */
export function purged(item) {
    const { visit, content, seq, base, facts, receipt, confirmed, holder } = item;
    return { visit, content, seq, base, facts, receipt, confirmed, holder, state: "purged", parts: [] };
}
