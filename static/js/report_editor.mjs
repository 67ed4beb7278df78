/** Writing a section of a report on the page as it is set: figures as chips, chosen from a list, saved as one pauses. */

import { Page } from "./editor/page.mjs";

const form = document.getElementById("section-form");
if (form instanceof HTMLFormElement) new Page(form).start();
