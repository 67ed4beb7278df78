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
    idle(() => tryTaps(form));
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

/** Some at a time; the copy has a state of its own. Many on the first page, to find the way; on others each pick, to see what opens. */
function tryTaps(form) {
    const { questions } = form;
    if (form.closed || !questions) return;
    const page = copyOf(questions.section);
    const twin = questions.on(page, form.stored());
    const picks = page.querySelectorAll("[data-path] .pick input");
    const most = tried ? Math.min(picks.length, TRIED) : TRIED;
    let done = 0;
    const some = () => {
        do tap(twin, picks[done % picks.length]);
        while (++done % AT_ONCE);
        tried += AT_ONCE;
        if (done < most) idle(some);
        else if (form.questions === questions && !form.closed) handOver(questions, twin);
    };
    if (picks.length) some();
}

/** Choices that opened on the copy stand ready in the page's own questions, where these are hidden and have none. */
function handOver(questions, twin) {
    for (const block of questions.blocks) {
        const [node, other] = [questions.nodeOf(block), twin.blockAt(questions.pathOf(block))];
        if (!block.hidden || !node || !node.select || node.raw || node.def.type === "rank") continue;
        if (!other || !other.offered || block.querySelector("template") || holdsAnswers(questions.state, node))
            continue;
        const [own, made] = [block, other].map((one) => one.querySelector("select, .picks"));
        if (!own || !made || own.querySelector("[value]:not([value=''])")) continue;
        while (own.lastChild) own.removeChild(own.lastChild);
        while (made.firstChild) own.appendChild(made.firstChild);
        if (own.options) own.selectedIndex = 0; // each was the chosen one as it left the copy
        const none = own.querySelector("input[value='']");
        if (none) none.checked = true;
        block.offered = other.offered;
    }
}

function tap(questions, pick) {
    const block = questions.blockOf(pick);
    if (!block) return; // another answer has put other choices in its place
    pick.checked = !pick.checked;
    questions.take(block);
    questions.show(block);
    questions.judge(block);
}

/** Whether a choice of the question is worded by what was answered. */
function holdsAnswers({ pkg, language }, { def }) {
    const rows = pkg.sec[(def.items || {}).list] || [];
    return rows.some((row) => Array.isArray((pkg.itext[language] || {})[row.label]));
}
