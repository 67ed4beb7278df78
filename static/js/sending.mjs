/** Beside a form that is open: what waits is sent, and the pages are kept for when there is no signal. */

import { settle } from "./phone/enrolment.mjs";
import { offerReplies } from "./phone/form/replies.mjs";
import { json } from "./phone/form/sources.mjs";
import { keepPagesHere } from "./phone/notes.mjs";
import { keepQuestionnaire } from "./phone/ready.mjs";
import { start } from "./phone/sender.mjs";

offerReplies();
settle().then((state) => {
    if (state !== "ready") return;
    start();
    keepPagesHere();
    keepLists();
});

/** Long lists do not stand in the page: they are kept beside it, also where the page was opened by its own address. */
function keepLists() {
    const pkg = json("visit-package");
    if (pkg && pkg.parts) keepQuestionnaire(json("visit-data").questionnaire).catch(() => undefined); // the next time
}
