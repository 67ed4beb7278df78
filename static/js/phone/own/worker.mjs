/** The service worker registered, where the page may have one; a new release takes over when no visit is open. */

import { visitOf } from "./worker_rules.mjs";

const AGAIN = 10000; // ms
let triesLeft = 5;

/** Register it; without one an open page works all the same. Where it did not come whole, a network that comes and goes, it is tried
 * again. `told(isWaiting)`: a new release is waiting. */
export async function registerWorker(told = (_waiting) => undefined) {
    if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
    try {
        const found = await navigator.serviceWorker.register("/service_worker.js", { scope: "/visits" });
        const look = () => {
            if (!found.waiting || !navigator.serviceWorker.controller) return;
            told(true);
            if (!/\/form$/.test(location.pathname)) found.waiting.postMessage({ takeOver: true });
        };
        let watched = null;
        const watch = ({ installing }) => {
            if (!installing || installing === watched) return;
            watched = installing;
            installing.addEventListener("statechange", () => {
                look();
                if (installing.state === "redundant" && !found.active) again(told);
            });
        };
        look();
        watch(found);
        found.addEventListener("updatefound", () => watch(found));
    } catch (_) {
        again(told); // WeChat and private windows refuse for good: the open page works
    }
}

function again(told) {
    triesLeft -= 1;
    if (triesLeft >= 0) setTimeout(registerWorker, AGAIN, told);
}

/** Pages of a visit that were kept go with it. */
export async function forgetVisit(visit) {
    if (typeof caches !== "object") return;
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys())
            if (visitOf(new URL(request.url).pathname) === visit) await cache.delete(request);
    }
}

/** Pages kept for offline use go with a phone that was revoked. */
export async function forgetPages() {
    if (typeof caches !== "object") return;
    for (const name of await caches.keys()) if (name.startsWith("diaoyan-")) await caches.delete(name);
}
