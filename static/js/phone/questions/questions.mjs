/** Keeps the questions of one page in step with the answers: what is open, offered, given, wrong, asked for by the desk, read back. */

import { offer } from "./choices.mjs";
import { fill, isTouched, redescribe } from "./controls.mjs";
import { echoOf } from "./echoes.mjs";
import { readControls } from "./posted.mjs";
import { copy, part, say } from "./words.mjs";
import { wordsFor } from "./wrong.mjs";

const isNote = (node) => node.def.type === "note";
const SEEN_TYPES = ["date", "select_multiple"];

export class Questions {
    /** `about`: {texts, comments: [{path, text}], before: {path: answer}}. */
    constructor(section, state, about) {
        this.section = section;
        this.state = state;
        this.about = about;
        this.blocks = Array.from(section.querySelectorAll("[data-path]"));
        this.shown = [];
    }

    pathOf(block) {
        return block.getAttribute("data-path");
    }

    nodeOf(block) {
        return this.state.node(this.pathOf(block));
    }

    blockAt(path) {
        return this.blocks.find((block) => this.pathOf(block) === path);
    }

    /** The block a control stands in. */
    blockOf(control) {
        return this.blocks.find((block) => block.contains(control));
    }

    /** Take over what the controls of a block say. Gives whether the answer changed. */
    take(block) {
        const node = this.nodeOf(block);
        if (!node || isNote(node) || block.disabled || !block.hasAttribute("data-type") || node.readonly) return false;
        const raw = readControls(block, this.pathOf(block));
        if (raw === null || raw === node.raw) return false;
        this.state.set(this.pathOf(block), raw);
        return true;
    }

    /** Where other answers leave one choice, it is taken. */
    takeOnlyChoices() {
        for (const node of this.blocks.map((block) => this.nodeOf(block))) {
            const isAsked = node && node.relevant && node.required && !node.readonly && !node.raw;
            const isLeft = isAsked && node.def.type === "select_one" && node.def.items.filter;
            if (isLeft && node.choices.length === 1) this.state.set(node.path, node.choices[0]);
        }
    }

    /** What was typed or ticked before the script was there. Gives whether there was any. */
    takeTouched() {
        const touched = this.blocks.filter((block) => isTouched(block, this.pathOf(block)));
        return touched.map((block) => this.take(block)).some(Boolean);
    }

    /** Bring everything in sight up to date; with `currentBlock`, the block the person is in, only what is another than before. */
    show(currentBlock = null) {
        for (const [place, block] of this.blocks.entries()) {
            const node = this.nodeOf(block);
            if (!node || (!this._differs(place, node) && currentBlock && block !== currentBlock)) continue;
            const { relevant } = node;
            if (block.hidden === relevant) block.hidden = !relevant;
            if ("disabled" in block && block.disabled === relevant) block.disabled = !relevant;
            if (!relevant) continue;
            if (isNote(node)) this._words(block, node);
            else if (block.hasAttribute("data-type")) this._question(block, node, block === currentBlock);
            else this._answer(block, node);
        }
        this._heads();
    }

    /** Whether a question is another than when it was last looked at here; words with answers in them always may be. */
    _differs(place, node) {
        const { relevant, raw, choices, required, readonly } = node;
        const before = this.shown[place];
        const now = [relevant, raw, choices, required, readonly];
        this.shown[place] = now;
        return !before || now.some((fact, at) => fact !== before[at]) || this._holdsAnswers(node);
    }

    _holdsAnswers(node) {
        return Array.isArray(this.state.pkg.itext[this.state.language][node.def.label]);
    }

    _question(block, node, isChanged) {
        const path = this.pathOf(block);
        const optional = block.querySelector(".legend em");
        if (optional) optional.hidden = node.required;
        const none = block.querySelector(".pick input[type=radio][value='']");
        if (none) none.parentElement.hidden = node.required;
        if (this._holdsAnswers(node)) {
            block.querySelector(".legend").firstChild.nodeValue = this.state.label(path);
        }
        if (node.select) {
            offer(block, path, node, this.state, this.about.texts);
            const waits = block.querySelector("[data-words=waits]");
            if (waits) waits.hidden = node.choices.length > 0 || Boolean(node.raw);
        }
        if (!isChanged) fill(block, path, node.raw);
        this._given(block, node);
        if (!node.readonly) this._echo(block, echoOf(block, node.raw, this.about.texts), isChanged);
        this._remarks(block, path, node);
    }

    /** What the form itself fills in stands there to be read. */
    _answer(block, node) {
        const words = block.querySelector("[data-words=answer]");
        if (words) words.textContent = shownAnswer(this.state, node) || "—";
    }

    /** What the assignment or the attendance gives is read, not changed. */
    _given(block, node) {
        let box = block.querySelector(".given");
        if (!node.readonly && !box) return;
        if (!box) {
            box = copy("t-given");
            block.appendChild(box);
        }
        box.hidden = !node.readonly;
        for (const child of block.children) {
            const stays = child === box || child.classList.contains("legend") || child.classList.contains("echo");
            if (!stays) child.hidden = node.readonly;
        }
        box.firstElementChild.textContent = shownAnswer(this.state, node) || "—";
        const ofAttendance = (this.about.attended || []).includes(this.pathOf(block));
        part(box, "present").hidden = !ofAttendance;
        box.querySelector(".hint").hidden = ofAttendance;
    }

    /** A count is spoken after a pause, not at every key; what is seen changes at once. */
    _echo(block, text, isChanged) {
        const line = block.querySelector(".echo");
        if (!line || line.textContent === text) return;
        const typing = isChanged && !SEEN_TYPES.includes(block.getAttribute("data-type"));
        line.setAttribute("aria-live", typing ? "off" : "polite");
        line.textContent = text;
        line.hidden = !text;
        redescribe(block);
        clearTimeout(this._spoken);
        if (typing) {
            this._spoken = setTimeout(() => {
                line.setAttribute("aria-live", "polite");
                line.textContent = `${text}\u200b`;
            }, 1000);
        }
    }

    /** What the desk asks here, and the answer that stood before, to be put back. */
    _remarks(block, path, node) {
        const comments = this.about.comments.filter((one) => one.path === path);
        if (!comments.length) return;
        if (!block.querySelector(".note.is-back")) {
            const note = copy("t-remark");
            note.id = `${block.id}-c`;
            for (const { text } of comments) note.appendChild(document.createElement("p")).textContent = text;
            block.insertBefore(note, block.querySelector(".legend").nextSibling);
            redescribe(block);
        }
        let before = block.querySelector(".before");
        const earlier = this.about.before[path] || "";
        const differs = Boolean(earlier) && earlier !== node.raw;
        if (!before && differs) {
            before = copy("t-before");
            block.appendChild(before);
            before.querySelector("button").value = path;
        }
        if (before) {
            before.hidden = !differs;
            if (differs) say(before.firstElementChild, { answer: shownRaw(this.state, node, earlier) });
        }
    }

    _words(block, node) {
        const words = block.querySelector("[data-words]");
        const text = this.state.label(node.path).replace(/^⚠\s*/, "");
        if (words && words.textContent !== text) words.textContent = text;
    }

    /** A heading inside the page is there when one of its questions is. */
    _heads() {
        let isAlone = true;
        for (const child of Array.from(this.section.children).reverse()) {
            if (child.tagName === "H2") {
                if (child.hidden !== isAlone) child.hidden = isAlone;
                isAlone = true;
            } else if (child.hasAttribute("data-path") && !child.hidden) isAlone = false;
        }
    }

    /** Say or unsay what is wrong with a block; `strict`: what is missing is wrong too. Gives the words, or "". */
    judge(block, strict = false) {
        const wrong = this.wrong(block, strict);
        this.tell(block, wrong);
        return wrong;
    }

    /** Say these words at a block, or with "" nothing. */
    tell(block, words) {
        sayError(block, words, this.about.texts);
    }

    /** The words for what is wrong with a block, or "". */
    wrong(block, strict) {
        const node = this.nodeOf(block);
        return !node || isNote(node) || !block.hasAttribute("data-type")
            ? ""
            : wordsFor(node, this.about.texts, strict);
    }

    /** Everything wrong on the page: [{block, label, message}]. */
    judgeAll(strict = false) {
        const faults = [];
        for (const block of this.blocks) {
            const message = this.judge(block, strict);
            if (message) faults.push({ block, label: this.state.label(this.pathOf(block)), message });
        }
        return faults;
    }
}

function sayError(block, message, texts) {
    let line = Array.from(block.children).find((child) => child.classList.contains("err"));
    if (!message && !line) return;
    block.classList.toggle("has-error", Boolean(message));
    for (const control of block.querySelectorAll(".in"))
        control.setAttribute("aria-invalid", message ? "true" : "false");
    if (!message) {
        line.remove();
        redescribe(block);
        return;
    }
    if (!line) {
        line = document.createElement("p");
        line.className = "err";
        line.id = `${block.id}-e`;
        const first = Array.from(block.children).find((child) => child.matches(".picks, .unit, .in, div:not(.note)"));
        block.insertBefore(line, first || block.querySelector(".echo"));
        redescribe(block);
    }
    const text = texts.error + message;
    if (line.textContent !== text) line.textContent = text;
}

/** An answer as people read it: the labels of choices, anything else as it is. */
export const shownAnswer = (state, node) => shownRaw(state, node, node.raw);

function shownRaw(state, node, raw) {
    if (!node.select) return raw;
    return raw
        .split(" ")
        .filter(Boolean)
        .map((word) => state.choiceLabel(node.path, word))
        .join(state.language.startsWith("zh") ? "、" : ", ");
}
