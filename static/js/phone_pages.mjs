/** Runs the pages 待发送, 本机 and 帮助与反馈: what waits on this phone to be sent, how the phone keeps it, what is written to the office. */

import { listen, tellLoss } from "./phone/caller/client_log.mjs";
import { sendMessages } from "./phone/outbox/messages.mjs";
import { start } from "./phone/outbox/sender.mjs";
import { adopt } from "./phone/own/enrolment.mjs";
import { showHelp } from "./phone/own/help.mjs";
import { showKeptDrafts } from "./phone/own/kept_drafts_page.mjs";
import { keepPagesHere, tellState } from "./phone/own/notes.mjs";
import { showQueue } from "./phone/own/queue.mjs";
import { settle } from "./phone/own/settling.mjs";
import { showPhone } from "./phone/own/this_phone.mjs";
import { restoreBackups } from "./phone/store/unsaved_backup.mjs";

listen();
settle(adopt).then(async (state) => {
    await restoreBackups(); // what the form had not yet saved when it was left for this page goes into the file, and is sent, too
    if (/^(evicted|other)$/.test(state)) tellState(state);
    tellLoss(state);
    if (state === "ready") {
        start();
        keepPagesHere();
    }
    if (/\/help$/.test(location.pathname)) return showHelp(state);
    if (state === "ready") sendMessages().catch(() => undefined); // it waits on
    if (document.getElementById("queue")) {
        showQueue(state);
        if (state !== "other") showKeptDrafts(); // nor what the deputy wrote whose phone this is
    } else showPhone(state);
});
