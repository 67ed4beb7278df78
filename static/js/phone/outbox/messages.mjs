/** Keeps what a deputy writes to the office on this phone until the server has it: rows `message:…` of the store `device`. */

import { signedIn } from "../caller/device.mjs";
import { call } from "../caller/session.mjs";
import { readAll, write } from "../store/store.mjs";

const PREFIX = "message:";
const TAKEN = 204;

/** Keep one. `id` is its name on the server too, so that what is sent twice is one message. */
export const keepMessage = (text, group) =>
    write(["device"], (work) => {
        const { holder } = signedIn() || { holder: null };
        return work.put("device", { id: PREFIX + freshId(), text, group, holder, made: new Date().toISOString() });
    });

/** What waits, the oldest first; of whoever is signed in alone. */
export async function waitingMessages() {
    const { holder } = signedIn() || { holder: null };
    const rows = (await readAll("device")).filter((row) => String(row.id).startsWith(PREFIX) && row.holder === holder);
    return rows.sort((one, other) => (one.made < other.made ? -1 : 1));
}

/** Send what waits. Gives how many the server took; what it did not take stays. */
export async function sendMessages() {
    let taken = 0;
    for (const row of await waitingMessages()) {
        const request = {
            method: "PUT",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ text: row.text, group: row.group }),
        };
        const answer = await call(`/messages/${row.id.slice(PREFIX.length)}`, request).catch(() => null);
        if (!answer || answer.status !== TAKEN) break;
        await write(["device"], (work) => work.remove("device", row.id));
        taken += 1;
    }
    return taken;
}

/** A UUID of version 4. */
function freshId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
