/** The page of the editor: its paragraphs in order, the bar of tools, keys, and what is told of saving. */

import { pick } from "./picking.mjs";
import { Saving } from "./saving.mjs";
import {
    all,
    caret,
    chip,
    chipBefore,
    cutBehind,
    fill,
    insert,
    isAtStart,
    isChip,
    read,
    setCaret,
    takenOut,
} from "./surface.mjs";
import { lines as linesOf, newId } from "./text.mjs";

const TEXT_KINDS = ["paragraph", "case", "heading", "blank"];

export class Page {
    constructor(form) {
        this.form = form;
        this.paper = document.querySelector(".paper");
        this.values = JSON.parse(form.dataset.values);
        this.line = null; // the paragraph that was written in last
        this.chosen = null; // the chip that is chosen
        this.pressed = null; // the button that sends a form
        this.saving = new Saving(form, this);
    }

    start() {
        for (const row of all(this.form, "[data-of]")) {
            const block = this.paper.querySelector(`[data-block="${row.dataset.of}"]`);
            if (!block || !TEXT_KINDS.includes(row.dataset.kind)) continue;
            const line = this.make(row.dataset.of, row.dataset.kind, row.querySelector("textarea").value);
            if (row.dataset.hint) line.dataset.hint = row.dataset.hint;
            const sources = all(block, ".src").map((one) => one.textContent.trim());
            if (sources.length) line.dataset.sources = sources.join("；");
            block.replaceWith(line);
        }
        if (!this.paper.querySelector("[data-block]")) {
            for (const empty of all(this.paper, "p.quiet")) empty.remove();
            this.paper.append(this.make(newId(), "paragraph", ""));
        }
        document.querySelector(".work.editor").classList.add("with-script");
        document.getElementById("writing-tools").hidden = false;
        this.listen();
        this.restore();
        this.offerChoices();
    }

    make(id, kind, raw) {
        const line = document.createElement("p");
        line.dataset.block = id;
        line.contentEditable = "true";
        line.spellcheck = false;
        line.setAttribute("role", "textbox");
        line.setAttribute("aria-multiline", "true");
        line.setAttribute("aria-label", this.form.dataset.paragraph);
        this.setKind(line, kind);
        fill(line, raw, this.values);
        return line;
    }

    setKind(line, kind) {
        line.dataset.kind = kind;
        line.className = `written ${kind}`;
    }

    listen() {
        this.paper.addEventListener("focusin", (event) => this.entered(event.target));
        this.paper.addEventListener("input", () => this.saving.changed());
        this.paper.addEventListener("keydown", (event) => this.key(event));
        this.paper.addEventListener("paste", (event) => this.paste(event));
        this.paper.addEventListener("drop", (event) => event.preventDefault());
        this.paper.addEventListener("beforeinput", (/** @type {InputEvent} */ event) => {
            if (/^(format|insertFromDrop)/.test(event.inputType)) event.preventDefault();
        });
        document.addEventListener("mousedown", (event) => {
            const button =
                event.target instanceof Element
                    ? event.target.closest("[data-act],[data-insert],[data-rewrite]")
                    : null;
            if (button) event.preventDefault(); // the cursor stays where it is
        });
        document.addEventListener("click", (event) => this.click(event));
        document.addEventListener("keydown", (event) => this.jump(event));
        document.addEventListener("submit", (event) => this.submit(event));
        window.addEventListener("beforeunload", (event) => {
            if (this.saving.dirty) event.preventDefault();
        });
    }

    /** Whatever form is sent, what was written goes first; then the same button is pressed again. */
    submit(event) {
        if (!this.saving.dirty) return;
        event.preventDefault();
        const pressed = this.pressed;
        this.saving.save().then((isSaved) => {
            if (isSaved && pressed) pressed.click();
        });
    }

    entered(target) {
        const line = target instanceof Element ? target.closest(".written") : null;
        if (line) this.line = line;
    }

    /** What did not arrive the last time comes back. */
    restore() {
        const backup = this.saving.left();
        if (!backup || !Array.isArray(backup.blocks)) return;
        if (
            backup.row_version === this.saving.version &&
            JSON.stringify(backup) === JSON.stringify(this.now(backup.row_version))
        ) {
            this.saving.forget();
            return;
        }
        const lineById = new Map(Array.from(all(this.paper, "[data-block]"), (one) => [one.dataset.block, one]));
        for (const { id, kind, text } of backup.blocks) {
            let line = lineById.get(id);
            lineById.delete(id);
            if (!line) line = this.make(id, TEXT_KINDS.includes(kind) ? kind : "paragraph", text);
            else if (line.classList.contains("written")) fill(line, text, this.values);
            this.paper.append(line);
        }
        for (const [, line] of lineById) if (line.classList.contains("written")) line.remove();
        this.saving.version = backup.row_version;
        this.saving.changed();
        this.tell(this.form.dataset.restored);
    }

    // --- what is sent, what is told -----------------------------------------------------------------------------

    now(version) {
        const blocks = Array.from(all(this.paper, "[data-block]"), (one) =>
            one.classList.contains("written")
                ? { id: one.dataset.block, kind: one.dataset.kind, text: read(one) }
                : { id: one.dataset.block },
        );
        return { section: this.form.querySelector("[name=section]").value, row_version: version, blocks };
    }

    tell(words) {
        document.getElementById("saved").textContent = words;
    }

    refused(words) {
        this.tell(`${this.form.dataset.refused} ${words}`);
    }

    saved(answer) {
        this.tell(answer.saved);
        this.values = Object.assign(this.values, answer.values);
        for (const one of all(this.paper, "[data-figure]")) {
            const text = answer.values[one.dataset.figure];
            if (text !== undefined && one.textContent !== text) one.textContent = text;
            one.classList.toggle("bad", text !== undefined && text === `{{${one.dataset.figure}}}`);
        }
        for (const line of all(this.paper, ".written")) {
            const wrong = answer.wrong[line.dataset.block];
            line.classList.toggle("contradicts", Boolean(wrong));
            if (wrong) line.title = wrong;
            else line.removeAttribute("title");
        }
        document.getElementById("count-blanks").textContent = answer.blanks;
        document.getElementById("count-wrong").textContent = answer.contradictions;
        const here = document.querySelector(".tree [aria-current] .chars");
        if (here) here.textContent = answer.chars;
    }

    /** Another person saved the section: both texts are shown, and the person decides. */
    clash(cause, section) {
        this.theirs = section;
        const note = document.getElementById("clash");
        note.querySelector("p").textContent = cause;
        const box = note.querySelector(".theirs");
        box.textContent = "";
        box.append(...Array.from(section.paper.childNodes, (one) => document.importNode(one, true)));
        for (const one of all(box, "[data-block],[id]")) {
            one.removeAttribute("data-block");
            one.removeAttribute("id");
        }
        note.hidden = false;
        note.scrollIntoView({ block: "nearest" });
        this.tell(this.form.dataset.refused);
    }

    // --- keys ---------------------------------------------------------------------------------------------------

    key(event) {
        const line = event.target instanceof Element ? event.target.closest(".written") : null;
        const range = line && caret(line);
        if (!range || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Enter") {
            this.split(line, range);
        } else if (event.key === "/") {
            this.openList(line, range.cloneRange(), "/");
        } else if (event.key === "Backspace" && chipBefore(range)) {
            this.erase(chipBefore(range));
        } else if (event.key === "Backspace" && isAtStart(line, range)) {
            this.join(line);
        } else {
            return;
        }
        event.preventDefault();
    }

    split(line, range) {
        const rest = cutBehind(line, range);
        const next = this.make(newId(), line.dataset.kind === "case" ? "case" : "paragraph", rest);
        line.after(next);
        setCaret(next, "start");
        this.saving.changed();
    }

    join(line) {
        const before = line.previousElementSibling;
        if (!before || !before.classList.contains("written")) return;
        const first = read(before);
        const rest = read(line);
        fill(before, first, this.values);
        setCaret(before, "end");
        const range = caret(before);
        if (range && rest) {
            const mark = document.createTextNode("");
            range.insertNode(mark);
            const more = document.createElement("span");
            fill(more, rest, this.values);
            mark.after(...more.childNodes);
            setCaret(before, mark);
        }
        line.remove();
        this.saving.changed();
    }

    paste(event) {
        const line = event.target instanceof Element ? event.target.closest(".written") : null;
        const range = line && caret(line);
        event.preventDefault();
        if (!range) return;
        const [first, ...more] = linesOf(event.clipboardData.getData("text/plain"));
        if (first === undefined) return;
        const rest = more.length ? cutBehind(line, range) : "";
        const piece = document.createElement("span");
        fill(piece, first, this.values);
        const nodes = Array.from(piece.childNodes);
        range.deleteContents();
        for (const node of nodes.reverse()) range.insertNode(node);
        setCaret(line, nodes[0]);
        let last = line;
        more.forEach((text, place) => {
            const next = this.make(newId(), "paragraph", place === more.length - 1 ? text + rest : text);
            last.after(next);
            last = next;
        });
        this.saving.changed();
    }

    /** F7 the next place to be drafted, F8 the next that contradicts the data. */
    jump(event) {
        const selector = { F7: ".written.blank", F8: ".written.contradicts" }[event.key];
        if (!selector) return;
        const places = all(this.paper, selector);
        const next = places[(places.indexOf(this.line) + 1) % (places.length || 1)];
        if (next) setCaret(next, "start");
        event.preventDefault();
    }

    // --- figures ------------------------------------------------------------------------------------------------

    openList(line, range, words = "") {
        const near = range.getBoundingClientRect();
        pick(this.form, near.bottom ? near : line.getBoundingClientRect(), (choice) => {
            const node = choice ? this.figure(choice.key, choice.text) : document.createTextNode(words);
            if (choice || words) insert(line, range, node);
            this.saving.changed();
        });
    }

    figure(key, text) {
        this.values[key] = text;
        return chip(key, text);
    }

    choose(one) {
        if (this.chosen) this.chosen.removeAttribute("aria-current");
        this.chosen = one;
        one.setAttribute("aria-current", "true");
        this.tellOf(one.dataset.figure);
    }

    /** The first Backspace chooses a figure, the second takes it out. */
    erase(one) {
        if (one !== this.chosen) {
            this.choose(one);
            return;
        }
        one.remove();
        this.chosen = null;
        this.saving.changed();
    }

    /** The right column tells of a figure: what it counts, how else it may be written. */
    async tellOf(key) {
        const address = new URL(location.href);
        address.searchParams.set("tab", "figures");
        address.searchParams.set("figure", key);
        const answer = await fetch(address.href).catch(() => null);
        if (!answer || !answer.ok || !this.chosen || this.chosen.dataset.figure !== key) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const panel = document.querySelector(".work .panel");
        panel.textContent = "";
        panel.append(
            ...Array.from(page.querySelector(".work .panel").childNodes, (one) => document.importNode(one, true)),
        );
        this.offerChoices();
    }

    offerChoices() {
        for (const button of all(document, "[data-insert],[data-rewrite]")) button.hidden = false;
    }

    click(event) {
        const target = event.target instanceof Element ? event.target : null;
        if (!target) return;
        this.pressed = target.closest("button[type=submit]");
        const one = target.closest("[data-figure]");
        if (isChip(one) && this.paper.contains(one)) this.choose(one);
        const button = target.closest("[data-act],[data-insert],[data-rewrite]");
        const link = target.closest("a[href]");
        if (button) this.act(button);
        else if (link && this.saving.dirty && !link.getAttribute("href").startsWith("#")) {
            event.preventDefault();
            this.saving.save().then((isSaved) => {
                if (isSaved) location.assign(link.href);
            });
        }
    }

    act(button) {
        const { act, insert: token, rewrite, text } = button.dataset;
        if (rewrite && this.chosen) {
            const node = this.figure(rewrite.slice(2, -2), text);
            this.chosen.replaceWith(node);
            this.choose(node);
            this.saving.changed();
        } else if (token) {
            const line = this.line || this.paper.querySelector(".written");
            insert(line, this.place(line), this.figure(token.slice(2, -2), text));
            this.saving.changed();
        } else if (act === "theirs") {
            all(document, "#clash .theirs")[0].hidden = false;
        } else if (act === "mine") {
            document.getElementById("clash").hidden = true;
            this.saving.over(this.theirs.version);
        } else if (act && this.line) {
            this.change(act, this.line);
        }
    }

    /** Where the cursor is, else the end of the paragraph. */
    place(line) {
        const range = caret(line);
        if (range) return range.cloneRange();
        setCaret(line, "end");
        return caret(line).cloneRange();
    }

    change(act, line) {
        if (act === "insert") {
            this.openList(line, this.place(line));
            return;
        }
        const blocks = all(this.paper, "[data-block]");
        const at = blocks.indexOf(line);
        if (act === "up" && at > 0) blocks[at - 1].before(line);
        else if (act === "down" && blocks[at + 1]) blocks[at + 1].after(line);
        else if (act === "remove") this.remove(line);
        else if (TEXT_KINDS.includes(act)) this.setKind(line, act);
        if (line.isConnected) line.focus();
        this.saving.changed();
    }

    /** A paragraph that was taken out can be put back at its place. */
    remove(line) {
        const note = takenOut(this.form.dataset.gone, this.form.dataset.undo, () => {
            note.replaceWith(line);
            line.focus();
            this.saving.changed();
        });
        line.replaceWith(note);
        this.line = null;
    }
}
