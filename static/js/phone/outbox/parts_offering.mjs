/** Sends photos that lie here although their visit was handed in from another browser or phone. Touches store and network. */

import { hashOfLarge } from "../store/digest.mjs";
import { partsOf } from "../store/part_keeping.mjs";
import { read } from "../store/store.mjs";
import { itemsOf } from "./outbox.mjs";
import { sendPart } from "./parts_sending.mjs";

const GOES = /^(queued|sending|stored)$/; // what a version that is on its way names goes with it
const spoilt = new Set(); // a copy that is no good is not offered again by this page
let awaited = [];

/** `visits`: the list as the server gives it, each with the parts that were handed in and have not come. */
export function heedAwaited(visits) {
    awaited = [];
    for (const { visit, missing = [] } of visits || []) for (const sha of missing) awaited.push({ visit, sha });
}

/** Send one that is here, so that a version which is handed in meanwhile does not wait for all of them. Gives whether one was sent. */
export async function offerPart() {
    while (awaited.length) {
        const { visit, sha } = awaited.shift();
        if (spoilt.has(sha) || !(await isToBeSent(visit, sha))) continue;
        const result = await sendPart(sha);
        if (result === "held") return true;
        if (result === "later")
            awaited = []; // with the next contact
        else spoilt.add(sha);
    }
    return false;
}

async function isToBeSent(visit, sha) {
    const goes = (await itemsOf(visit)).filter((item) => GOES.test(item.state));
    if (goes.some((item) => partsOf(item).some((part) => part.sha256 === sha))) return false;
    const part = await read("parts", sha);
    if (!part) return false;
    const isWhole = part.bytes instanceof ArrayBuffer && (await hashOfLarge(part.bytes)) === sha;
    if (!isWhole) spoilt.add(sha);
    return isWhole;
}
