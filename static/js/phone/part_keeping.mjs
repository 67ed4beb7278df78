/** Which bytes of parts stay on this phone: those that a draft, 另存的草稿 or a version names. Inside a transaction of its caller. */

import { isAside } from "./aside_keeping.mjs";

/** The stores such a transaction is over. */
export const PARTS = ["parts", "visits", "outbox", "device"];

/** The bytes of these parts go where nothing names them any more; `needs` says which versions still count. */
export async function letGo(work, parts, needs = (_version) => true) {
    const asides = (await work.all("device")).filter(isAside).map((row) => row.draft);
    const versions = (await work.all("outbox")).filter(needs);
    const named = new Set();
    for (const one of [...versions, ...asides, ...(await work.all("visits"))])
        for (const { sha256 } of one.parts || []) named.add(sha256);
    for (const { sha256 } of parts || []) if (!named.has(sha256)) await work.remove("parts", sha256);
}
