/** Keeps the deputy's pages for when there is no signal. It touches GET alone: what is handed in never passes through it.
 *
 * The server puts `self.RELEASE` and `self.SHELL` (addresses of styles and scripts) in front, so that a new release is a new worker.
 * A new worker waits until no form is open, and a form that is reloaded in the middle of a visit stays the one it was.
 */

import { isAttached, isStatic, isVisitForm, newestFirst, refusedAt, visitOf } from "./phone/own/worker_rules.mjs";
import { read } from "./phone/store/store.mjs";

/** @type {any} */
const worker = self;
const { RELEASE, SHELL } = worker;
const CACHE = `diaoyan-${RELEASE}`;
const PATIENCE = 4000;
const HELP = "/visits/help";

worker.addEventListener("install", (event) => {
    event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)));
});

worker.addEventListener("activate", (event) => {
    event.waitUntil(tidy().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
    const { keep, takeOver } = event.data || {};
    if (keep) event.waitUntil(keepPages(keep));
    if (takeOver) event.waitUntil(yieldTo());
});

worker.addEventListener("fetch", (event) => {
    const { request } = event;
    const address = new URL(request.url);
    if (request.method !== "GET" || address.origin !== location.origin) return;
    if (isStatic(address) || isAttached(address.pathname)) event.respondWith(keptFirst(request));
    else if (request.mode === "navigate") event.respondWith(page(event, address));
});

/** The caches of this release and of the one before it stay: an open page may still be of that one. */
async function tidy() {
    const names = (await caches.keys()).filter((name) => name.startsWith("diaoyan-"));
    const order = newestFirst(names, CACHE);
    await Promise.all(order.slice(2).map((name) => caches.delete(name)));
}

/** Take over from the release before, unless a visit is open somewhere. */
async function yieldTo() {
    const open = await worker.clients.matchAll({ includeUncontrolled: true });
    if (!open.some((client) => isVisitForm(new URL(client.url).pathname))) await worker.skipWaiting();
}

async function keepPages(addresses) {
    const cache = await caches.open(CACHE);
    for (const address of addresses) {
        if (isAttached(address) && (await cache.match(address))) continue;
        const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
        if (isOurs(answer)) await cache.put(address, answer);
    }
}

/** Our own page, at its own address: one that led elsewhere is no answer to a navigation. */
const isOurs = (answer) =>
    Boolean(answer) && answer.status === 200 && !answer.redirected && Boolean(answer.headers.get("Diaoyan-Release"));

/** Keep an answer; a phone that has no room for it shows it all the same. */
const keep = async (request, answer) => {
    try {
        await (await caches.open(CACHE)).put(request, answer);
    } catch (_) {
        // no room
    }
};

/** The help page is one, whichever page led to it. */
const fromCache = (request) => {
    const { pathname } = new URL(request.url || request, location.origin);
    return caches.match(request, { ignoreVary: true, ignoreSearch: pathname === HELP });
};

async function keptFirst(request) {
    const cached = await fromCache(request);
    if (cached) return cached;
    const answer = await fetch(request);
    // Another release's script under this address is none to keep: what stays for ever says so.
    const isForEver = /immutable/.test(answer.headers.get("Cache-Control") || "");
    if (answer.status === 200 && (isForEver || !isStatic(new URL(request.url)))) await keep(request, answer.clone());
    return answer;
}

/** A page: the server's when it comes in time, else the one that is kept, or the one that a language or size was pressed on. */
async function page(event, address) {
    const { request } = event;
    const fresh = fetch(request);
    const cached = await fromCache(request);
    const hasOther = cached || refusedAt(address);
    const first = await Promise.race([fresh.catch(() => null), hasOther ? pause() : never]);
    if (!first) return cached || fallback(address) || Promise.reject(new TypeError("offline"));
    if (!isOurs(first))
        return first.type === "opaqueredirect" || first.headers.get("Diaoyan-Release") ? first : cached || first;
    if (cached && (await isInTheMiddle(address, first))) return cached;
    await keep(request, first.clone());
    if (cached && isShownOtherwise(cached, first)) event.waitUntil(keepAnew());
    return first;
}

/** Whether the deputy has chosen another language or size of text since a page was kept. */
const isShownOtherwise = (before, { headers }) =>
    headers.get("Diaoyan-Release") === RELEASE && headers.get("Diaoyan-Shown") !== before.headers.get("Diaoyan-Shown");

let round = null;
let isWanted = false;

/** Keep every page that is kept as it is now. One round at a time: what is chosen during one is heeded by the next. */
function keepAnew() {
    isWanted = true;
    if (!round) round = rounds();
    return round;
}

async function rounds() {
    await null;
    while (isWanted) {
        isWanted = false;
        await keptOnceMore().catch(() => undefined); // no room
    }
    round = null;
}

async function keptOnceMore() {
    const requests = await (await caches.open(CACHE)).keys();
    const addresses = requests.map(({ url }) => url);
    await keepPages(addresses.filter((address) => new URL(address).pathname.startsWith("/visits")));
}

const never = new Promise(() => undefined);
const pause = () => new Promise((resolve) => setTimeout(resolve, PATIENCE, null));

/** A form of another release than this worker's, for a visit with unsent changes: not now. */
async function isInTheMiddle(address, answer) {
    if (answer.headers.get("Diaoyan-Release") === RELEASE || !isVisitForm(address.pathname)) return false;
    const row = await read("visits", visitOf(address.pathname)).catch(() => null);
    return Boolean(row && row.changed);
}

/** Where there is nothing kept for an address: the page where a language or size was pressed, which says why it is as before;
 * the visit's form, else the list. */
async function fallback(address) {
    const back = refusedAt(address);
    if (back) return Response.redirect(back, 303);
    const visit = visitOf(address.pathname);
    for (const other of [visit && `/visits/${visit}/form`, "/visits"]) {
        if (other && other !== address.pathname && (await fromCache(other))) return Response.redirect(other, 303);
    }
    throw new TypeError("offline");
}
