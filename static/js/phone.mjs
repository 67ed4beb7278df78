/** Opens the form of a visit, which also works without a signal, on the visit's own page; from the plain pages it leads there. */

import { listen } from "./phone/caller/client_log.mjs";
import { tellState } from "./phone/own/notes.mjs";
import { settle } from "./phone/own/settling.mjs";
import { openVisit } from "./phone/visit/opening.mjs";
import { fillTexts } from "./phone/visit/package_texts.mjs";
import { about, json, withLists } from "./phone/visit/sources.mjs";

const PLAIN = /^\/visits\/([0-9a-f-]{36})\/(start|check|pages\/(.+))$/;

const works = (state) => /^(ready|evicted|revoked)$/.test(state);

/** What the page brings; taken in while the store is being opened. */
function takenIn(root) {
    return { ...about(), data: json("visit-data"), pkg: fillTexts(root, json("visit-package")) };
}

async function openForm(root, pageData) {
    const { visit, questionnaire } = pageData.data;
    const pkg = await withLists(pageData.pkg, questionnaire);
    const leave = () => window.location.assign("/visits");
    return openVisit(root, { ...pageData, visit, pkg, hash: questionnaire, leave });
}

/** A script that comes beside the page; without a signal it comes later. */
function fetchRest(address) {
    if (!address) return;
    const script = document.createElement("script");
    script.src = address;
    script.onerror = () => window.addEventListener("online", () => fetchRest(address), { once: true });
    document.head.appendChild(script);
}

/** What sends, and what takes photos, comes when the form can be filled in: the first page stays small. */
function fetchAll(root) {
    fetchRest(root.getAttribute("data-media"));
    if (root.innerHTML.includes("data-many")) fetchRest(root.getAttribute("data-lists"));
    fetchRest(root.getAttribute("data-then"));
}

/** From a page that is complete without script to the form that also works without a signal. */
function toForm(match) {
    const hash = match[3] || (match[2] === "check" ? "!check" : "");
    window.location.replace(`/visits/${match[1]}/form${hash && `#${hash}`}`);
}

/** The page is there: a script that does not hold up the page's own end may come before it. */
const whenThere = () =>
    new Promise((go) => {
        if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", go);
        else go(null);
    });

async function begin() {
    await whenThere();
    const statePromise = settle();
    const root = document.getElementById("filling");
    const pageData = root && takenIn(root);
    const state = await statePromise;
    const plain = PLAIN.exec(window.location.pathname);
    if (/^(evicted|other|revoked)$/.test(state)) tellState(state);
    if (root && works(state)) {
        await openForm(root, pageData);
        root.setAttribute("data-alive", "");
        setTimeout(fetchAll, 0, root); // not before the form takes answers
    } else if (root && state === "new")
        fetchRest(root.getAttribute("data-then")); // it adopts this browser and opens the page anew
    else if (root) window.location.replace(`/visits/${pageData.data.visit}`);
    else if (plain && (works(state) || state === "new")) toForm(plain);
}

listen();
begin();
