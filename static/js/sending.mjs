/** Beside a form that is open: what waits is sent, and the pages are kept for when there is no signal. */

import { settle } from "./phone/enrolment.mjs";
import { keepPagesHere } from "./phone/notes.mjs";
import { start } from "./phone/sender.mjs";

settle().then((state) => {
    if (state !== "ready") return;
    start();
    keepPagesHere();
});
