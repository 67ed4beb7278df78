/** Says at each visit of the list 我的走访 what lies on this phone, and opens a visit that was made ready in place. */

import { onNews } from "../outbox/assignments.mjs";
import { itemsOf, onChange } from "../outbox/outbox.mjs";
import { copy, empty, moment, part, say } from "../questions/words.mjs";
import { readAll } from "../store/store.mjs";
import { restoreBackups } from "../store/unsaved_backup.mjs";
import { openVisit } from "../visit/opening.mjs";
import { fillTexts } from "../visit/package_texts.mjs";
import { renewal } from "./list_renewal.mjs";
import { dataOf, isToDo } from "./ready.mjs";

const FRESH = 2500; // how long the server's word is waited for before the phone's own is taken

let pattern = null;

/** `about`: {texts, language, questions(hash)}. */
export function showList(about) {
    pattern = document.getElementById("form-frame");
    pattern.remove();
    const list = document.getElementById("visits");
    let form = null;
    let current = null; // the visit that is opened or open
    let opening = null; // the same while it is not open yet

    const draw = (bringIn = null) => drawRows(list, about.texts, bringIn).catch(() => undefined);

    const open = async (visit, hash) => {
        const own = { visit, left: false }; // left: the list was gone back to, or another visit pressed
        leave();
        current = opening = own;
        try {
            return await fetched(visit, hash, () => own.left);
        } catch (fault) {
            if (!own.left) throw fault;
            return true;
        } finally {
            if (opening === own) opening = null;
        }
    };

    const leave = () => {
        if (current) current.left = true;
        current = opening = null;
    };

    const fetched = async (visit, hash, isLeft) => {
        const root = document.getElementById("filling");
        empty(root).appendChild(frame());
        const data = await word(visit);
        if (isLeft()) return true;
        if (!data || !isToDo(data.assignment.state)) return false;
        const { pkg, html } = await about.questions(data.questionnaire);
        if (isLeft()) return true;
        insertPages(root, html);
        list.remove(); // one page, one heading
        root.hidden = false;
        if (hash) history.replaceState(history.state, "", `/visits/${visit}/form#${hash}`);
        const result = await openVisit(root, {
            ...about,
            visit,
            data,
            pkg: fillTexts(root, pkg),
            hash: data.questionnaire,
            leave: () => history.back(),
            isLeft,
            opened: (newForm) => {
                form = newForm;
            },
        });
        if (isLeft()) return true;
        form = result;
        window.scrollTo(0, 0);
        return true;
    };

    const close = () => {
        if (form) form.close().then(() => draw()); // 只在这部手机上 is said no longer than it is true
        form = null;
        leave();
        const root = document.getElementById("filling");
        root.hidden = true;
        empty(root);
        root.parentElement.insertBefore(list, root);
        document.title = about.title;
        draw();
        list.querySelector("h1").focus();
    };

    list.addEventListener("click", (event) => {
        const link = linkOf(event, "a[data-visit]");
        if (!link) return;
        event.preventDefault();
        const { visit } = link.dataset;
        if (opening && opening.visit === visit) return; // a second tap, while the server is slow to answer
        const hash = link.getAttribute("data-hash") || "";
        const hasForm = isToDo(link.dataset.state) || Boolean(link.closest("#changed-since"));
        history[opening ? "replaceState" : "pushState"]({}, "", `/visits/${visit}/form`);
        open(visit, hash).then(
            (isOpen) => isOpen || away(hasForm, visit),
            () => away(hasForm, visit),
        );
    });
    window.addEventListener("popstate", () => {
        const match = /^\/visits\/([0-9a-f-]{36})\/form$/.exec(window.location.pathname);
        if (!match) close();
        else if (!form || form.row.visit !== match[1]) {
            if (form) form.close();
            open(match[1], "").then(
                (isOpen) => isOpen || window.location.reload(),
                () => window.location.reload(),
            );
        }
    });
    document.querySelector(".mast").addEventListener("click", (event) => {
        if (!list.isConnected && linkOf(event, "a")) {
            event.preventDefault();
            history.pushState({}, "", "/visits");
            close();
        }
    });
    document.getElementById("filling").addEventListener("click", (event) => {
        const link = linkOf(event, "a[href='/visits']");
        if (!link) return;
        event.preventDefault();
        history.pushState({}, "", "/visits");
        close();
    });
    onChange(() => draw());
    onNews((visits) => renewal(list, visits).then(draw, () => draw()));
    restoreBackups().then(() => draw());
}

/** What is on this phone said at the rows; `put` first brings in new ones, in the same moment. */
async function drawRows(list, texts, bringIn) {
    const itemsAndRows = await Promise.all([itemsOf(), readAll("visits")]);
    const at = /** @type {HTMLElement} */ (document.activeElement || document.body).dataset.visit;
    if (bringIn) bringIn();
    mark(list, texts, itemsAndRows);
    if (!bringIn || !at || list.contains(document.activeElement)) return;
    const link = /** @type {HTMLElement} */ (list.querySelector(`a[data-visit="${at}"]`));
    if (link) link.focus({ preventScroll: true });
}

/** The link that was pressed; null when it shall open elsewhere. */
function linkOf(event, which) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return null;
    return event.target.closest(which);
}

/** Not ready on this phone: the visit's own page, or its form where something waits to be handed in. */
function away(hasForm, visit) {
    window.location.replace(hasForm ? `/visits/${visit}/form` : `/visits/${visit}`);
}

/** The frame of the form, a new one each time; its pattern leaves the page, so that no id stands there twice. */
function frame() {
    const element = /** @type {HTMLElement} */ (document.importNode(pattern.content, true).firstElementChild);
    const title = element.querySelector("#f-title");
    const head = document.createElement("h1");
    head.id = title.id;
    head.tabIndex = -1;
    title.replaceWith(head);
    return element;
}

function insertPages(root, html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    root.querySelector("#f-answers").insertBefore(template.content, root.querySelector("#f-entries"));
}

/** What the server says of a visit now, or what it said when the visit was made ready; null for one that was not. */
async function word(visit) {
    const data = await dataOf(visit);
    if (!data) return null;
    const late = new Promise((resolve) => setTimeout(resolve, FRESH, null));
    const request = fetch(`/visits/${visit}/form/data`, { credentials: "same-origin" })
        .then((answer) => (answer.ok && answer.headers.get("Diaoyan-Release") ? answer.json() : null))
        .catch(() => null);
    const fresh = navigator.onLine === false ? null : await Promise.race([request, late]);
    return fresh || data;
}

/** Each row says what is on this phone; above stands how much is only here, and what to go on with. */
function mark(list, texts, [items, rows]) {
    let here = 0;
    let latest = null;
    const sentVisits = [];
    for (const link of list.querySelectorAll("li a[data-visit]:not(.left)")) {
        const { visit } = link.dataset;
        const own = items.filter((item) => item.visit === visit && !item.foreign && !item.draft);
        const lastItem = own[own.length - 1];
        const row = rows.find((one) => one.visit === visit);
        const state = stateOf(lastItem, row, link.dataset.state);
        const line = link.closest("li");
        for (const old of line.querySelectorAll(".on-phone")) old.remove();
        const tag = line.querySelector(".tag");
        tag.hidden = Boolean(state);
        link.removeAttribute("data-hash");
        place(list, line, state === "draft" && link.dataset.state === "submitted");
        for (const one of line.querySelectorAll("small[data-of]")) {
            one.hidden = Boolean(state) && !(state === "draft" && one.dataset.of === "visit"); // a draft is not there yet
        }
        if (!state) continue;
        if (state !== "draft") sentVisits.push(visit);
        const tagElement = copy(`t-tag-${state}`);
        tagElement.classList.add("on-phone");
        line.insertBefore(tagElement, link);
        const note = line.appendChild(document.createElement("small"));
        note.className = "on-phone";
        if (state === "draft")
            note.textContent = texts.changed.replace("%(moment)s", moment(changedAt(row), texts).full);
        else note.textContent = texts[`list_${state}`];
        if (state !== "draft") link.setAttribute("data-hash", "!receipt");
        const goesOn = state === "draft" && isToDo(link.dataset.state) && !link.hasAttribute("data-past");
        if (goesOn && (!latest || row.changed > latest.row.changed)) latest = { row, link };
        const isOnlyHere = state === "draft" ? row.mirrored !== row.changed : /^(wait|bad)$/.test(state);
        if (!isOnlyHere) continue;
        here += 1;
        const only = line.appendChild(document.createElement("small"));
        only.className = "on-phone";
        only.appendChild(document.createElement("strong")).textContent = texts.only_here;
    }
    here += leftHere(list, rows);
    const note = list.querySelector("#only-here");
    note.hidden = !here;
    if (here) say(note.querySelector("strong"), { number: here });
    goOn(list, latest, sentVisits);
}

/** A visit that was handed in and changed since stands above all others until it is handed in again. */
function place(list, line, isChanged) {
    const box = list.querySelector("#changed-since");
    const own = box.querySelector("ul");
    if (isChanged && line.parentNode !== own) {
        line.home = line.parentNode;
        own.appendChild(line);
    } else if (!isChanged && line.home) {
        line.home.insertBefore(line, line.home.firstChild);
        line.home = null;
    }
    box.hidden = !own.firstChild;
}

/** When a draft was changed, by the calendar that its list goes by: in a rehearsal or demonstration the campaign's. */
const changedAt = (row) => (row.about && row.about.as_of && row.clock) || row.changed;

/** What the visit is called; a draft that came in a file may not say. */
const titleOf = (row) => (row.assignment && row.assignment.title) || row.visit.slice(0, 8);

/** Drafts of visits that the list does not have any more: another group's since, perhaps. Gives how many. */
function leftHere(list, rows) {
    const box = list.querySelector("#left-here");
    const old = box.querySelector("ul");
    const visits = Array.from(list.querySelectorAll("li a[data-visit]:not(.left)"), (link) => link.dataset.visit);
    const drafts = rows.filter((row) => row.changed && !visits.includes(row.visit));
    empty(old);
    for (const row of drafts) {
        const line = old.appendChild(document.createElement("li"));
        line.appendChild(copy("t-tag-draft"));
        const link = line.appendChild(document.createElement("a"));
        link.className = "name left";
        link.href = `/visits/${row.visit}/form`;
        link.dataset.visit = row.visit;
        link.dataset.state = "draft";
        link.textContent = titleOf(row);
    }
    box.hidden = !drafts.length;
    return drafts.length;
}

/** What the phone knows better than the list: "wait", "got", "bad", "ok", "draft"; null where the list says it all. */
function stateOf(item, row, listState) {
    if (item && /^(quarantined|aside)$/.test(item.state)) return "bad";
    if (item && item.state === "stored") {
        const isToCome = item.missing && item.missing.length > 0;
        return /^(submitted|accepted)$/.test(listState) && !isToCome ? null : "got";
    }
    if (item && /^(queued|sending)$/.test(item.state)) return "wait";
    if (row && row.changed) return "draft";
    const assignment = (row && row.assignment) || {};
    const isReturned =
        listState === "returned" && assignment.state === "returned" && item && assignment.head === item.content;
    if (item && isToDo(listState) && row && row.base === item.content && !isReturned) return "ok";
    return null;
}

/** 接着填: the draft changed last on this phone. */
function goOn(list, latest, sentVisits) {
    const box = list.querySelector("#go-on");
    if (!latest) {
        const visit = box.querySelector("a.btn").getAttribute("data-visit");
        if (!visit || sentVisits.includes(visit)) box.hidden = true;
        return;
    }
    box.hidden = false;
    for (const words of [box.querySelector("h2"), box.querySelector("a.btn")]) say(words, {}, "draft");
    box.querySelector("strong").textContent = titleOf(latest.row);
    part(box, "where").hidden = true;
    const button = box.querySelector("a.btn");
    button.setAttribute("href", `/visits/${latest.row.visit}/form`);
    button.setAttribute("data-visit", latest.row.visit);
    button.setAttribute("data-state", latest.link.dataset.state);
}
