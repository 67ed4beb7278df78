/** Reads and writes the phone's own database: IndexedDB `diaoyan`, its stores, and how they are reached (receiving.md 9).
 *
 * | store | key | row |
 * | --- | --- | --- |
 * | `device` | `id` | `self`: this phone's key or secret and the pinned server keys; `pending`: an enrolment under way; `lease:…`; `state:…`; `aside:…`: a draft not gone on with |
 * | `packages` | `hash` | `{hash, package, fragments: {language: html}}` |
 * | `visits` | `visit` | `{visit, assignment, questionnaire, answers, repeats, base, clock, outcome, comments, page, parts, dropped, changed, mirrored, replies}` |
 * | `outbox` | `[visit, content]` | one version: text, state, tries, next try, last problem, receipt (outbox.mjs) |
 * | `parts` | `sha256` | `{sha256, bytes: ArrayBuffer, size, type}` (no Blob: old iOS loses them) |
 * | `log` | running number | the last client errors (client_log.mjs) |
 *
 * iOS closes a handle while a page sleeps: it is opened again and the work repeated once. What fails then is a `StoreFault`:
 * the answers stay in memory, and whoever called says 未保存.
 */

export const NAME = "diaoyan";

/** One step a version. A step only adds, so that a page of an older release goes on beside a newer one.
 * @type {((db: IDBDatabase, transaction?: IDBTransaction) => void)[]} */
export const STEPS = [
    (db) => {
        db.createObjectStore("device", { keyPath: "id" });
        db.createObjectStore("packages", { keyPath: "hash" });
        db.createObjectStore("visits", { keyPath: "visit" });
        db.createObjectStore("outbox", { keyPath: ["visit", "content"] });
        db.createObjectStore("parts", { keyPath: "sha256" });
        db.createObjectStore("log", { autoIncrement: true });
    },
];

/** The database did not take or give something. `full`: there is no room left on the phone. */
export class StoreFault extends Error {
    constructor(cause) {
        super(`${(cause && cause.name) || "Error"}: ${(cause && cause.message) || cause}`);
        this.name = "StoreFault";
        this.full = Boolean(cause && (cause.name === "QuotaExceededError" || cause.code === 22));
    }
}

let opening = null;
let isAside = false;
const transactions = new Set();
const waiters = [];

// A page that the browser puts aside whole, to come back to, stops in the middle of its transaction, and every other page waits
// behind it: it ends what it began and begins nothing more. When it comes back it is loaded anew; where nothing but the network
// could give it, it goes on as it is: without a signal there would be no page at all.
if (typeof window === "object") {
    addEventListener("pagehide", (event) => {
        isAside = event.persisted;
        if (isAside) transactions.forEach(end);
    });
    addEventListener("pageshow", (event) => {
        if (!event.persisted) return;
        const { serviceWorker } = navigator;
        if (serviceWorker && serviceWorker.controller) location.reload();
        isAside = false;
        for (const go of waiters.splice(0)) go();
    });
}

function end(transaction) {
    try {
        transaction.abort();
    } catch (_) {
        // it has ended already
    }
}

/** The open database, upgraded step by step; an upgrade by a newer release is let through. */
export function open(name = NAME, steps = STEPS) {
    return new Promise((resolve, reject) => {
        let request;
        const begin = (version) => {
            request = version ? indexedDB.open(name, version) : indexedDB.open(name);
            request.onupgradeneeded = (event) => {
                for (let from = event.oldVersion; from < steps.length; from++)
                    steps[from](request.result, request.transaction);
            };
            request.onsuccess = () => {
                const db = request.result;
                const forget = () => {
                    opening = null;
                };
                db.onclose = forget;
                db.onversionchange = () => {
                    db.close();
                    forget();
                };
                resolve(db);
            };
            request.onerror = () => {
                if (version && request.error && request.error.name === "VersionError")
                    begin(0); // a newer release was here
                else reject(request.error);
            };
        };
        try {
            begin(steps.length);
        } catch (problem) {
            reject(problem); // no IndexedDB at all
        }
    });
}

const PATIENCE = 10000; // some releases of iOS never answer: then 未保存 is said, and the next write tries again

function database() {
    if (!opening) {
        const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("the database does not open")));
        opening = Promise.race([open(), late]).catch((problem) => {
            opening = null;
            throw new StoreFault(problem);
        });
    }
    return opening;
}

/** What a transaction gives to the work done in it. */
class Work {
    constructor(transaction) {
        this.transaction = transaction;
    }

    get(store, key) {
        return resultOf(this.transaction.objectStore(store).get(key));
    }

    all(store) {
        return resultOf(this.transaction.objectStore(store).getAll());
    }

    put(store, row) {
        return resultOf(this.transaction.objectStore(store).put(row));
    }

    remove(store, key) {
        return resultOf(this.transaction.objectStore(store).delete(key));
    }
}

function resultOf(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

async function once(stores, mode, work) {
    /** @type {any} */
    const db = await database();
    if (isAside) await new Promise((go) => waiters.push(go));
    const how = { durability: "strict" }; // on the disk when it says so; old browsers read two arguments and do so anyway
    const transaction = db.transaction(stores, mode, how);
    transactions.add(transaction);
    const completion = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error || new Error("aborted"));
    });
    const forget = () => transactions.delete(transaction);
    completion.then(forget, forget); // the work's own fault is told first
    let result;
    try {
        result = await work(new Work(transaction));
    } catch (problem) {
        end(transaction);
        throw problem;
    }
    if (mode !== "readonly") await completion; // what was read is known before the transaction says that it is over
    return result;
}

/** Whether the fault is the handle's, not the row's: then opening anew may help. */
function isDeadHandle(problem) {
    const name = problem && problem.name;
    return (
        name === "InvalidStateError" ||
        name === "UnknownError" ||
        name === "AbortError" ||
        name === "TransactionInactiveError"
    );
}

async function twice(stores, mode, work) {
    try {
        return await once(stores, mode, work);
    } catch (problem) {
        if (!isDeadHandle(problem)) throw problem;
        opening = null;
        return once(stores, mode, work);
    }
}

const isObject = (value) => Boolean(value) && typeof value === "object";

/** What can be had again from the server, and is damaged here, is as good as not here. */
const isUsable = (store, row) =>
    store === "packages"
        ? isObject(row.package) && Array.isArray(row.package.defs) && isObject(row.fragments)
        : store !== "device" || !/^ready:/.test(row.id) || (isObject(row.data) && isObject(row.data.assignment));

/** The row under `key`, or undefined. */
export function read(store, key) {
    return twice([store], "readonly", (work) => work.get(store, key)).then(
        (row) => (row && isUsable(store, row) ? row : undefined),
        refuse,
    );
}

/** All rows of a store. */
export function readAll(store) {
    return twice([store], "readonly", (work) => work.all(store)).then(
        (rows) => rows.filter((row) => isUsable(store, row)),
        refuse,
    );
}

/** Do `work` in one transaction over `stores`: all of it is on the disk when the promise is kept, or nothing of it.
 *
 * `work` gets `get(store, key)`, `all(store)`, `put(store, row)` and `remove(store, key)`, each a promise, and may await these
 * alone. It may be run twice. An error of its own undoes everything and comes through as it is.
 */
export function write(stores, work) {
    return twice(stores, "readwrite", work).catch((problem) => {
        if (problem instanceof DOMException) refuse(problem);
        throw problem;
    });
}

function refuse(problem) {
    throw problem instanceof StoreFault ? problem : new StoreFault(problem);
}

/** Close the handle, as iOS does; the next call opens it again. */
export async function close() {
    const handle = opening;
    opening = null;
    if (handle) (await handle).close();
}
