/** Shows on the page 待发送 what needs the person, what waits for the network, and the ways out (templates/field/queue.html). */

import { space } from "../caller/client_log.mjs";
import { deleteItem, itemsOf, mayDelete, onChange, sendAgain } from "../outbox/outbox.mjs";
import { givenUp, isStopped } from "../outbox/outbox_rules.mjs";
import { giveFile } from "../outbox/rescue.mjs";
import { hurry } from "../outbox/sender.mjs";
import { copy, empty, filled, moment, part, say } from "../questions/words.mjs";
import { edit } from "../store/locks.mjs";
import { dropBackup } from "../store/unsaved_backup.mjs";
import { tellState } from "./notes.mjs";
import { toggleQr } from "./qr.mjs";
import { forgetVisit } from "./worker.mjs";

const PHOTO = 400000;
const FEW = 50000000;
const OTHERS = { foreign: true, problem: { code: "other_deputy" } };
const byId = (id) => document.getElementById(id);
const language = () => (document.documentElement.lang === "en" ? "en" : "zh");

let texts;
let isOthers = false; // all that lies here is another deputy's: it can be saved as a file, and no more

/** Show the queue, and keep it true while the page is open. */
export async function showQueue(state) {
    texts = JSON.parse(byId("queue-texts").textContent);
    isOthers = state === "other";
    if (state === "revoked") tellState(state);
    byId("plain").hidden = true;
    byId("queue").hidden = false;
    byId("q-send").addEventListener("click", trySending);
    addEventListener("online", draw);
    addEventListener("offline", draw);
    onChange(draw);
    await draw();
    await room();
}

/** By hand what was stopped goes too. */
async function trySending() {
    for (const item of await itemsOf()) if (isStopped(item)) await sendAgain(item.visit, item.content);
    hurry();
}

async function room() {
    const free = await space();
    if (free === null || free / PHOTO > 1000) return; // plenty is no news
    const line = byId("q-room");
    line.hidden = false;
    say(line, { number: Math.floor(free / PHOTO) }, free < FEW ? "short" : "");
}

let drawing = null;
let isChanged = false;

/** Draw once more; several changes at once are one drawing, and one that comes while it reads is drawn after it. */
function draw() {
    isChanged = true;
    if (!drawing) drawing = drawAll();
    return drawing;
}

async function drawAll() {
    await null;
    while (isChanged) {
        isChanged = false;
        await drawQueue().catch(() => undefined);
    }
    drawing = null;
}

async function drawQueue() {
    const waits = (await itemsOf()).filter((item) => !/^(confirmed|purged)$/.test(item.state));
    const items = isOthers ? waits.map((item) => ({ ...item, ...OTHERS })) : waits;
    const foreign = items.filter((item) => item.foreign);
    const needing = items.filter((item) => !item.foreign && needsPerson(item));
    const waitingItems = items.filter((item) => !item.foreign && !needsPerson(item));
    const values = { number: waitingItems.length, needing: needing.length };
    say(byId("q-sum"), values, needing.length ? "needing" : waitingItems.length ? "waiting" : "empty");
    list("q-needing", needing, needingRow);
    list("q-waiting", waitingItems, waitingRow);
    list("q-foreign", foreign, needingRow);
    const portal = waitingItems.some((item) => isPortal(item.problem));
    byId("q-offline").hidden = navigator.onLine !== false;
    byId("q-portal").hidden = navigator.onLine === false || !portal;
}

/** A network that wants a sign-in: a page of its own, a redirect, or 511, which says so in so many words. */
const isPortal = (problem) =>
    Boolean(problem) && problem.code === "portal" && (problem.status < 500 || problem.status === 511);

function needsPerson(item) {
    const { stuck, away } = givenUp(item);
    return (
        item.asks ||
        /^(aside|quarantined)$/.test(item.state) ||
        (item.state === "stored" && stuck.length + away.length > 0)
    );
}

function list(id, items, rowOf) {
    const section = byId(id);
    const box = section.querySelector("ul");
    const focused = document.activeElement && section.contains(document.activeElement);
    section.hidden = !items.length;
    say(section.querySelector("h2"), { number: items.length });
    const code = /** @type {any} */ (box.querySelector("[data-part=qr]:not([hidden])"));
    if (code && items.some((item) => item.content === code.item.content)) return; // somebody is scanning it
    empty(box);
    for (const item of items) box.appendChild(rowOf(item));
    if (focused) byId("main").focus(); // what was pressed is gone: the page itself takes the focus
}

function nameRow(row, item) {
    const visit = texts.visits[item.visit];
    row.querySelector(".name").textContent = visit ? visit.title : texts.unknown;
    part(row, "what").textContent = what(item);
    return visit || {};
}

function what(item) {
    if (item.draft) return texts.draft;
    const number = (item.parts || []).length;
    const sentCount = item.facts ? number - (item.missing || []).length : 0;
    return number ? filled(texts.what_parts, { number, sent: sentCount }) : texts.what;
}

function waitingRow(item) {
    const row = copy("t-waiting");
    nameRow(row, item);
    part(row, "why").textContent = whyWaiting(item);
    showsQr(row, item);
    return row;
}

function whyWaiting(item) {
    if (item.state === "stored") return reasonOf(item.problem) || texts.checking;
    if (!item.problem) return "";
    const { clock } = moment(item.problem.at, texts.moments);
    const isAnswered = item.problem[language()] || (item.problem.status >= 500 && !isPortal(item.problem));
    return filled(isAnswered ? texts.busy : texts.tried, { clock });
}

/** The server's own sentence about an item; empty where there was none. */
function reasonOf(problem) {
    const own = problem && problem[language()];
    return own ? `${own.title}${texts.stop}${own.remedy}${texts.stop}`.trim() : "";
}

function needingRow(item) {
    const row = copy("t-needing");
    const { call } = nameRow(row, item);
    part(row, item.state === "stored" ? "refused" : "lacking").remove();
    part(row, "why").textContent = why(item);
    const link = part(row, "call");
    if (call && !item.foreign) link.setAttribute("href", `tel:${call.replace(/[^\d+]/g, "")}`);
    else link.remove();
    act(row, "file", true, async () => {
        const isOut = await giveFile(`${texts.file}-${item.content.slice(0, 8)}.json`, [item]);
        if (isOut === false) part(row, "why").textContent = texts.no_file;
    });
    showsQr(row, item);
    act(row, "again", !item.foreign && !item.erased && !item.draft, async () => {
        await sendAgain(item.visit, item.content);
        await trySending();
    });
    act(row, "delete", !isOthers && mayDelete(item), async () => {
        if (!(await remove(item))) part(row, "why").textContent = texts.open;
    });
    return row;
}

/** By the person's wish. What was erased goes with all of its visit; false: a page is filling it in, and would bring it back. */
async function remove(item) {
    if (!item.erased) return deleteItem(item.visit, item.content);
    const lock = await edit(item.visit, { lost: () => undefined });
    if (!lock.granted) return false;
    dropBackup(item.visit);
    const isDeleted = await deleteItem(item.visit, item.content);
    await lock.release();
    await forgetVisit(item.visit).catch(() => undefined);
    return isDeleted;
}

function why(item) {
    const { code } = item.problem || {};
    if (item.erased) return `${reasonOf(item.problem)} ${texts.erase}`;
    if (item.state === "stored") return whereParts(givenUp(item));
    const reason = { damaged: texts.damaged, other_deputy: texts.other_deputy }[code] || reasonOf(item.problem);
    return [reason, item.state === "aside" ? texts.aside : "", item.foreign ? "" : texts.safe]
        .filter(Boolean)
        .join(language() === "en" ? " " : "");
}

/** What became of the photos that are not sent: their copy here is no good, or lies on another phone. */
const whereParts = ({ stuck, away }) =>
    [
        stuck.length ? filled(texts.stuck_parts, { number: stuck.length }) : "",
        away.length ? filled(texts.away_parts, { number: away.length }) : "",
    ]
        .filter(Boolean)
        .join(language() === "en" ? " " : "");

/** 出示二维码: for a version whose text is here; a foreign draft is no version. */
function showsQr(row, item) {
    act(row, "qr", Boolean(item.text) && !item.draft, () => toggleQr(row, item, texts.qr_script));
}

function act(row, name, may, work) {
    const button = row.querySelector(`[data-do=${name}]`);
    if (!may) return button.remove();
    button.addEventListener("click", work);
}
