/** Puts notes about this phone itself at the top of a page, from the patterns of `templates/field/_phone_notes.html`. */

import { forgetPages, registerWorker } from "./worker.mjs";

/** Say why the script cannot work here: "evicted", "revoked", "other". */
export function tellState(state) {
    show(`note-${state}`);
    if (state === "revoked") forgetPages().catch(() => undefined);
}

/** Put a note of the page at the top of its main part; false when the page has no such note, or shows it already. */
export function show(id) {
    const [pattern, main] = [document.getElementById(id), document.getElementById("main")];
    if (!pattern || !main || main.querySelector(`[data-note="${id}"]`)) return false;
    const note = /** @type {HTMLElement} */ (
        document.importNode(/** @type {any} */ (pattern).content, true).firstElementChild
    );
    note.setAttribute("data-note", id);
    main.insertBefore(note, main.firstChild);
    return true;
}

/** Register the service worker, and say on a form that a new release waits. */
export const keepPagesHere = () => registerWorker(() => /\/form$/.test(location.pathname) && show("note-release"));
