/** Sees to it that one tab writes and the others read: by Web Locks, or a lease in the store where a browser has none (receiving.md 9). */

import { write } from "./store.mjs";

const RENEW = 3000;
const EXPIRED = 15000;
const owner = String(crypto.getRandomValues(new Uint32Array(2)));

/** The lock was taken by another tab while this one was about to write. */
class LockLost extends Error {}

const hasLocks = () => typeof navigator === "object" && Boolean(navigator.locks);

/** Hold `visit:<id>` for editing. `lost(late)` is called when another tab takes it over; late: it goes on already.
 *
 * Gives `{granted, take(), release(), write(stores, work)}`: `take()` takes it over from whoever has it, who saves first; `write` is the store's,
 * and throws LockLost when a lease has gone meanwhile. Writes of a draft go through it.
 */
export const edit = (visit, { lost }) => hold(`visit:${visit}`, lost);

/** Run `work` while this tab is the one that sends; null at once when another is. */
export async function asSender(work) {
    if (hasLocks()) return navigator.locks.request("outbox", { ifAvailable: true }, (lock) => (lock ? work() : null));
    const right = await holdLease("outbox", () => undefined);
    if (!right.granted) return null;
    try {
        return await work();
    } finally {
        await right.release();
    }
}

const hold = (name, onLost) => (hasLocks() ? holdLock(name, onLost) : holdLease(name, onLost));

async function holdLock(name, onLost) {
    const right = { granted: false, take: () => grab({ steal: true }), release: () => undefined, write };
    const grab = (how) =>
        new Promise((answer) => {
            /** @type {any} */
            let over = () => undefined;
            navigator.locks
                .request(name, how, (lock) => {
                    right.granted = Boolean(lock);
                    if (!lock) return answer(false);
                    const isSaved = new Promise((resolve) => {
                        over = resolve;
                    });
                    setTimeout(answer, RENEW, true); // the page before may be asleep
                    navigator.locks.request(`${name} saved`, () => {
                        answer(true); // the page before has saved the last of its own
                        return isSaved;
                    });
                    return new Promise((free) => {
                        right.release = () => {
                            right.granted = false;
                            over();
                            free(null);
                        };
                    });
                })
                .catch(async () => {
                    answer(false);
                    if (right.granted) {
                        right.granted = false;
                        try {
                            await onLost();
                        } finally {
                            over();
                        }
                    }
                });
        });
    await grab({ ifAvailable: true });
    return right;
}

async function holdLease(name, onLost) {
    const id = `lease:${name}`;
    let timer = 0;
    let wasMine = false; // a lease that the store had no room for is claimed with the first write that it takes
    const isMine = (row) => Boolean(row) && row.owner === owner;
    const stand = (row) => Boolean(row) && Date.now() - row.at < EXPIRED && row.at <= Date.now();
    const claim = (work) => work.put("device", { id, owner, at: Date.now() });
    const lose = () => {
        clearInterval(timer);
        if (right.granted) {
            right.granted = false;
            onLost(true);
        }
    };
    const holds = async (work) => {
        const row = await work.get("device", id);
        return isMine(row) || !(wasMine || stand(row));
    };
    const grab = async (force) => {
        right.granted = await write(["device"], async (work) => {
            const row = await work.get("device", id);
            if (!force && stand(row) && !isMine(row)) return false;
            await claim(work);
            return true;
        });
        clearInterval(timer);
        wasMine = right.granted;
        if (right.granted) timer = setInterval(renew, RENEW);
        return right.granted;
    };
    const renew = () =>
        write(["device"], async (work) => {
            const mine = await holds(work);
            if (mine) await claim(work);
            return mine;
        }).then(
            (mine) => {
                wasMine = wasMine || mine;
                if (!mine) lose();
            },
            () => undefined, // the store is away: the next renewal tells
        );
    const right = {
        granted: false,
        take: () => grab(true),
        release: async () => {
            clearInterval(timer);
            right.granted = false;
            await write(["device"], async (work) => isMine(await work.get("device", id)) && work.remove("device", id));
        },
        write: (stores, work) =>
            write([...new Set([...stores, "device"])], async (inside) => {
                if (!(await holds(inside))) throw new LockLost(name);
                if (!wasMine) await claim(inside);
                return work(inside);
            }).then(
                (result) => {
                    wasMine = true;
                    return result;
                },
                (problem) => {
                    if (problem instanceof LockLost) lose();
                    throw problem;
                },
            ),
    };
    await grab(false).catch(() => {
        right.granted = true; // no room for a lease: what is typed is not held up by that
        timer = setInterval(renew, RENEW);
    });
    return right;
}
