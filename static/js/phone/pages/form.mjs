/** Holds a visit that is being filled in: its state, the page in sight, going from page to page, and what is said above it.
 *
 * The questions stand in the page already; here they are shown and hidden, filled in and read. The other screens of the form:
 * entries.mjs, check.mjs, receipt.mjs, read_only.mjs, attendance.mjs; what is said above it: standing.mjs, remarks.mjs.
 */

import { FormState } from "../../rules/evaluation.mjs";
import { itemsOf, onChange } from "../outbox/outbox.mjs";
import { instance, target } from "../questions/controls.mjs";
import { Questions } from "../questions/questions.mjs";
import { moment, say } from "../questions/words.mjs";
import { actsOf } from "./acts.mjs";
import { attended } from "./attendance.mjs";
import { showCheck } from "./check.mjs";
import { showEntries } from "./entries.mjs";
import { faulty } from "./faults.mjs";
import { firstPageOf, placeOf, places, step, titleOf } from "./page_order.mjs";
import { showReadOnly } from "./read_only.mjs";
import { showReceipt } from "./receipt.mjs";
import { showRemarks } from "./remarks.mjs";
import { showStanding } from "./standing.mjs";

const SCREENS = ["f-answers", "f-check", "f-receipt", "f-start", "f-reading", "f-drafts"];
const CHECK = "!check";
const RECEIPT = "!receipt";

export class Form {
    /** `saving` holds the row; `texts` the page's words; `language` its language. */
    constructor(root, saving, pkg, { texts, language, leave }) {
        this.root = root;
        this.saving = saving;
        this.row = saving.row;
        this.pkg = pkg;
        this.texts = texts;
        this.language = language;
        this.leave = leave;
        this.suffix = document.title.includes(" · ") ? document.title.slice(document.title.lastIndexOf(" · ")) : "";
        this.questions = null;
        this.gaps = null; // what the check found, once it was seen
        this.closed = this.reading = this.damaged = false;
        this.acts = actsOf(this);
        this.rebuild();
    }

    $(id) {
        return this.root.querySelector(`#${id}`);
    }

    /** The state anew from the row. */
    rebuild() {
        const { answers, repeats } = this.row;
        const how = { now: this.clock(), language: this.language, begins: false };
        this.state = new FormState(this.pkg, answers, repeats, how);
        this.about = {
            texts: this.texts,
            comments: this.row.comments || [],
            before: this.row.head && this.isReturned() ? this.row.head.answers : {},
            attended: attended(this.pkg),
        };
    }

    /** The campaign's clock: that of a rehearsal, or the phone's, in China. */
    clock() {
        if (this.row.about.as_of) return this.row.about.as_of;
        return `${new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 23)}+08:00`;
    }

    isReturned() {
        return this.row.assignment.state === "returned";
    }

    keys() {
        return places(this.state).map((place) => place.key);
    }

    // Going from page to page.

    /** Begin where the address says, else where the person was, else at the first remark, else at the beginning. */
    open({ typed = false } = {}) {
        this.earlier = typed && this.row.changed; // a draft kept earlier
        showStanding(this);
        const hash = decodeURIComponent(window.location.hash.slice(1));
        const keys = this.keys();
        const remark = this.isReturned() && !this.row.changed ? this.firstRemark() : null;
        const key = [hash, remark, this.row.page].find((one) => keys.includes(one)) || keys[0];
        const isScreen = hash === CHECK || hash === RECEIPT;
        if (!isScreen || (hash === CHECK && typed)) this.go(key, { replace: true, typed, quiet: true });
        if (isScreen) this.go(hash, { replace: true });
    }

    firstRemark() {
        for (const { path } of this.row.comments || []) {
            const place = path && placeOf(this.state, path);
            if (place) return place.key;
        }
        return null;
    }

    address(key) {
        return `/visits/${this.row.visit}/form#${encodeURIComponent(key)}`;
    }

    /** Show a page or a screen. `back`: history brought us here; `path`: the question to go to. */
    go(key, { replace = false, back = false, quiet = false, typed = false, path = "", strict = false } = {}) {
        if (this.reading) return undefined;
        const isHere = window.location.href.endsWith(this.address(key));
        if (!back) history[replace || isHere ? "replaceState" : "pushState"]({ form: key }, "", this.address(key));
        if (key === CHECK) return showCheck(this);
        if (key === RECEIPT) return showReceipt(this);
        const place = places(this.state).find((one) => one.key === key);
        if (!place) return this.go(CHECK, { replace: true });
        if (this.row.page !== key) {
            this.row.page = key;
            this.saving.soon();
        }
        this.page(place, { typed, strict });
        if (path) this.toQuestion(path);
        else if (!quiet) this.toTop();
    }

    page(place, { typed, strict }) {
        this.place = place;
        const at = step(this.state, place.key);
        this.at = at;
        this.sight("f-answers");
        const isList = place.page.kind === "list";
        this.$("f-entries").hidden = true;
        const section = isList ? this.blank(null) : this.section(place.key);
        this.questions = section && new Questions(section, this.state, this.about);
        if (this.questions) {
            if (typed && this.questions.takeTouched()) this.changed();
            this.questions.show();
            this.questions.judgeAll(strict);
        }
        if (isList) showEntries(this, place);
        this.head(this.titleOf(place), at);
        this.buttons(at, isList);
        this.tell();
    }

    /** Photos and the like are drawn by a script of their own (media.mjs), which may come later than this page. */
    tell() {
        this.root.form = this;
        document.dispatchEvent(new CustomEvent("diaoyan-page", { detail: this }));
    }

    /** The section of a page in sight, all others hidden; that of an entry is a copy of its pattern. */
    section(key) {
        const form = this.$("f-answers");
        const all = Array.from(form.querySelectorAll("section[data-page]"));
        let section = all.find((one) => one.getAttribute("data-page") === key);
        if (!section) {
            const pattern = form.querySelector(`template[data-pattern="${key.replace(/\[[0-9]+\]/g, "[]")}"]`);
            if (!pattern) return null;
            section = instance(pattern, key);
            form.insertBefore(section, this.$("f-entries"));
        }
        this.blank(section);
        section.hidden = false;
        return section;
    }

    /** Hide every section but one; copies go, since entries are renumbered. */
    blank(but) {
        for (const one of Array.from(this.root.querySelectorAll("section[data-page]"))) {
            if (one === but) continue;
            if (one.getAttribute("data-page").includes("[")) one.remove();
            else one.hidden = true;
        }
        return null;
    }

    titleOf(place) {
        return titleOf(this.state, place);
    }

    head(title, at) {
        this.$("f-where").hidden = this.$("f-progress").hidden = !at;
        if (at) {
            say(this.$("f-where"), at);
            this.$("f-progress").max = at.total;
            this.$("f-progress").value = at.number;
        }
        this.$("f-title").textContent = title;
        this.title = title;
        document.title = title + this.suffix;
        this.$("f-firm").textContent = this.row.assignment.title;
        this.$("f-faults").hidden = true;
        this.saved();
    }

    buttons(at, isList) {
        const form = this.$("f-answers");
        const button = (name) => form.querySelector(`.btns [data-do="${name}"]`);
        const isEntry = at.list !== undefined && !at.next;
        say(button("next"), {}, isList ? "list" : isEntry ? "entry" : at.next || at.list !== undefined ? "" : "last");
        say(button("previous"), {}, at.previous || at.list !== undefined ? "" : "first");
        button("remove").hidden = at.list === undefined || isList;
        const { base } = this.row;
        say(button("check"), {}, base ? "again" : "");
        button("check").hidden = !at.next || !(base || this.gaps); // the check was seen
    }

    /** One screen in sight. */
    sight(id) {
        for (const one of SCREENS) this.$(one).hidden = one !== id;
        this.$("f-place").hidden = false;
        this.$("f-standing").hidden = id === "f-receipt" || !this.$("f-standing").firstChild; // a receipt has words of its own
        const isFilling = id === "f-answers" || (id === "f-check" && !this.row.changed);
        this.$("f-returned").hidden = !isFilling || !this.isReturned();
        if (!this.$("f-returned").hidden) showRemarks(this, id === "f-answers");
        if (id !== "f-answers") this.questions = null;
    }

    toTop() {
        window.scrollTo(0, 0);
        this.$("f-title").focus({ preventScroll: true });
    }

    toQuestion(path) {
        const block = this.questions && this.questions.blockAt(path);
        if (!block) return this.toTop();
        const control = target(block);
        block.scrollIntoView();
        control.focus({ preventScroll: true });
    }

    /** Go to the page of a question, and there to the question. */
    jump(key, path, strict = false) {
        this.go(key, { path, strict });
    }

    // Answers.

    /** A key or a choice; `hasLeft`: the person has left the field, so that what is wrong may be said. */
    answered(control, hasLeft) {
        const { questions } = this;
        const block = questions && questions.blockOf(control);
        if (!block) return;
        if (questions.take(block)) {
            if (control.type === "radio") questions.takeOnlyChoices(); // a list that is still being ticked is left alone
            this.changed();
            questions.show(block);
        }
        this.rejudge(control, hasLeft ? block : null);
    }

    /** What was said to be wrong stays so until it is right, also what is missing; what is pressed stays under the finger. */
    rejudge(control, leftBlock) {
        const { questions } = this;
        const had = (block) => block.classList.contains("has-error");
        const judged = questions.blocks.filter((block) => block === leftBlock || had(block));
        const verdicts = judged.map((block) => [block, questions.wrong(block, had(block))]);
        const isMoving = verdicts.some(([block, words]) => Boolean(words) !== had(block));
        const before = isMoving && control.getBoundingClientRect().top;
        for (const [block, words] of verdicts) questions.tell(block, words);
        if (isMoving) window.scrollBy(0, control.getBoundingClientRect().top - before);
    }

    changed() {
        this.row.changed = new Date().toISOString();
        this.saving.soon(() => {
            this.row.answers = this.state.raw();
            this.row.repeats = this.state.repeats;
            this.row.clock = this.state.now;
        });
    }

    /** The button at the end of a page. */
    next() {
        const faults = this.questions ? this.questions.judgeAll() : [];
        if (faults.length) return faulty(this, faults);
        const { at } = this;
        this.tick();
        const keys = this.keys();
        if (!keys.includes(this.place.key)) return this.go(CHECK);
        const now = step(this.state, this.place.key);
        if (now.next) return this.go(now.next);
        return this.go(at.list === undefined ? CHECK : at.list);
    }

    previous() {
        const { previous, list } = step(this.state, this.place.key);
        if (previous || list) return this.go(previous || list);
        return this.leave();
    }

    /** Move the clock and see to it that the row is on the disk. */
    tick() {
        this.state.at(this.clock());
        this.saving.now();
    }

    // What is said above.

    saved() {
        const line = this.$("f-saved");
        if (!this.row.changed) {
            line.textContent = this.row.base ? line.getAttribute("data-handed") : "";
            return;
        }
        say(line, moment(this.row.changed, this.texts), this.row.changed === this.earlier ? "found" : "");
    }

    // Everything that is pressed.

    listen() {
        const form = this.$("f-answers");
        form.addEventListener("input", ({ target }) => {
            if (!/^(radio|checkbox|select)/.test(target.type)) this.answered(target, false); // a choice is told as a change too
        });
        form.addEventListener("change", (event) => this.answered(event.target, true));
        form.addEventListener("submit", (event) => event.preventDefault());
        form.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.isComposing) return;
            event.preventDefault();
            this.next();
        });
        this.hear("addEventListener");
        this.online();
        onChange(() => !this.closed && !this.$("f-receipt").hidden && showReceipt(this));
    }

    /** The form leaves the page: what it had not saved is saved, another page may write. */
    close() {
        this.closed = true;
        this.hear("removeEventListener");
        return this.saving.over();
    }

    /** What is pressed in the form, and what the browser says beside it, comes to `handleEvent` from now on, or no more. */
    hear(how) {
        /** @type {any} */
        const view = window;
        this.root[how]("click", this);
        for (const kind of ["popstate", "online", "offline"]) view[how](kind, this);
    }

    handleEvent(event) {
        if (event.type === "click") this.pressed(event);
        else if (event.type === "popstate") this.popped();
        else this.online();
    }

    pressed(event) {
        const button = event.target.closest("[data-do]");
        const act = button && this.acts[button.getAttribute("data-do")];
        if (!act) return;
        event.preventDefault();
        act(button);
    }

    online() {
        this.$("f-offline").hidden = navigator.onLine !== false;
    }

    popped() {
        const key = decodeURIComponent(window.location.hash.slice(1));
        if (!window.location.pathname.endsWith(`/visits/${this.row.visit}/form`)) return;
        if (this.reading) return;
        this.go(key, { back: true });
    }

    again() {
        this.go(this.keys()[0]);
    }

    /** Read only: another page writes. */
    lost() {
        if (this.closed) return;
        this.reading = true;
        showReadOnly(this, true);
    }

    pending() {
        return itemsOf(this.row.visit);
    }

    firstOf(entry) {
        return firstPageOf(this.keys(), entry);
    }
}
