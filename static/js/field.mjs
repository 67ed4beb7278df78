// One questionnaire page of a deputy: rules at once from the same package as on the server, and the draft saved while typing.
// Without this script the page does the same at each button.

import { keepDraft } from "./field/draft_saving.mjs";
import { showFaults } from "./field/faults.mjs";
import { readPackage } from "./field/form_package.mjs";
import { liveForm } from "./field/live_form.mjs";

const form = document.getElementById("answers");
const stored = document.getElementById("draft");

if (form && stored && window.fetch) {
    const draft = JSON.parse(stored.textContent);
    showFaults();
    keepDraft(form, draft.texts);
    readPackage(form.getAttribute("data-package")).then(
        (pkg) => liveForm(form, pkg, draft),
        () => undefined, // no package, no rules at once: the server checks at each button, as without script
    );
}
