/** Writes what waits on this phone into one .json file, and takes in such a file from another phone (receiving.md 9). Touches the store. */

import { hashOf, hashOfLarge } from "../store/digest.mjs";
import { keptDraftOf, keptDrafts, textOf } from "../store/kept_drafts.mjs";
import { read, readAll, write } from "../store/store.mjs";
import { announce, exported, itemsOf } from "./outbox.mjs";
import { freed } from "./outbox_rules.mjs";

const FORMAT = "diaoyan-rescue/1";

/** The file with these items; without a choice with everything that the server has not confirmed. */
export async function rescueFile(choice = null) {
    const items = choice || (await itemsOf()).filter((item) => item.text && !/^(confirmed|purged)$/.test(item.state));
    const [versions, drafts] = [[], []];
    for (const { visit, text, content, draft, parts } of items) {
        const bytes = await bytesOf(parts);
        if (draft)
            drafts.push({ visit, text, parts: bytes }); // of the deputy before, or damaged: never a version
        else versions.push({ visit, text, hash: content.length === 64 ? content : hashOf(text), parts: bytes });
    }
    for (const row of choice ? [] : await unsent()) drafts.push(await draftOf(row));
    return JSON.stringify({ format: FORMAT, items: versions, drafts });
}

/** The drafts of this phone: those gone on with, and 另存的草稿. */
async function unsent() {
    const rows = (await readAll("visits")).filter((row) => row.changed);
    return rows.concat((await keptDrafts()).map(({ visit, at, draft }) => ({ visit, changed: at, ...draft })));
}

/** The parts of a manifest that are on this phone, as text. */
async function bytesOf(parts) {
    const entries = [];
    for (const part of parts || []) {
        const row = await read("parts", part.sha256).catch(() => null);
        if (row) entries.push({ sha256: part.sha256, base64: toBase64(new Uint8Array(row.bytes)) });
    }
    return entries;
}

/** A draft in the file, with its photos: what the mirror has of it too. Another phone and the desk take it up. */
const draftOf = async (row) => ({ visit: row.visit, text: textOf(row), parts: await bytesOf(row.parts) });

/** A draft that this phone does not take any more, given to the person as it stands in memory. */
export const saveDraft = async (row, name) =>
    saveAs(name, JSON.stringify({ format: FORMAT, items: [], drafts: [await draftOf(row)] }));

/** Give the file to the person: to share it where the phone can, else as a download. Gives whether it went out; null when it was not meant. */
export async function giveFile(name, choice = null) {
    let isOut = !/MicroMessenger/.test(navigator.userAgent); // WeChat drops a download without a word
    const text = await rescueFile(choice);
    const file = typeof File === "function" ? new File([text], name, { type: "application/json" }) : null;
    const shares = /** @type {any} */ (navigator);
    try {
        if (file && shares.canShare && shares.canShare({ files: [file] })) {
            await shares.share({ files: [file], title: name });
            isOut = true;
        } else saveAs(name, text);
    } catch (problem) {
        if (problem.name === "AbortError") return null; // the person thought better of it
        saveAs(name, text);
    }
    for (const item of isOut ? choice || (await itemsOf()) : [])
        if (item.text) await exported(item.visit, item.content);
    return isOut;
}

/** A text as a file of the phone's. */
export function saveAs(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** Take a rescue file in on this phone: what is held already stays as it is. Gives `{taken, known, broken}`; throws for no rescue file. */
export async function takeFile(text, holder) {
    const file = JSON.parse(text);
    if (!file || file.format !== FORMAT || !Array.isArray(file.items)) throw new TypeError("no rescue file");
    const count = { taken: 0, known: 0, broken: 0 };
    for (const one of file.items) {
        if (typeof one.text !== "string" || hashOf(one.text) !== one.hash) count.broken += 1;
        else count[await takeItem(one, holder)] += 1;
    }
    for (const draft of Array.isArray(file.drafts) ? file.drafts : []) count[await takeDraft(draft)] += 1;
    announce();
    return count;
}

/** A draft is taken up where this phone has none of that visit; beside one that is here it is set aside (另存的草稿). */
async function takeDraft({ visit, text, parts }) {
    let draft;
    try {
        draft = JSON.parse(text);
    } catch (_) {
        return "broken";
    }
    if (typeof visit !== "string" || !draft || typeof draft.answers !== "object") return "broken";
    draft.changed = draft.changed || new Date().toISOString(); // one of another deputy from an earlier release, or damaged
    const bytes = await partsIn(parts, draft.parts);
    return write(["visits", "outbox", "parts", "device"], async (work) => {
        const isAwaited = await putParts(work, bytes);
        const here = await work.get("visits", visit);
        if (!here) {
            await work.put("visits", { visit, ...draft, repeats: draft.repeats || {}, mirrored: null });
            return "taken";
        }
        const title = (here.assignment || {}).title || "";
        const aside = keptDraftOf(visit, title, draft);
        if (here.changed === draft.changed || (await work.get("device", aside.id)))
            return isAwaited ? "taken" : "known";
        await work.put("device", aside);
        return "taken";
    });
}

/** The parts of a file whose bytes are what the manifest says, as rows of the store. */
async function partsIn(entries, manifest) {
    const rows = [];
    for (const { sha256, base64 } of Array.isArray(entries) ? entries : []) {
        const bytes = fromBase64(base64);
        const entry = bytes && (Array.isArray(manifest) ? manifest : []).find((part) => part.sha256 === sha256);
        if (entry && (await hashOfLarge(bytes.buffer)) === sha256)
            rows.push({ sha256, bytes: bytes.buffer, size: bytes.length, type: entry.type });
    }
    return rows;
}

/** Bytes that have come, whole for certain, in place of a copy that may be damaged. Gives whether a version had waited for some of them. */
async function putParts(work, rows) {
    for (const row of rows) await work.put("parts", row);
    const hashes = rows.map((row) => row.sha256);
    let isAwaited = false;
    for (const item of await work.all("outbox")) {
        const next = freed(item, hashes);
        if (next) await work.put("outbox", next);
        isAwaited = isAwaited || Boolean(next);
    }
    return isAwaited;
}

async function takeItem({ visit, text, hash, parts }, holder) {
    const content = contentOf(text);
    const rows = await partsIn(parts, content.parts);
    return write(["outbox", "parts"], async (work) => {
        const isAwaited = await putParts(work, rows);
        if (await work.get("outbox", [visit, hash])) return isAwaited ? "taken" : "known";
        const items = await work.all("outbox");
        const seq = 1 + Math.max(0, ...items.map((item) => item.seq));
        const blank = { tries: 0, next: 0, problem: null, receipt: null, facts: null, missing: [] };
        const madeAt = new Date().toISOString();
        const item = {
            visit,
            content: hash,
            text,
            base: content.base,
            parts: content.parts,
            seq,
            made: madeAt,
            holder,
            ...blank,
        };
        await work.put("outbox", { ...item, state: "queued", tried: true });
        return "taken";
    });
}

/** What the text says of its base and parts; bytes that are no content are kept all the same. */
function contentOf(text) {
    try {
        const { base, parts } = JSON.parse(text);
        return { base: base || null, parts: Array.isArray(parts) ? parts : [] };
    } catch (_) {
        return { base: null, parts: [] };
    }
}

function toBase64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 24576) text += String.fromCharCode(...bytes.subarray(at, at + 24576));
    return btoa(text);
}

function fromBase64(text) {
    try {
        return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    } catch (_) {
        return null;
    }
}
