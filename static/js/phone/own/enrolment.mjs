/** Makes this browser a known phone: by slip and code, or because it is signed in already. Whose it is: settling.mjs. */

import { askToPersist, forget } from "../caller/device.mjs";
import { plain } from "../caller/session.mjs";
import { toBase64url } from "../store/digest.mjs";
import { isKeptDraft, textOf } from "../store/kept_drafts.mjs";
import { read, write } from "../store/store.mjs";
import { restoreBackups } from "../store/unsaved_backup.mjs";

const AGAIN = 600000; // the server gives the same answer for ten minutes, so that a lost one costs no code

/** A key or secret for the browser that is signed in by its cookie alone. Gives whether the phone is known now. */
export async function adopt() {
    try {
        const answer = await enrol("own", (proof) => plain("/devices/own", proof));
        return Boolean(answer && (answer.status === 200 || answer.status === 201));
    } catch (_) {
        return false; // no network, or no room: the plain pages do
    }
}

/** Open a slip with its code. Gives the answer (`status`, `value`); throws when there was none: the code is not used up then. */
export function enrolBySlip(slip, code, notice) {
    return enrol(`slip ${slip}`, (proof) => plain("/devices", { slip, code, notice, ...proof }));
}

async function enrol(purpose, ask) {
    const { key, jwk, secret } = await material(purpose);
    const answer = await ask({ key: jwk || null, secret: secret || null, name: deviceName(navigator.userAgent) });
    const { value } = answer;
    if ((answer.status === 200 || answer.status === 201) && value && value.device && value.server) {
        await restoreBackups(); // before the visits of another deputy, to which backups belong, leave the store
        await become({
            device: value.device,
            instance: value.instance,
            server: [value.server],
            holder: answer.holder,
            key,
            secret,
            slip: purpose.startsWith("slip ") ? `/s/${purpose.slice(5)}` : null,
        });
        await askToPersist();
    }
    return answer;
}

/** A new key that never leaves this phone, or a secret where there is no Web Crypto; the same again after a lost answer. */
async function material(purpose) {
    const earlier = await read("device", "pending");
    if (earlier && earlier.purpose === purpose && Math.abs(Date.now() - earlier.made) < AGAIN) return earlier;
    const row = { id: "pending", purpose, made: Date.now() };
    if (crypto.subtle) {
        try {
            const how = { name: "ECDSA", namedCurve: "P-256" };
            const pair = await crypto.subtle.generateKey(how, false, ["sign", "verify"]);
            const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
            const keyRow = { ...row, key: pair.privateKey, jwk: { crv, kty, x, y } };
            await write(["device"], (work) => work.put("device", keyRow));
            return keyRow;
        } catch (_) {
            // a browser that makes no such key, or cannot keep it: the secret does
        }
    }
    const keyRow = { ...row, secret: toBase64url(crypto.getRandomValues(new Uint8Array(32))) };
    await write(["device"], (work) => work.put("device", keyRow));
    return keyRow;
}

/** The store is this device's from now on. The same deputy's queue goes on under it; another's stays, to be saved as a file. */
async function become(facts) {
    const self = { id: "self", enrolled: new Date().toISOString(), revoked: null, ...facts };
    const { holder } = facts;
    await write(["device", "outbox", "visits"], async (work) => {
        for (const item of await work.all("outbox")) await work.put("outbox", underNew(item, holder));
        const old = await work.get("device", "self");
        if (old && old.holder && old.holder !== holder) {
            for (const row of await work.all("visits")) {
                if (row.changed) await work.put("outbox", leftDraft(row, old.holder));
                await work.remove("visits", row.visit);
            }
            for (const row of await work.all("device")) {
                if (isKeptDraft(row)) {
                    const draft = { visit: row.visit, changed: row.at, ...row.draft };
                    await work.put("outbox", leftDraft(draft, old.holder));
                }
                if (/^(state|ready|aside):/.test(row.id)) await work.remove("device", row.id);
            }
        }
        await work.put("device", self);
        await work.remove("device", "pending");
    });
    forget();
}

function underNew(item, holder) {
    if (item.state === "purged") return item;
    if (item.holder === holder) {
        const waits = item.foreign && !item.draft ? { state: item.receipt ? "stored" : "queued" } : {};
        return { ...item, ...waits, foreign: false, next: 0, tries: 0 };
    }
    return { ...item, foreign: true, state: "quarantined", problem: { code: "other_deputy", at: Date.now() } };
}

/** An unsent draft of the deputy who had this phone before: kept to be saved as a file, never sent. */
const leftDraft = (row, holder) => ({
    visit: row.visit,
    content: `draft-${row.changed}`,
    text: textOf(row),
    state: "quarantined",
    draft: true,
    foreign: true,
    parts: row.parts || [],
    seq: 0,
    tries: 0,
    next: 0,
    holder,
    made: row.changed,
    problem: { code: "other_deputy", at: Date.now() },
});

/** What the phone is called at the desk: its model, as the browser tells it. */
export function deviceName(agent) {
    const android = /Android [\d.]+; (?:[a-z]{2}[-_][A-Za-z]{2}; )?([^;)]+?)(?: Build[^)]*)?[;)]/.exec(agent);
    const model = android && android[1].trim() !== "K" ? android[1].trim() : "";
    const kinds = ["iPhone", "iPad", "HarmonyOS", "Android", "Windows", "Macintosh", "Linux"];
    const kind = model || kinds.find((one) => agent.includes(one)) || "phone";
    return (/MicroMessenger/.test(agent) ? `${kind} (WeChat)` : kind).slice(0, 60);
}
