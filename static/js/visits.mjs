/** 我的走访 with a script: what lies on this phone, visits made ready and opened in place. */

import { listen, tellLoss } from "./phone/client_log.mjs";
import { adopt } from "./phone/enrolment.mjs";
import { offerFile } from "./phone/form/draft_file.mjs";
import { showList } from "./phone/form/list.mjs";
import { noteNumbers } from "./phone/form/number_notes.mjs";
import { waitForPresses } from "./phone/form/press.mjs";
import { offerReplies } from "./phone/form/replies.mjs";
import { about } from "./phone/form/sources.mjs";
import { hintInWeChat, makeReady, makeReadyAfterAll, tellAsides } from "./phone/list_helps.mjs";
import { searchLists } from "./phone/lists/search.mjs";
import { keepPagesHere, tellState } from "./phone/notes.mjs";
import { start } from "./phone/sender.mjs";
import { settle } from "./phone/settling.mjs";

listen();
settle(adopt).then((state) => {
    if (/^(evicted|other|revoked)$/.test(state)) tellState(state);
    tellLoss(state);
    if (!/^(ready|evicted|revoked)$/.test(state)) return;
    offerReplies();
    noteNumbers();
    offerFile();
    waitForPresses();
    showList(about());
    searchLists();
    hintInWeChat();
    tellAsides();
    if (state !== "ready") return;
    start();
    keepPagesHere();
    makeReady();
    addEventListener("online", makeReadyAfterAll); // and the words that there is no network go
});
