/** While a page is being read, what may open on it is laid out and taps are tried on a copy: the first real one finds its way worn. */

const READ = 1500; // ms: whoever taps at once is not kept waiting by it
const TRIED = 20;
const AT_ONCE = 4;
const MOST = 600; // elements: a page of more would take longer than a tap may
const idle = (work) => (window.requestIdleCallback || setTimeout)(work);

let timer = 0;
let tried = 0;

/** On every page that comes into sight. Call once a page of the browser. */
export function warmUp() {
    document.addEventListener("diaoyan-page", (event) => soon(/** @type {CustomEvent} */ (event).detail));
    const root = /** @type {any} */ (document.getElementById("filling"));
    if (root && root.form) soon(root.form); // the form was there before this script
}

function soon(form) {
    clearTimeout(timer);
    timer = setTimeout(() => idle(() => warm(form)), READ);
}

function warm(form) {
    const { closed, reading, questions } = form;
    if (closed || reading || !questions) return;
    const { section } = questions;
    const isInUse = section.contains(document.activeElement); // whoever has begun needs it no more
    if (!section.isConnected || isInUse || section.getElementsByTagName("*").length > MOST) return;
    layOut(section);
    if (!tried) idle(() => tryTaps(form));
}

/** A copy in a document without a window: nothing is fetched for it. */
function copyOf(section) {
    const made = document.implementation.createHTMLDocument("").importNode(section, true);
    for (const one of made.querySelectorAll("template,img,audio")) one.remove();
    return made;
}

/** All of the page is laid out once, open and chosen, out of sight and within one turn. */
function layOut(section) {
    const copy = document.adoptNode(copyOf(section));
    for (const one of copy.querySelectorAll("[hidden]")) one.hidden = false;
    for (const one of copy.querySelectorAll("[name]")) one.removeAttribute("name"); // it unticks nothing of the page
    for (const one of copy.querySelectorAll(".pick input")) one.checked = true;
    copy.style.cssText = `position:fixed;visibility:hidden;width:${section.offsetWidth}px`;
    section.parentNode.insertBefore(copy, section);
    copy.getBoundingClientRect();
    copy.remove();
}

/** Some at a time; the copy has a state of its own. */
function tryTaps(form) {
    if (form.closed || !form.questions) return;
    const page = copyOf(form.questions.section);
    const twin = form.questions.on(page, form.stored());
    const picks = page.querySelectorAll("[data-path] .pick input");
    const some = () => {
        do tap(twin, picks[tried % picks.length]);
        while (++tried % AT_ONCE);
        if (tried < TRIED) idle(some);
    };
    if (picks.length) some();
}

function tap(questions, pick) {
    const block = questions.blockOf(pick);
    if (!block) return; // another answer has put other choices in its place
    pick.checked = !pick.checked;
    questions.take(block);
    questions.show(block);
    questions.judge(block);
}
