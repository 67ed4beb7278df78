/** The page of the editor: the section as it is set and written in, the bar of tools, what is told of saving. */

import { baseKeymap } from "prosemirror-commands";
import { history } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import { EditorState, Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { acts, chosenFigure, jump, keys, putFigure, putIn, rewriteFigure } from "./acts.mjs";
import { clipboard } from "./clipboard.mjs";
import { identities } from "./identities.mjs";
import { margin, wrongKey } from "./margin.mjs";
import { pick } from "./picking.mjs";
import { Saving } from "./saving.mjs";
import { LINE_KINDS, lineNode, rawOf, schema, sourcesOf } from "./schema.mjs";
import { newId } from "./text.mjs";
import { FigureView, FixedView } from "./views.mjs";

/** Every element of a selector, as an array. @param {ParentNode} node @param {string} selector @returns {any[]} */
const all = (node, selector) => Array.from(node.querySelectorAll(selector));

export class Page {
    constructor(form) {
        this.form = form;
        this.words = form.dataset;
        this.paper = document.querySelector(".paper");
        this.values = JSON.parse(form.dataset.values);
        this.figures = new Set(); // the views of all figures on the page
        this.set = new Map(); // tables, charts and lists as the server set them, by id
        this.known = new Set(); // ids of blocks that are or were this section's
        this.pressed = null; // the button that sends a form
        this.saving = new Saving(form, this);
    }

    start() {
        const nodes = this.readForm();
        const place = document.createElement("div");
        for (const one of all(this.paper, ":scope > [data-block], :scope > p.quiet")) one.remove();
        this.paper.append(place);
        this.view = new EditorView(
            { mount: place },
            {
                state: this.stateOf(nodes),
                attributes: {
                    role: "textbox",
                    "aria-multiline": "true",
                    "aria-label": this.words.paragraph,
                    spellcheck: "false",
                },
                nodeViews: {
                    figure: (node) => new FigureView(node, this),
                    fixed: (node) => new FixedView(node, this),
                },
                handleTextInput: (_view, _from, _to, text) =>
                    text === "/" ? this.openFigures("/") : text === "}" && this.closeToken(),
                dispatchTransaction: (tr) => this.dispatched(tr),
                ...clipboard(this),
            },
        );
        document.querySelector(".work.editor").classList.add("with-script");
        document.getElementById("writing-tools").hidden = false;
        const wrong = {};
        for (const one of all(this.form, "[data-wrong]")) wrong[one.dataset.of] = one.dataset.wrong;
        this.tellWrong(wrong);
        this.listen();
        this.restore();
        this.offerChoices();
    }

    /** The blocks of the section: words from their fields, the rest as it is set. */
    readForm() {
        return all(this.form, "[data-of]").map((row) => {
            const { of: id, kind, hint, sources } = row.dataset;
            this.known.add(id);
            if (LINE_KINDS.includes(kind)) {
                const text = row.querySelector("textarea").value;
                return lineNode({ id, kind, hint, text, sources: JSON.parse(sources || "[]") });
            }
            const shown = this.paper.querySelector(`[data-block="${id}"]`);
            if (shown) this.set.set(id, shown);
            return schema.nodes.fixed.create({ id });
        });
    }

    stateOf(nodes) {
        const doc = schema.node("doc", null, nodes.length ? nodes : [lineNode({ id: newId(), kind: "paragraph" })]);
        const plugins = [
            identities,
            margin(this.words),
            history(),
            keymap({
                ...keys,
                F7: jump((node) => node.attrs.kind === "blank"),
                F8: jump((node) => this.isWrong(node)),
            }),
            keymap(baseKeymap),
        ];
        return EditorState.create({ doc, plugins, selection: Selection.atEnd(doc) });
    }

    dispatched(tr) {
        this.view.updateState(this.view.state.apply(tr));
        if (!tr.docChanged) return;
        this.view.state.doc.forEach((node) => void this.known.add(node.attrs.id));
        this.saving.changed();
    }

    run(command) {
        command(this.view.state, this.view.dispatch, this.view);
        this.view.focus();
    }

    listen() {
        document.addEventListener("mousedown", (event) => {
            if (buttonOf(event)) event.preventDefault(); // the cursor stays where it is
        });
        document.addEventListener("click", (event) => this.click(event));
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
        const nodeById = new Map();
        this.view.state.doc.forEach((node) => void nodeById.set(node.attrs.id, node));
        const kept = backup.blocks.map((row) => restored(row, nodeById.get(row.id)));
        const ids = new Set(backup.blocks.map((row) => row.id));
        nodeById.forEach((node, id) => {
            if (node.type === schema.nodes.fixed && !ids.has(id)) kept.push(node);
        });
        const { tr, doc } = this.view.state;
        this.saving.version = backup.row_version;
        this.view.dispatch(tr.replaceWith(0, doc.content.size, kept));
        this.tell(this.words.restored);
    }

    // --- what is sent, what is told -----------------------------------------------------------------------------

    now(version) {
        const blocks = [];
        this.view.state.doc.forEach((node) => void blocks.push(rowOf(node)));
        return { section: this.form.querySelector("[name=section]").value, row_version: version, blocks };
    }

    tell(words) {
        document.getElementById("saved").textContent = words;
    }

    tellForeign() {
        this.tell(this.words.foreign);
    }

    refused(words) {
        this.tell(`${this.words.refused} ${words}`);
    }

    saved(answer) {
        this.tell([answer.saved, ...answer.released].join(" "));
        Object.assign(this.values, answer.values);
        for (const one of this.figures) one.show();
        for (const [id, html] of Object.entries(answer.set)) this.show(id, html);
        this.tellWrong(answer.wrong);
        document.getElementById("count-blanks").textContent = answer.blanks;
        document.getElementById("count-wrong").textContent = answer.contradictions;
        const here = document.querySelector(".tree [aria-current] .chars");
        if (here) here.textContent = answer.chars;
    }

    /** What was put in, as the server set it. */
    show(id, html) {
        const shown = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
        const place = this.paper.querySelector(`.fixed[data-block="${id}"]`);
        if (!shown) return;
        this.set.set(id, document.importNode(shown, true));
        if (!place) return;
        place.textContent = "";
        place.append(this.set.get(id).cloneNode(true));
    }

    tellWrong(wrong) {
        this.view.dispatch(this.view.state.tr.setMeta(wrongKey, wrong));
    }

    isWrong(node) {
        return node.attrs.id in wrongKey.getState(this.view.state);
    }

    /** What a figure reads, as far as this page knows. */
    reading(key) {
        return this.values[key] === undefined ? `{{${key}}}` : this.values[key];
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
        this.tell(this.words.refused);
    }

    // --- figures, tables, charts, lists -------------------------------------------------------------------------

    /** The list that opens at the cursor; `words` stand there where nothing is chosen. */
    openFigures(words = "") {
        this.open(this.words.figures, (choice) => {
            if (!choice) return words && this.view.dispatch(this.view.state.tr.insertText(words));
            this.values[choice.key] = choice.text;
            return this.run(putFigure(choice.key));
        });
        return true;
    }

    /** A token that was typed out is a figure with its last brace. */
    closeToken() {
        const { $from } = this.view.state.selection;
        const typed = /\{\{([^{}]+)\}$/.exec($from.parent.textBetween(0, $from.parentOffset, "", "\ufffc"));
        if (!typed) return false;
        const { tr } = this.view.state;
        tr.replaceWith($from.pos - typed[0].length, $from.pos, schema.nodes.figure.create({ key: typed[1].trim() }));
        this.view.dispatch(tr);
        return true;
    }

    openMaterial() {
        this.open(this.words.material, (choice) => {
            if (!choice) return;
            this.run(putIn(schema.nodes.fixed.create({ id: newId(), of: choice.key, label: choice.label })));
            this.saving.save();
        });
    }

    /** To the form of a comment at the paragraph with the cursor; what was written is kept before. */
    async remark() {
        const { $from } = this.view.state.selection;
        const block = this.view.state.doc.child(Math.min($from.index(0), this.view.state.doc.childCount - 1));
        if (await this.saving.save()) location.assign(`${this.words.remark}&block=${block.attrs.id}#comment`);
    }

    open(address, done) {
        const { view } = this;
        pick(this.form, address, view.coordsAtPos(view.state.selection.head), (choice) => {
            done(choice);
            view.focus();
        });
    }

    /** The right column tells of a figure: what it counts, how else it may be written. */
    async tellOf(key) {
        const address = new URL(location.href);
        address.searchParams.set("tab", "figures");
        address.searchParams.set("figure", key);
        const answer = await fetch(address.href).catch(() => null);
        const figure = chosenFigure(this.view.state);
        if (!answer || !answer.ok || !figure || figure.attrs.key !== key) return;
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

    // --- buttons ------------------------------------------------------------------------------------------------

    click(event) {
        const target = event.target instanceof Element ? event.target : null;
        if (!target) return;
        this.pressed = target.closest("button[type=submit]");
        const button = buttonOf(event);
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
        const { act, insert, rewrite, text } = button.dataset;
        const key = (insert || rewrite || "").slice(2, -2);
        if (key) this.values[key] = text;
        if (rewrite) this.run(rewriteFigure(key));
        else if (insert) this.run(putFigure(key));
        else if (act === "insert") this.openFigures();
        else if (act === "material") this.openMaterial();
        else if (act === "remark") this.remark();
        else if (act === "theirs") all(document, "#clash .theirs")[0].hidden = false;
        else if (act === "mine") {
            document.getElementById("clash").hidden = true;
            this.saving.over(this.theirs.version);
        } else if (acts[act]) this.run(acts[act]);
    }
}

const buttonOf = (event) =>
    event.target instanceof Element ? event.target.closest("[data-act],[data-insert],[data-rewrite]") : null;

/** A block as it is sent. */
function rowOf(node) {
    const { id, kind, of, like } = node.attrs;
    if (node.type === schema.nodes.line) return { id, kind, text: rawOf(node), sources: sourcesOf(node) };
    return { id, of, like };
}

/** A block that was not saved the last time. */
function restored(row, node) {
    if (row.text === undefined) return node || schema.nodes.fixed.create({ ...row, label: row.of });
    const hint = node ? node.attrs.hint : "";
    return lineNode({ ...row, hint });
}
