/** 待发送 and 本机: what waits on this phone, and how it stands. */

import { showAsides } from "./phone/asides.mjs";
import { listen, tellLoss } from "./phone/client_log.mjs";
import { adopt } from "./phone/enrolment.mjs";
import { heedLast } from "./phone/form/last_words.mjs";
import { keepPagesHere, tellState } from "./phone/notes.mjs";
import { showQueue } from "./phone/queue.mjs";
import { start } from "./phone/sender.mjs";
import { settle } from "./phone/settling.mjs";
import { showPhone } from "./phone/this_phone.mjs";

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
