/** Signs a phone in: a slip and its code make a key of the phone's own, and a phone that is known comes in again by itself. */

import { listen } from "./phone/caller/client_log.mjs";
import { ownDevice } from "./phone/caller/device.mjs";
import { signIn } from "./phone/caller/session.mjs";
import { enrolBySlip } from "./phone/own/enrolment.mjs";

listen();
const slip = /** @type {HTMLFormElement} */ (document.getElementById("slip"));
const signedOut = document.getElementById("signed-out");
if (slip) openSlip();
else if (signedOut) comeBack();

/** The session is over: the key signs in again, and the page that was asked for comes. */
async function comeBack() {
    const mark = "diaoyan-back";
    try {
        if (Number(sessionStorage.getItem(mark)) > Date.now() - 60000) return; // it did not help a moment ago
        if (!(await signIn())) return;
        sessionStorage.setItem(mark, String(Date.now()));
        if (signedOut.getAttribute("data-method") === "GET") location.reload();
        else location.assign("/visits");
    } catch (_) {
        // no network: the words of the page stand
    }
}

async function openSlip() {
    const note = document.getElementById("known");
    const own = await ownDevice().catch(() => null);
    if (own && !own.revoked) {
        note.hidden = false;
        slip.querySelector("button.btn").classList.add("two"); // one filled button: the way in without a code
    }
    slip.addEventListener("submit", (event) => {
        if (slip.borrowed.checked || typeof indexedDB !== "object") return; // a borrowed phone keeps nothing: the plain form
        event.preventDefault();
        if (!busy) send();
    });
    slip.setAttribute("data-alive", "yes");
}

let busy = false;

async function send() {
    const code = slip.code.value.normalize("NFKC").replace(/\D/g, "");
    if (!code) return tell(slip.getAttribute("data-empty"));
    busy = true;
    let answer;
    try {
        answer = await enrolBySlip(slip.getAttribute("data-slip"), code, slip.getAttribute("data-notice") || null);
    } catch (problem) {
        busy = false;
        if (problem.name === "StoreFault") return slip.submit(); // no store here: the plain form does
        return tell(slip.getAttribute("data-offline"));
    }
    busy = false;
    const { status, value } = answer;
    if (status === 200 || status === 201) return location.assign("/visits");
    const words = value && value[document.documentElement.lang === "en" ? "en" : "zh"];
    if (value && value.code === "devices")
        return tell(`${sentence(words)} ${value.devices.map(oneDevice).join(" · ")}`);
    return words ? tell(sentence(words)) : tell(slip.getAttribute("data-offline"));
}

const oneDevice = ({ name, last_contact }) => `${name || "?"} (${String(last_contact).slice(0, 10)})`;

const sentence = ({ title, remedy }) =>
    document.documentElement.lang === "en" ? `${title}. ${remedy}.` : `${title}。${remedy}。`;

/** A problem as the plain page says it: above, and at the field. */
function tell(words) {
    const note = document.getElementById("slip-problem");
    note.hidden = false;
    note.querySelector("a").textContent = words;
    const error = document.getElementById("code-e");
    error.hidden = false;
    error.lastElementChild.textContent = words;
    slip.code.setAttribute("aria-invalid", "true");
    slip.code.setAttribute("aria-describedby", "code-h code-e");
    slip.code.closest(".q").classList.add("has-error");
    note.focus();
}
