/** Brings the list 我的走访 up to date while it is open: what was handed in, returned or given out since. Touches the network. */

import { fact } from "../caller/device.mjs";
import { makeReady, markReady } from "./list_helps.mjs";

/**
 * The rows that the server's page has now, where `visits`, its word, says anything else than those that stand there. Gives what puts
 * them in, at once, so that no press meets half a list; null where the list is as it should be, or cannot be had.
 */
export async function renewal(list, visits) {
    if (!list.querySelector("#tasks") || !isStale(list, visits)) return null;
    const answer = await fetch("/visits", { credentials: "same-origin" }).catch(() => null);
    const isSame = answer && answer.headers.get("Diaoyan-Release") === document.documentElement.dataset.release;
    if (!isSame || answer.status !== 200) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const readyVisits = (await fact("ready")) || [];
    return () => {
        list.querySelector("#changed-since ul").textContent = ""; // its rows come anew with the others
        for (const id of ["tasks", "go-on"]) {
            const fresh = page.getElementById(id);
            if (fresh) list.querySelector(`#${id}`).replaceWith(document.importNode(fresh, true));
        }
        if (markReady(list, readyVisits)) makeReady();
    };
}

/** A row that stands there otherwise, or not at all, or one too many. */
function isStale(list, visits) {
    const stateByVisit = new Map();
    for (const link of list.querySelectorAll("li a[data-visit]:not(.left)"))
        stateByVisit.set(link.dataset.visit, link.dataset.state);
    return (
        stateByVisit.size !== visits.length ||
        visits.some(({ visit, state, replaced }) => stateByVisit.get(visit) !== (replaced ? "over" : state))
    );
}
