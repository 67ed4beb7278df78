/** Keeps the last 200 errors of the pages' scripts and tells the server how this phone stands, so that lost data would be seen.
 *
 * Nothing of what a person wrote goes into it: words in Chinese, quoted text, ids and long numbers are struck out of every message.
 */

import { readAll, write } from "../store/store.mjs";
import { fact, keepFact, ownDevice } from "./device.mjs";
import { call } from "./session.mjs";

const MOST = 200;

/** A message without what a person may have written. */
export const struck = (text) =>
    String(text)
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}/gi, ":id")
        .replace(/\/s\/[^/?#\s]+/g, "/s/:token")
        .replace(/(["'“`]).{0,200}?["'”`]/g, "$1…$1")
        .replace(/[^\u0000-\u02ff\u2010-\u2030]+/g, "…")
        .replace(/\d{5,}/g, "#")
        .slice(0, 240);

/** Note one error. Never throws: a log that fails is no reason for another failure. */
export async function log(kind, problem) {
    const place = problem && problem.stack ? String(problem.stack).split("\n").slice(1, 3).join(" ") : "";
    const message = problem && problem.message ? `${problem.name || "Error"}: ${problem.message}` : String(problem);
    const row = {
        at: new Date().toISOString(),
        kind,
        what: struck(message),
        where: struck(place.replace(/https?:\/\/[^/\s]+/g, "")),
        page: struck(location.pathname),
        release: document.documentElement.dataset.release || "",
    };
    try {
        await write(["log"], async (work) => {
            await work.put("log", row);
            const keys = await new Promise((resolve, reject) => {
                const request = work.transaction.objectStore("log").getAllKeys();
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
            for (const key of keys.slice(0, Math.max(0, keys.length - MOST))) await work.remove("log", key);
        });
    } catch (_) {
        // the store is away: nothing to be done here
    }
}

/** Note what goes wrong in this page by itself. Call once a page. */
export function listen() {
    addEventListener("error", (event) => event.error && log("error", event.error));
    addEventListener("unhandledrejection", (event) => log("promise", event.reason));
}

/** How this phone stands, in numbers: what the server is told and what 本机 shows. */
export async function phoneStatus() {
    const [own, items, rows, errors] = [
        await ownDevice(),
        await readAll("outbox"),
        await readAll("visits"),
        await readAll("log"),
    ];
    const count = {};
    for (const item of items) count[item.state] = (count[item.state] || 0) + 1;
    const estimate = await space();
    return {
        release: document.documentElement.dataset.release || "",
        persisted: own ? own.persisted : null,
        free: estimate,
        worker: Boolean(navigator.serviceWorker && navigator.serviceWorker.controller),
        outbox: count,
        drafts: rows.filter((row) => row.changed).map((row) => row.visit),
        opened: rows.map((row) => row.visit),
        ready: (await fact("ready")) || [],
        log: errors.slice(-MOST),
    };
}

/** Bytes the browser still lets us store; null where it does not say. */
export async function space() {
    try {
        const { quota, usage } = await navigator.storage.estimate();
        return Math.max(0, quota - usage);
    } catch (_) {
        return null;
    }
}

/** Tell the server how this phone stands, when it is another than last time. */
export async function report() {
    const stand = await phoneStatus();
    const mark = JSON.stringify({ ...stand, free: null });
    if ((await fact("reported")) === mark) return;
    const headers = { "Content-Type": "application/json" };
    const answer = await call("/log", { method: "POST", body: JSON.stringify(stand), headers });
    if (answer.status === 204) await keepFact("reported", mark);
}

/** The server is told of a phone whose store is gone. */
export async function tellLoss(state) {
    if (state !== "evicted") return;
    await log("evicted", new Error("the store of this phone is gone"));
    await report().catch(() => undefined);
}
