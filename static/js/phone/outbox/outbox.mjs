/** Holds what waits to be sent: versions as the text they were written in, once and for ever (receiving.md 4.3, 9). Touches the store.
 *
 * An item: `{visit, content, text, base, parts, state, seq, tried, tries, next, problem, receipt, facts, missing, made, holder}`;
 * `seq` is its place in line, `tried` that a byte of it may have left, `facts` what its newest receipt says; `stuck` and `away` are
 * parts given up until `retry`: their copy here is no good, or there is none; `head` is the one of its visit it was compared with.
 */

import { isKeptDraft } from "../store/kept_drafts.mjs";
import { letGo, PARTS, partsOf } from "../store/part_keeping.mjs";
import { readAll, write } from "../store/store.mjs";
import { FREE } from "./outbox_rules.mjs";

const listeners = [];
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("diaoyan") : null;
const DOOR = "diaoyan-changed"; // where there is no BroadcastChannel, a word in localStorage wakes the other tabs

if (channel) channel.onmessage = () => call();
else if (typeof window === "object") window.addEventListener("storage", (event) => event.key === DOOR && call());
if (typeof window === "object") window.addEventListener(DOOR, call); // other scripts of this very page

function call() {
    for (const listener of listeners) listener();
}

/** Be told when anything in the outbox changed, here or in another tab. */
export function onChange(listener) {
    listeners.push(listener);
}

/** Tell everybody that something in the outbox changed. */
export function announce() {
    if (typeof window === "object") window.dispatchEvent(new Event(DOOR));
    else call();
    if (channel) return channel.postMessage(1);
    try {
        localStorage.setItem(DOOR, String(Math.random()));
    } catch (_) {
        // no storage for words: the other tab looks by itself
    }
}

const STATES = /^(queued|sending|stored|confirmed|purged|aside|quarantined)$/;
const numberIn = (value) => (Number.isFinite(value) ? value : 0);
const listIn = (value) => (Array.isArray(value) ? value : []);

/** An item whose row was damaged is one that waits: the hash over its text says later whether it can be sent. */
export const whole = (item) => ({
    ...item,
    state: STATES.test(item.state) ? item.state : "queued",
    seq: numberIn(item.seq),
    tries: numberIn(item.tries),
    next: numberIn(item.next),
    parts: listIn(item.parts).filter((part) => part && part.sha256),
    missing: listIn(item.missing),
});

/** The versions of one visit in their order; without a visit everything, also drafts to be saved as a file. */
export async function itemsOf(visit = null) {
    const items = (await readAll("outbox")).map(whole);
    return items.filter((item) => !visit || (item.visit === visit && !item.draft)).sort((a, b) => a.seq - b.seq);
}

/** Put what `change` makes of the item as it stands now; null from `change` leaves it. Gives the new item. */
export async function alter(visit, content, change) {
    const newItem = await write(["outbox"], async (work) => {
        const item = await work.get("outbox", [visit, content]);
        const next = item ? change(whole(item)) : null;
        if (next) await work.put("outbox", next);
        return next;
    });
    if (newItem) announce();
    return newItem;
}

/** 再发一次: an item goes to the front of its own time again. What belongs to another deputy does not. */
export const sendAgain = (visit, content) =>
    alter(visit, content, (item) =>
        item.foreign || item.erased
            ? null
            : {
                  ...item,
                  ...FREE,
                  state: /^(aside|quarantined)$/.test(item.state) ? "queued" : item.state,
                  next: 0,
                  tries: 0,
              },
    );

/** The item was saved as a file: from now on the person may delete it. */
export const exported = (visit, content) =>
    alter(visit, content, (item) => ({ ...item, exported: new Date().toISOString() }));

/** Whether the person may delete this item from the phone (receiving.md 6). */
export const mayDelete = (item) => Boolean(item.erased || (item.exported && /^(aside|quarantined)$/.test(item.state)));

/** Delete an item by the person's wish; refused where `mayDelete` says no. One that was erased takes all of its visit along. */
export async function deleteItem(visit, content) {
    const isDeleted = await write(PARTS, async (work) => {
        const item = await work.get("outbox", [visit, content]);
        if (!item || !mayDelete(item)) return false;
        await work.remove("outbox", [visit, content]);
        if (item.erased) await removeVisit(work, visit, item.parts);
        else {
            const still = partsOf(await work.get("visits", visit)).map((part) => part.sha256); // who goes on names them again
            await letGo(
                work,
                partsOf(item).filter((part) => !still.includes(part.sha256)),
            );
        }
        return true;
    });
    if (isDeleted) announce();
    return isDeleted;
}

/** Nothing of a visit stays: its answers, versions, drafts set aside, and the photos that no other visit names. */
async function removeVisit(work, visit, entries) {
    const row = await work.get("visits", visit);
    let parts = [...listIn(entries), ...partsOf(row)];
    for (const item of await work.all("outbox")) {
        if (item.visit !== visit) continue;
        parts = parts.concat(partsOf(item));
        await work.remove("outbox", [visit, item.content]);
    }
    for (const aside of (await work.all("device")).filter(isKeptDraft)) {
        if (aside.visit !== visit) continue;
        parts = parts.concat(partsOf(aside.draft));
        await work.remove("device", aside.id);
    }
    await work.remove("device", `ready:${visit}`);
    await work.remove("visits", visit);
    await letGo(work, parts);
}
