/** Runs the help page: what is written to the office is kept on this phone and sent when there is a signal; the way back is the page's. */

import { keepMessage, sendMessages, waitingMessages } from "../outbox/messages.mjs";

const form = /** @type {HTMLFormElement} */ (document.getElementById("messages"));

/** Show what waits, and answer the page's button. */
export function showHelp(state) {
    leadBack();
    if (state !== "ready" || !form) return;
    form.addEventListener("submit", (event) => {
        if (!form.text.value.trim()) return; // the server says what is missing
        event.preventDefault();
        send();
    });
    form.setAttribute("data-alive", "yes");
    addEventListener("online", carryOn);
    draw().then(carryOn);
}

/** A page that was kept for when there is no signal knows of no page before it: the address does. */
function leadBack() {
    const back = new URLSearchParams(location.search).get("next") || "";
    if (!/^\/visits(?![^/?#])/.test(back)) return;
    for (const link of document.querySelectorAll("[data-part=back]")) link.setAttribute("href", back);
}

async function send() {
    const group = form.group ? form.group.value || null : null;
    try {
        await keepMessage(form.text.value, group);
    } catch (_) {
        return form.submit(); // no room here: the plain form does
    }
    form.text.value = "";
    await draw();
    await carryOn();
}

async function carryOn() {
    if (!(await sendMessages())) return;
    const address = new URL(location.href);
    address.searchParams.set("sent", "1");
    if (!address.searchParams.has("next")) address.searchParams.set("next", form.next.value); // what was posted has it in itself
    address.hash = "messages";
    location.replace(address.href);
}

/** What waits on this phone, above the field. */
async function draw() {
    const rows = await waitingMessages();
    const note = document.getElementById("m-waiting");
    note.hidden = !rows.length;
    const list = note.querySelector("ul");
    list.textContent = "";
    for (const row of rows) list.appendChild(document.createElement("li")).textContent = row.text;
}
