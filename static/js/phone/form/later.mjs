/** What a form needs only when its person goes on comes in a script of its own, phone.later.mjs: the script that opens the form is
 * small and the form is there sooner. Both are asked for by the page. Touches the note that says the later one is waited for.
 */

const LATE = 1000; // ms after which a person who waits is told

let parts = null;
let come;
const coming = new Promise((resolve) => {
    come = resolve;
});

/** Do `act` with what the later script brings: at once where it is there. Gives what `act` gives, or the promise of it. */
export const sometime = (act) => (parts ? act(parts) : coming.then(act));

/** The same where the person waits for it, as long as `isWanted` says so. */
export function later(act, isWanted = () => true) {
    if (!parts) setTimeout(() => isWanted() && tell(), LATE);
    return sometime(act);
}

/** The later script is there, with all of this; one that was asked for twice counts once. */
export function bring(all) {
    if (parts) return;
    parts = all;
    come(all);
    tell();
}

export const isThere = () => Boolean(parts);

function tell() {
    const note = document.getElementById("f-later");
    if (!note) return;
    note.hidden = isThere();
    if (!note.hidden) note.scrollIntoView(); // whoever pressed at the end of a page sees it
}

/** What came was not made for this page: its scripts are of another release by now. */
export function offerReload() {
    const way = document.getElementById("f-anew");
    if (way) way.hidden = false;
}
