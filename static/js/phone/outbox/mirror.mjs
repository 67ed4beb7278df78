/** Copies unsent drafts to the server, so that another browser finds them again (receiving.md 3). Touches store and network. */

import { askToPersist, fact, keepFact, ownDevice } from "../caller/device.mjs";
import { call } from "../caller/session.mjs";
import { read, readAll, write } from "../store/store.mjs";

const QUIET = 20000;
const timers = {};
const promises = {};
const followUps = {};

/** The draft of this visit changed: it is mirrored a little later, and when the form is left. Returns at once. */
export function keepMirror(visit) {
    if (timers[visit]) return;
    askOnce();
    timers[visit] = setTimeout(() => mirrorSoon(visit), QUIET);
}

/** After the first draft the browser is asked once more to keep this store: now there is something to keep. */
async function askOnce() {
    try {
        const own = await ownDevice();
        if (!own || own.persisted !== false || (await fact("asked"))) return;
        await keepFact("asked", true);
        await askToPersist();
    } catch (_) {
        // the store says so itself
    }
}

/** Mirror one draft now; without a network the sender's next round tries again. */
export const mirrorSoon = (visit) => mirrorNow(visit).catch(() => undefined);

/** Mirror every draft with changes that the server has not seen. Gives whether it took any. */
export async function mirrorAll() {
    let isTaken = false;
    for (const row of await readAll("visits"))
        if (row.changed && row.mirrored !== row.changed && (await mirrorNow(row.visit))) isTaken = true;
    return isTaken;
}

/**
 * Mirror one draft now, or once its state that is on the way has arrived: none overtakes another, and one at most waits.
 * Gives whether the server took it.
 */
function mirrorNow(visit) {
    clearTimeout(timers[visit]);
    delete timers[visit];
    const under = promises[visit];
    if (!under) {
        const over = () => delete promises[visit];
        promises[visit] = send(visit);
        promises[visit].then(over, over);
        return promises[visit];
    }
    if (!followUps[visit]) {
        followUps[visit] = under
            .catch(() => undefined)
            .then(() => {
                delete followUps[visit];
                return mirrorNow(visit);
            });
    }
    return followUps[visit];
}

async function send(visit) {
    const row = await read("visits", visit);
    if (!row || !row.changed || navigator.onLine === false) return false;
    if (row.mirrored === row.changed || row.refused === row.changed) return false;
    const { answers, repeats, base, clock, page, parts, questionnaire, replies, changed } = row;
    const body = JSON.stringify({
        answers,
        repeats: repeats || {},
        base: base || null,
        clock,
        page,
        parts: parts || [],
        questionnaire,
        replies: replies || {},
        changed,
        from: row.from, // pages without script may have written since
    });
    const headers = { "Content-Type": "application/json" };
    const answer = await call(`/visits/${visit}/draft`, { method: "PUT", body, headers });
    const isTaken = answer.status === 204;
    const isRefused = answer.value && [404, 410, 413].includes(answer.status); // not as it is: offered again when it is changed
    if (!isTaken && !isRefused) return false;
    await write(["visits"], async (work) => {
        const row = await work.get("visits", visit);
        if (row) await work.put("visits", { ...row, [isTaken ? "mirrored" : "refused"]: changed });
    });
    return isTaken;
}

/** The drafts of this visit that other browsers or phones mirrored: `[{device, by, at, text}]`, newest first; [] without an answer. */
export async function otherDrafts(visit) {
    const [own, answer] = [await ownDevice(), await call(`/visits/${visit}/draft`).catch(() => null)];
    const drafts = (answer && answer.value && answer.value.drafts) || [];
    return drafts.filter((draft) => !own || draft.device !== own.device);
}
