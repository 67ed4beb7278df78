/** Fetches the deputy's list of visits and keeps what lies on the phone in step with it. Touches store and network. */

import { fact, keepFact } from "../caller/device.mjs";
import { call } from "../caller/session.mjs";
import { write } from "../store/store.mjs";
import { afterHead, afterList, afterRestoration } from "./outbox_rules.mjs";

const listeners = [];

/** Be told what the list says at each contact: `listener(visits)`. */
export function onNews(listener) {
    listeners.push(listener);
}

/** The list as it was last received: `{etag, at, visits: [{visit, title, campaign, questionnaire, due, state, head, …}]}`, or null. */
export const knownList = () => fact("assignments");

/** Ask for the list; each time is this phone's contact with the server. Gives the list, or null when there was no answer of ours. */
export async function refresh() {
    const list = await knownList();
    const answer = await call("/assignments", { headers: list && list.etag ? { "If-None-Match": list.etag } : {} });
    if (answer.date) await keepFact("skew", Date.now() - answer.date); // shown on 本机 alone: nothing is decided by it
    if (answer.status === 304 && list) {
        await keepFact("assignments", { ...list, at: Date.now() });
        await compare(list.visits); // what was confirmed since the list was given is not yet compared with it
        for (const listener of listeners) listener(list.visits); // another tab may have been given it
        return list.visits;
    }
    if (answer.status !== 200 || !answer.value || !Array.isArray(answer.value.visits)) return null;
    const { visits, restored } = answer.value;
    if (restored && restored !== ((list && list.restored) || null)) await askAgain();
    await keepFact("assignments", { etag: answer.etag, at: Date.now(), visits, restored });
    await inStep(visits);
    await compare(visits);
    for (const listener of listeners) listener(visits);
    return visits;
}

/** The server was put back from a backup: what it had confirmed is asked about again, and every draft is mirrored anew. */
async function askAgain() {
    await write(["outbox", "visits"], async (work) => {
        for (const item of await work.all("outbox")) {
            const next = afterRestoration(item);
            if (next) await work.put("outbox", next);
        }
        for (const row of await work.all("visits"))
            if (row.mirrored || row.refused)
                await work.put("visits", { ...row, mirrored: undefined, refused: undefined });
    });
}

/** Each visit's row learns what the list says of it. */
async function inStep(visits) {
    const byId = mapped(visits);
    await write(["visits"], async (work) => {
        for (const row of await work.all("visits")) {
            if (byId[row.visit]) await work.put("visits", { ...row, assignment: byId[row.visit] });
        }
    });
}

function mapped(visits) {
    const byId = {};
    for (const one of visits) byId[one.visit] = one;
    return byId;
}

/** A version confirmed here is asked about at once when its visit has come to another head than this one: a colleague went on from
 * it, or the server was put back to what it was before it. Each head is asked about once. So is a version whose photos came from
 * another phone. */
async function compare(visits) {
    const byId = mapped(visits);
    await write(["outbox"], async (work) => {
        const items = await work.all("outbox");
        for (const item of items) {
            const one = byId[item.visit];
            const next = one && (afterHead(item, one.head || null, items) || afterList(item, one.missing || []));
            if (next) await work.put("outbox", next);
        }
    });
}
