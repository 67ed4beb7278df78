/** Beside a form that is open: what waits is sent, and the pages are kept for when there is no signal. */

import { tellLoss } from "./phone/client_log.mjs";
import { adopt } from "./phone/enrolment.mjs";
import { offerFile } from "./phone/form/draft_file.mjs";
import { noteNumbers } from "./phone/form/number_notes.mjs";
import { waitForPresses } from "./phone/form/press.mjs";
import { offerReplies } from "./phone/form/replies.mjs";
import { json } from "./phone/form/sources.mjs";
import { keepPagesHere } from "./phone/notes.mjs";
import { keepOpened } from "./phone/ready.mjs";
import { start } from "./phone/sender.mjs";
import { settle } from "./phone/settling.mjs";

const root = document.getElementById("filling");
const isOpen = !root || root.hasAttribute("data-alive");

offerReplies();
noteNumbers();
offerFile();
waitForPresses();
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
