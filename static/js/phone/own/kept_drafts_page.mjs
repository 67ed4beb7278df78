/** Shows the kept drafts, 另存的草稿: each is read, taken up again, or deleted after two questions (templates/field/queue.html). */

import { FormState } from "../../rules/evaluation.mjs";
import { answersOf } from "../pages/read_only.mjs";
import { copy, empty, moment, part, say } from "../questions/words.mjs";
import { keptDraftOf, keptDrafts } from "../store/kept_drafts.mjs";
import { edit } from "../store/locks.mjs";
import { letGo, PARTS } from "../store/part_keeping.mjs";
import { write } from "../store/store.mjs";
import { fullPackage } from "../visit/sources.mjs";

/** Show them, when there are any. */
export async function showKeptDrafts() {
    const section = document.getElementById("q-asides");
    const texts = JSON.parse(document.getElementById("queue-texts").textContent);
    const rows = await keptDrafts();
    section.hidden = !rows.length;
    say(section.querySelector("h2"), { number: rows.length });
    const list = empty(section.querySelector("ul"));
    for (const row of rows) list.appendChild(lineOf(row, texts));
}

function lineOf(row, texts) {
    const line = copy("t-aside");
    const values = {
        by: row.by || "",
        at: moment(row.at, texts.moments).full,
        number: Object.keys(row.draft.answers).length,
    };
    line.querySelector(".name").textContent = row.title;
    say(part(line, "whose"), values, row.by ? "" : "own");
    say(part(line, "ask"), values, "first");
    const tell = (which) => {
        part(line, "said").hidden = false;
        say(part(line, "said"), {}, which);
    };
    const press = (name, work) => line.querySelector(`[data-do=${name}]`).addEventListener("click", work);
    press("look", () => look(line, row, texts).catch(() => tell("away")));
    press("take", () => takeUp(row).then((isTaken) => (isTaken ? open(row.visit) : tell("busy"))));
    const question = part(line, "asking");
    const ask = (which) => {
        question.hidden = !which;
        question.setAttribute("data-step", which);
        if (which) say(part(line, "ask"), values, which);
        /** @type {HTMLElement} */ (line.querySelector(which ? "[data-do=keep]" : "[data-do=delete]")).focus();
    };
    press("delete", () => ask("first"));
    press("keep", () => ask(""));
    press("yes", () => (question.getAttribute("data-step") === "first" ? ask("second") : remove(row)));
    return line;
}

const open = (visit) => window.location.assign(`/visits/${visit}/form`);

async function remove(row) {
    await write(PARTS, async (work) => {
        await work.remove("device", row.id);
        await letGo(work, row.draft.parts);
    });
    await showKeptDrafts();
    document.getElementById("main").focus(); // what was pressed is gone
}

/** What stands in it, as it would be read at the desk. */
async function look(line, { draft }, texts) {
    const box = part(line, "answers");
    box.hidden = !box.hidden;
    line.querySelector("[data-do=look]").setAttribute("aria-expanded", String(!box.hidden));
    if (box.hidden || box.firstChild) return;
    const pkg = await fullPackage(draft.questionnaire).catch((problem) => {
        box.hidden = true;
        throw problem;
    });
    const { lang } = document.documentElement;
    const how = { now: draft.clock || new Date().toISOString(), language: lang, begins: false };
    answersOf(box, new FormState(pkg, draft.answers, draft.repeats || {}, how), texts);
}

/** The visit goes on with this draft; what it goes on with now is set aside in its place. False: another page is filling it in. */
async function takeUp({ id, visit, title, draft }) {
    const lock = await edit(visit, { lost: () => undefined });
    if (!lock.granted) return false;
    await write(["visits", "device"], async (work) => {
        const row = (await work.get("visits", visit)) || { visit, assignment: { visit, title } };
        if (row.changed) await work.put("device", keptDraftOf(visit, title, row));
        const marks = (row.declined || []).concat(id.slice(`aside:${visit}:`.length));
        const now = new Date().toISOString();
        await work.put("visits", { ...row, ...draft, changed: now, mirrored: null, declined: marks });
        await work.remove("device", id);
    });
    await lock.release();
    return true;
}
