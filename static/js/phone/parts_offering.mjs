/** Photos that lie here and were handed in from elsewhere: a draft went on in another browser, its photos stayed. Touches store and network. */

import { itemsOf } from "./outbox.mjs";
import { partsOf } from "./part_keeping.mjs";
import { sendPart } from "./parts_sending.mjs";
import { read } from "./store.mjs";

/** Send the bytes that the server waits for, where they are here; what a version of this phone names goes with that version.
 * `visits`: the list as the server gives it. */
export async function offerParts(visits) {
    for (const { visit, missing = [] } of visits || []) {
        if (!missing.length) continue;
        const own = [].concat(...(await itemsOf(visit)).map(partsOf)).map((part) => part.sha256);
        for (const sha of missing) if (!own.includes(sha) && (await read("parts", sha))) await sendPart(sha);
    }
}
