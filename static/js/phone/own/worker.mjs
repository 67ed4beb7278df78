/** Registers the service worker where the page may have one; a new release takes over when no visit is open. */

import { visitOf } from "./worker_rules.mjs";

const AGAIN = 10000; // ms
let triesLeft = 5;

/** Register it; without one an open page works all the same. Where it did not come whole, a network that comes and goes, it is tried
 * again. `onWaiting(isWaiting)`: a new release is waiting. */
export async function registerWorker(onWaiting = (_waiting) => undefined) {
    if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
    try {
        const registration = await navigator.serviceWorker.register("/service_worker.js", { scope: "/visits" });
        const look = () => {
            if (!registration.waiting || !navigator.serviceWorker.controller) return;
            onWaiting(true);
            if (!/\/form$/.test(location.pathname)) registration.waiting.postMessage({ takeOver: true });
        };
        let watched = null;
        const watch = ({ installing }) => {
            if (!installing || installing === watched) return;
            watched = installing;
            installing.addEventListener("statechange", () => {
                look();
                if (installing.state === "redundant" && !registration.active) again(onWaiting);
            });
        };
        look();
        watch(registration);
        registration.addEventListener("updatefound", () => watch(registration));
    } catch (_) {
        again(onWaiting); // WeChat and private windows refuse for good: the open page works
    }
}

function again(onWaiting) {
    triesLeft -= 1;
    if (triesLeft >= 0) setTimeout(registerWorker, AGAIN, onWaiting);
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
