/** Hands a visit in (报送) and shows what became of it: waiting, delivered, not taken in; read from the outbox, never hoped. */

import { FormState } from "../../rules/evaluation.mjs";
import { queueVersion } from "../outbox/queueing.mjs";
import { empty, filled, moment, part, say } from "../questions/words.mjs";
import { check } from "./check.mjs";
import { contentOf } from "./handing_in.mjs";

/** The draft becomes a version in the outbox, in one transaction with the row; then it is sent when there is a signal. */
export async function handIn(form) {
    const { state, row } = form;
    if (form.handing) return;
    form.handing = true;
    try {
        state.at(form.clock());
        state.finish();
        if (state.problems().length || check(form).gaps.length) return form.go("!check", { replace: true });
        await form.saving.now();
        if (form.reading) return undefined; // another page has it, and what this one had not saved is set aside
        row.answers = state.raw();
        row.repeats = state.repeats;
        row.clock = state.now;
        row.page = null;
        const { parts, about, head } = row;
        await queueVersion(
            row,
            contentOf(state, {
                parts: [...(parts || []), ...((head && head.parts) || [])],
                present: about.present || [],
                replies: row.replies,
            }),
            form.saving.lock.write,
        );
        row.declined = row.removed = form.saving.known = null;
        form.go("!receipt");
    } catch (fault) {
        if (!form.reading) form.saving.tell(fault);
    } finally {
        form.handing = false;
    }
}

export async function showReceipt(form) {
    const items = await form.pending();
    if (form.closed || form.reading || window.location.hash !== "#!receipt") return undefined; // gone on to another page meanwhile
    const item = items.find((one) => one.content === form.row.base) || items[items.length - 1];
    if (!item) return form.go("!check", { replace: true });
    const { texts } = form;
    const box = form.$("f-receipt");
    const isNew = box.hidden;
    form.sight("f-receipt");
    const delivered = /^(confirmed|purged)$/.test(item.state);
    const stuck = item.asks || /^(quarantined|aside)$/.test(item.state);
    part(box, "delivered").hidden = !delivered;
    part(box, "stuck").hidden = !stuck;
    const way = delivered ? "delivered" : stuck ? "stuck" : wayOf(item);
    for (const name of ["waiting", "sending", "received"]) part(box, name).hidden = name !== way;
    if (!delivered)
        part(part(box, way), "why").textContent = stuck ? problemText(item, form) : waitingText(item, texts);
    if (isNew || form.shownState !== way) form.head(texts[way], null);
    form.shownState = way;
    form.$("f-saved").textContent = "";
    facts(box, item, form);
    box.querySelector("[data-do=again]").hidden = !/^(open|draft|submitted|returned)$/.test(form.row.assignment.state);
    if (isNew) form.toTop();
}

/** Where a version is that the server did not confirm yet: what it gave a number is not said to wait, what was tried in vain is. */
const wayOf = ({ state, tries }) =>
    state === "stored" ? "received" : tries > 0 || navigator.onLine === false ? "waiting" : "sending";

const waitingText = (item, texts) =>
    item.state === "stored"
        ? item.missing && item.missing.length
            ? texts.parts_to_come.replace("%(number)d", item.missing.length)
            : texts.being_confirmed
        : navigator.onLine === false
          ? texts.waits_offline
          : texts.being_sent;

function problemText(item, form) {
    const { problem } = item;
    const own = problem && problem[form.language.startsWith("zh") ? "zh" : "en"];
    return (own && [own.title, own.remedy].filter(Boolean).join(form.texts.stop)) || form.texts.not_taken;
}

/** What the check lists of a version: answers on its pages, and entries. */
function counts({ text }, form) {
    if (!text) return [0, 0];
    const { answers, repeats, clock } = JSON.parse(text);
    const state = new FormState(form.pkg, answers, repeats, { now: clock, language: form.language, begins: false });
    const sums = [0, 0];
    const counts = check({ state, texts: form.texts, titleOf: () => "" }).counted;
    for (const { isList, number } of counts) sums[isList ? 1 : 0] += number;
    return sums;
}

function facts(box, item, form) {
    const itemFacts = item.facts || {};
    const { texts } = form;
    const put = (name, text) => {
        const cell = part(box, name);
        cell.parentElement.hidden = !text;
        cell.textContent = text || "";
    };
    part(box, "firm").textContent = form.row.assignment.title;
    put("office", form.row.about.office);
    put("number", itemFacts.number);
    put("at", itemFacts.at && moment(itemFacts.at, texts).full);
    const [answers, entries] = counts(item, form);
    const version = itemFacts.version ? filled(texts.version, { version: itemFacts.version }) : "";
    const content = part(box, "content");
    content.parentElement.hidden = !answers && !version;
    if (answers) say(content, { number: answers });
    const more = entries ? filled(texts.entries, { number: entries }) : "";
    content.textContent = [version, answers ? content.textContent : "", more].filter(Boolean).join(texts.comma);
    put("code", `${item.content.slice(0, 4)} ${item.content.slice(4, 8)} … ${item.content.slice(-4)}`);
    const print = part(box, "print");
    print.hidden = !/^(confirmed|purged)$/.test(item.state);
    print.querySelector("a").href = `/visits/${item.visit}/receipts/${item.content}`;
    const marks = empty(part(box, "marks"));
    for (const mark of itemFacts.marks || []) {
        if (!texts.marks[mark]) continue;
        const note = marks.appendChild(document.createElement("div"));
        note.className = "note is-wait";
        note.appendChild(document.createElement("p")).textContent = texts.marks[mark];
    }
}
