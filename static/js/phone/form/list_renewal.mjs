/** 我的走访 brought up to date while it is open: what was handed in, returned or given out since the page was made. Touches the network. */

import { markReady } from "../list_helps.mjs";

/** Put the rows in that the server's page has now, where `visits`, its word, says anything else than those that stand there. */
export async function renew(list, visits) {
    const rows = list.querySelector("#tasks");
    if (!rows || !isStale(list, visits)) return;
    const answer = await fetch("/visits", { credentials: "same-origin" });
    if (answer.status !== 200 || answer.headers.get("Diaoyan-Release") !== document.documentElement.dataset.release)
        return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const at = document.activeElement && /** @type {HTMLElement} */ (document.activeElement).dataset.visit;
    list.querySelector("#changed-since ul").textContent = ""; // its rows come anew with the others
    for (const id of ["tasks", "go-on"]) {
        const fresh = page.getElementById(id);
        if (fresh) list.querySelector(`#${id}`).replaceWith(document.importNode(fresh, true));
    }
    await markReady(list);
    const link = at && list.querySelector(`#tasks a[data-visit="${at}"]`);
    if (link) link.focus({ preventScroll: true });
}

/** A row that stands there otherwise, or not at all, or one too many. */
function isStale(list, visits) {
    const shown = new Map();
    for (const link of list.querySelectorAll("li a[data-visit]:not(.left)"))
        shown.set(link.dataset.visit, link.dataset.state);
    return (
        shown.size !== visits.length ||
        visits.some(({ visit, state, replaced }) => shown.get(visit) !== (replaced ? "over" : state))
    );
}
