/** Knows this phone: its key or secret, small facts about it, and who the page says is signed in. Touches the store. */

import { read, write } from "../store/store.mjs";

let ownRow;

/** The row `self`, or null: `{device, kind, key | secret, server: [{kid, key}], instance, holder, enrolled, revoked, persisted}`. */
export async function ownDevice() {
    if (ownRow === undefined) {
        const row = await read("device", "self");
        ownRow = isWhole(row) ? row : null;
    }
    return ownRow;
}

/** A row that lost its key cannot sign in any more: the phone is enrolled again, as when the store was cleared. */
const isWhole = (row) => Boolean(row) && Boolean(row.device && (row.key || row.secret)) && Array.isArray(row.server);

/** Keep more about this phone. */
export async function note(facts) {
    ownRow = await write(["device"], async (work) => {
        const row = { ...(await work.get("device", "self")), ...facts };
        if (row.id) await work.put("device", row);
        return row.id ? row : null;
    });
    return ownRow;
}

/** Read the row anew: another tab may have enrolled. */
export function forget() {
    ownRow = undefined;
}

/** A small fact of this phone under a name (`state:…`), which is no part of its identity. */
export async function fact(name) {
    const row = await read("device", `state:${name}`);
    return row ? row.value : null;
}

export const keepFact = (name, value) =>
    write(["device"], (work) => work.put("device", { id: `state:${name}`, value }));

/** Who the server says is signed in here, from the page's own frame: `{device, holder, kind, kept, release}`; null signed out. */
export function signedIn() {
    const { device, holder, kind, kept, release } = document.documentElement.dataset;
    return device ? { device, holder, kind, kept: kept === "yes", release } : null;
}

/** Ask the browser to keep this store when room gets short; what it says is kept for 本机. */
export async function askToPersist() {
    try {
        await note({ persisted: await navigator.storage.persist() });
    } catch (_) {
        await note({ persisted: null }); // this browser does not answer such questions
    }
}
