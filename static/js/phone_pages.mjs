/** 待发送 and 本机: what waits on this phone, and how it stands. */

import { listen, tellLoss } from "./phone/caller/client_log.mjs";
import { start } from "./phone/outbox/sender.mjs";
import { showAsides } from "./phone/own/asides.mjs";
import { adopt } from "./phone/own/enrolment.mjs";
import { keepPagesHere, tellState } from "./phone/own/notes.mjs";
import { showQueue } from "./phone/own/queue.mjs";
import { settle } from "./phone/own/settling.mjs";
import { showPhone } from "./phone/own/this_phone.mjs";
import { heedLast } from "./phone/store/last_words.mjs";

listen();
settle(adopt).then(async (state) => {
    await heedLast(); // what the form had not yet saved when it was left for this page goes into the file, and is sent, too
    if (/^(evicted|other)$/.test(state)) tellState(state);
    tellLoss(state);
    if (state === "ready") {
        start();
        keepPagesHere();
    }
    if (document.getElementById("queue")) {
        showQueue(state);
        if (state !== "other") showAsides(); // nor what the deputy wrote whose phone this is
    } else showPhone(state);
});
