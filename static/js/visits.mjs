/** Runs the list 我的走访: says what lies on this phone, makes visits ready, opens them in place, sends what waits. */

import { listen, tellLoss } from "./phone/caller/client_log.mjs";
import { searchLists } from "./phone/lists/search.mjs";
import { sendMessages } from "./phone/outbox/messages.mjs";
import { start } from "./phone/outbox/sender.mjs";
import { adopt } from "./phone/own/enrolment.mjs";
import { showList } from "./phone/own/list.mjs";
import { hintInWeChat, makeReady, makeReadyAfterAll, tellKeptDrafts } from "./phone/own/list_helps.mjs";
import { keepPagesHere, tellState } from "./phone/own/notes.mjs";
import { settle } from "./phone/own/settling.mjs";
import { helpTheForm } from "./phone/visit/form_helps.mjs";
import { about } from "./phone/visit/sources.mjs";

listen();
settle(adopt).then((state) => {
    if (/^(evicted|other|revoked)$/.test(state)) tellState(state);
    tellLoss(state);
    if (!/^(ready|evicted|revoked)$/.test(state)) return;
    helpTheForm();
    showList(about());
    searchLists();
    hintInWeChat();
    tellKeptDrafts();
    if (state !== "ready") return;
    start();
    keepPagesHere();
    makeReady();
    sendMessages().catch(() => undefined); // it waits on
    addEventListener("online", () => sendMessages().catch(() => undefined));
    addEventListener("online", makeReadyAfterAll); // and the words that there is no network go
});
