/** The service worker registered, where the page may have one; a new release takes over when no visit is open. */

import { visitOf } from "./worker_rules.mjs";

/** Register it; without one an open page works all the same. `told(isWaiting)`: a new release is waiting. */
export async function registerWorker(told = (_waiting) => undefined) {
    if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
    try {
        const found = await navigator.serviceWorker.register("/service_worker.js", { scope: "/visits" });
        const look = () => {
            if (!found.waiting || !navigator.serviceWorker.controller) return;
            told(true);
            if (!/\/form$/.test(location.pathname)) found.waiting.postMessage({ takeOver: true });
        };
        look();
        found.addEventListener("updatefound", () => {
            if (found.installing) found.installing.addEventListener("statechange", look);
        });
    } catch (_) {
        // WeChat and private windows refuse: the open page works
    }
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
