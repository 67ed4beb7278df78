/** Sends what waits while a form is open, and keeps the visit's pages for when there is no signal. */

import { tellLoss } from "./phone/caller/client_log.mjs";
import { start } from "./phone/outbox/sender.mjs";
import { adopt } from "./phone/own/enrolment.mjs";
import { keepPagesHere } from "./phone/own/notes.mjs";
import { keepOpened } from "./phone/own/ready.mjs";
import { settle } from "./phone/own/settling.mjs";
import { helpTheForm } from "./phone/visit/form_helps.mjs";
import { json } from "./phone/visit/sources.mjs";

const root = document.getElementById("filling");
const isOpen = !root || root.hasAttribute("data-alive");

helpTheForm();
settle(adopt).then((state) => {
    tellLoss(state);
    if (!isOpen) return state === "ready" ? window.location.reload() : toPlain();
    if (state !== "ready") return undefined;
    start();
    keepPagesHere();
    keepOpened(json("visit-data").visit).catch(() => undefined); // the next time
    return undefined;
});

/** This browser could not be made a known phone: the pages without script do. */
function toPlain() {
    window.location.replace(`/visits/${json("visit-data").visit}`);
}
