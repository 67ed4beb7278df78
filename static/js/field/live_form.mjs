// The page's questions kept in step with the answers: what is open, what is offered, what is wrong, what was typed read back.

import { FormState } from "../evaluation.mjs";
import { offer } from "./choices.mjs";
import { echoOf } from "./echoes.mjs";
import { readControls } from "./posted.mjs";

const MARK = { warning: true, lead: true };

export const liveForm = (form, pkg, draft) => {
    const { answers, repeats, now, language, texts } = draft;
    const state = new FormState(pkg, answers, repeats, { now, language, begins: false });
    const blocks = Array.from(form.querySelectorAll("[data-path]"));

    const blockOf = (control) => {
        let at = control;
        while (at && at !== form && !at.hasAttribute("data-path")) at = at.parentElement;
        return at && at !== form ? at : null;
    };

    const take = (block) => {
        const path = block.getAttribute("data-path");
        const node = state.node(path);
        if (!node || node.def.type === "note" || block.disabled) return;
        const raw = readControls(block, path);
        if (raw !== node.raw) state.set(path, raw);
    };

    const show = (changed) => {
        for (const block of blocks) {
            const path = block.getAttribute("data-path");
            const node = state.node(path);
            if (!node) continue;
            open(block, node.relevant);
            if (node.def.type === "note") {
                renew(block, state.label(path));
                continue;
            }
            if (node.relevant && node.select) offer(block, path, node, state, texts);
            if (node.relevant) echo(block, echoOf(block, node.raw, texts), block === changed);
        }
    };

    const judge = (block) => {
        const node = state.node(block.getAttribute("data-path"));
        if (!node || node.def.type === "note") return;
        const wrong = node.relevant && node.problem && node.problem !== "required";
        say(block, wrong ? node.message : "", texts);
    };

    form.addEventListener("input", (event) => {
        const block = blockOf(event.target);
        if (!block) return;
        take(block);
        show(block);
        if (block.classList.contains("has-error")) judge(block); // an error goes as soon as it is mended
    });
    form.addEventListener("change", (event) => {
        const block = blockOf(event.target);
        if (!block) return;
        take(block);
        show(block);
        for (const one of blocks) if (one === block || one.classList.contains("has-error")) judge(one);
    });
    blocks.forEach(take); // what the browser put back after “Back”
    show(null);
    return state;
};

/** A question that is closed is out of sight and is not posted: its answer stays with the draft. */
const open = (block, relevant) => {
    if (block.hidden === !relevant) return;
    block.hidden = !relevant;
    if ("disabled" in block) block.disabled = !relevant;
};

const renew = (block, label) => {
    const words = block.querySelector("[data-words]");
    const text = label.replace(/^⚠\s*/, "");
    if (words && MARK[words.getAttribute("data-words")] && words.textContent !== text) words.textContent = text;
};

/** A count is spoken after a pause, not at every key; what is seen changes at once. */
const echo = (block, text, typing) => {
    const line = block.querySelector(".echo");
    if (!line || line.textContent === text) return;
    line.setAttribute("aria-live", typing ? "off" : "polite");
    line.textContent = text;
    line.hidden = !text;
};

const say = (block, message, texts) => {
    let line = block.querySelector(":scope > .err");
    block.classList.toggle("has-error", Boolean(message));
    const control = block.querySelector(".in");
    if (control) control.setAttribute("aria-invalid", message ? "true" : "false");
    if (!message) {
        if (line) line.remove();
        return;
    }
    if (!line) {
        line = document.createElement("p");
        line.className = "err";
        line.setAttribute("role", "status");
        const first = block.querySelector(".picks, .unit, .in");
        block.insertBefore(line, first && first.parentElement === block ? first : block.querySelector(".echo"));
    }
    line.textContent = texts.error + message;
};
