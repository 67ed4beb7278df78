/** Puts into the outbox what is handed in, and a draft that could not be read whole. Touches the store. */

import { signedIn } from "../caller/device.mjs";
import { canonical } from "../store/canonical.mjs";
import { hashOf } from "../store/digest.mjs";
import { write } from "../store/store.mjs";
import { announce, whole } from "./outbox.mjs";

/** 报送: the content becomes a version in the outbox, and the draft goes on from it, in one transaction.
 *
 * `row` is the visit's row of `visits` as it shall stand; `content` is receiving.md 2.1 without `base`, `format`, `visit` and
 * `questionnaire`, which come from the row. A version that no byte of has left yet is replaced; one that was tried stays, and this
 * one is sent after it with it as base. Gives the item. The row given is brought up to date too (`base`, `changed`);
 * `put` is the write of whoever holds the right to.
 */
export async function queueVersion(row, content, put = write) {
    const item = await put(["outbox", "visits", "device"], async (work) => {
        const [items, self] = [(await work.all("outbox")).map(whole), await work.get("device", "self")];
        const untried = items.find((one) => one.visit === row.visit && one.state === "queued" && !one.tried);
        const base = untried ? untried.base : row.base || null;
        const text = canonical({
            ...content,
            base,
            format: "diaoyan-visit/1",
            questionnaire: row.questionnaire,
            visit: row.visit,
        });
        const key = hashOf(text);
        const sameItem = items.find((one) => one.visit === row.visit && one.content === key);
        if (untried && untried.content !== key) await work.remove("outbox", [row.visit, untried.content]);
        const newItem = sameItem || {
            visit: row.visit,
            content: key,
            text,
            base,
            parts: content.parts || [],
            state: "queued",
            seq: untried ? untried.seq : 1 + Math.max(0, ...items.map((one) => one.seq)),
            tried: false,
            tries: 0,
            next: 0,
            problem: null,
            receipt: null,
            facts: null,
            missing: [],
            made: new Date().toISOString(),
            holder: self ? self.holder : (signedIn() || { holder: null }).holder,
        };
        await work.put("outbox", newItem);
        await work.put("visits", { ...row, base: key, changed: null });
        return newItem;
    });
    row.base = item.content;
    row.changed = null;
    announce();
    return item;
}

/** A draft that could not be read whole: `row` goes on with what could, `oldRow` is kept as it was, to be saved as a file. */
export async function keepDamaged(oldRow, row) {
    const at = Date.now();
    let text = "{}";
    try {
        text = JSON.stringify(oldRow);
    } catch (_) {
        // not even that
    }
    await write(["outbox", "visits"], async (work) => {
        const blank = { state: "quarantined", parts: [], seq: 0, tries: 0, next: 0, made: new Date(at).toISOString() };
        const problem = { code: "damaged", at };
        await work.put("outbox", { visit: row.visit, content: `draft-${at}`, text, draft: true, ...blank, problem });
        await work.put("visits", row);
    });
    announce();
}
