/** Makes the visits of the list ready to be filled in offline, and shows what else helps there: kept drafts, the hint inside WeChat. */

import { report } from "../caller/client_log.mjs";
import { fact, keepFact, ownDevice } from "../caller/device.mjs";
import { say } from "../questions/words.mjs";
import { keptDrafts } from "../store/kept_drafts.mjs";
import { isToDo, prepare } from "./ready.mjs";

let isRunning = false;
let isCut = false; // there was no network

/** Make today's visits ready, and say how far it is in `#ready` (templates/field/_ready.html). */
export async function makeReady() {
    const line = document.getElementById("ready");
    if (!line || isRunning) return;
    isRunning = true;
    isCut = false;
    const again = document.getElementById("make-ready");
    again.onclick = makeReady;
    again.hidden = false;
    const tell = (which, values) => {
        line.hidden = false;
        say(line, values, which);
    };
    try {
        const { ready, all } = await prepare((done, total) => tell("going", { done, number: total }));
        again.hidden = ready.length === all; // nothing is left to press it for
        if (all) tell(ready.length === all ? "all" : "some", { done: ready.length, number: all });
        for (const visit of ready) mark(visit);
    } catch (_) {
        isCut = true;
        const visits = (await fact("ready")) || [];
        for (const visit of visits) mark(visit);
        if (visits.length) tell("kept", { number: visits.length });
        else tell("none", {});
    }
    isRunning = false;
    await report().catch(() => undefined); // the liaison sees what is ready
}

/** The network is back: what could not be had is had now. */
export const makeReadyAfterAll = () => isCut && makeReady();

/** The marks of what is ready, at rows to be filled in that have come anew; gives whether one of them is not. */
export function markReady(list, visits) {
    const rows = Array.from(list.querySelectorAll("#tasks a.name")).filter(({ dataset }) => isToDo(dataset.state));
    for (const { dataset } of rows) if (visits.includes(dataset.visit)) mark(dataset.visit, list);
    return rows.some(({ dataset }) => !visits.includes(dataset.visit));
}

/** Say that drafts were set aside, with the way to them. */
export async function tellKeptDrafts() {
    const line = document.getElementById("asides");
    const { length } = await keptDrafts();
    line.hidden = !length;
    if (length) say(line.firstElementChild, { number: length });
}

/** Say at the visit's row that it can be filled in offline. */
function mark(visit, list = document) {
    const pattern = document.getElementById("ready-mark") || list.querySelector("#ready-mark");
    for (const link of list.querySelectorAll(`a.name[href*="/visits/${visit}"]`)) {
        const row = link.closest("li");
        if (pattern && row && !row.querySelector(".is-ready")) {
            row.appendChild(document.importNode(/** @type {any} */ (pattern).content, true));
        }
    }
}

/** The hint inside WeChat (templates/field/_wechat.html): gone for good after 知道了. */
export async function hintInWeChat() {
    const note = document.getElementById("wechat");
    if (!note || !/MicroMessenger/.test(navigator.userAgent) || (await fact("wechat-read"))) return;
    note.hidden = false;
    note.querySelector("[data-do=read]").addEventListener("click", async () => {
        await keepFact("wechat-read", true).catch(() => undefined); // a page that is left at once would show it again
        note.hidden = true;
        document.getElementById("main").focus();
    });
    const button = note.querySelector("[data-do=copy]");
    button.addEventListener("click", async () => {
        const own = await ownDevice();
        const copied = await copy(location.origin + ((own && own.slip) || "/visits"));
        say(button, {}, copied ? "done" : "failed");
    });
}

async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch (_) {
        const field = document.body.appendChild(document.createElement("textarea"));
        field.value = text;
        field.select();
        const isCopied = document.execCommand("copy"); // the way of old WebViews
        field.remove();
        return isCopied;
    }
}
