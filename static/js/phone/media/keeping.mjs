/** Keeps photos and files of a visit: bytes by hash, an entry in the visit's row, the answer that names them. Touches the store. */

import { space } from "../caller/client_log.mjs";
import { hashOfLarge } from "../store/digest.mjs";
import { letGo, PARTS } from "../store/part_keeping.mjs";
import { read, write } from "../store/store.mjs";

const LITTLE = 50 * 1024 * 1024;

/** The entry of the part that a question's answer names, or null. */
export function entryOf(form, path) {
    const node = form.state.node(path);
    if (!node || !node.raw) return null;
    const head = (form.row.head && form.row.head.parts) || [];
    return [...(form.row.parts || []), ...head].find((one) => one.name === node.raw) || null;
}

/** Keep the bytes, then let the answer name them; both are on the disk when this is done. */
export async function keep(form, path, { bytes, type, suffix }) {
    const sha256 = await hashOfLarge(bytes);
    await write(["parts"], (work) => work.put("parts", { sha256, bytes, size: bytes.byteLength, type }));
    const node = form.state.node(path);
    if (!node || form.closed || form.reading) return false;
    const old = entryOf(form, path);
    const names = (form.row.parts || []).map((one) => one.name);
    let name = `${node.name}-${sha256.slice(0, 10)}${suffix}`;
    for (let number = 2; names.includes(name) && name !== node.raw; number++)
        name = `${node.name}-${sha256.slice(0, 10)}-${number}${suffix}`;
    const others = (form.row.parts || []).filter((one) => one.name !== node.raw && one.name !== name);
    form.row.parts = [...others, { name, path, sha256, size: bytes.byteLength, type }];
    await answer(form, path, name);
    if (old && old.sha256 !== sha256) await forget(form, old);
    return true;
}

/** The answer names no part any more. */
export async function drop(form, path) {
    const old = entryOf(form, path);
    form.row.parts = (form.row.parts || []).filter((one) => one !== old);
    await answer(form, path, "");
    if (old) await forget(form, old);
}

/** Set an answer and see to it that it is on the disk. */
export async function answer(form, path, text) {
    form.state.set(path, text);
    form.changed();
    if (form.questions) form.questions.show();
    await form.saving.now();
}

/** What an answer named before goes, unless something else on this phone names it; the row knows what may go later. */
function forget({ row }, part) {
    row.dropped = [...(row.dropped || []), part];
    return write(PARTS, async (work) => {
        const latest = await work.get("visits", row.visit);
        if (latest) await work.put("visits", { ...latest, dropped: row.dropped });
        await letGo(work, [part]);
    }).catch(() => undefined);
}

/** The bytes of a part as they lie here; undefined when they do not. */
export const storedPart = (sha256) => read("parts", sha256).catch(() => undefined);

/** Megabytes left when that is little: under 50 MB, or not enough for three more like the last one. Else null. */
export async function littleRoom(lastSize = 0) {
    const room = await space();
    return room !== null && room < Math.max(LITTLE, 3 * lastSize) ? Math.floor(room / 1048576) : null;
}
