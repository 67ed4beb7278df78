/** Takes the deputy's reply to the office at a question that was returned: kept with the draft, handed in with the next version. */

import { clean } from "./posted.mjs";
import { copy, say } from "./words.mjs";

const MOST = 100; // characters, as the server counts them

/** Offer it at each question with a comment, on every page that comes into sight. Call once a page. */
export function offerReplies() {
    document.addEventListener("diaoyan-page", (event) => offer(/** @type {CustomEvent} */ (event).detail));
    const root = /** @type {any} */ (document.getElementById("filling"));
    if (root && root.form && root.form.questions) offer(root.form); // the form was there before this script
}

function offer(form) {
    const { row, questions } = form;
    if (!questions || !form.isReturned()) return;
    if (row.round !== row.assignment.round) {
        row.round = row.assignment.round; // what was answered in an earlier round is handed in already
        row.replies = row.changed ? row.replies : null;
    }
    for (const block of questions.blocks) {
        const path = block.getAttribute("data-path");
        const hasComment = (row.comments || []).some((one) => one.path === path);
        if (hasComment && !block.querySelector(".reply")) addReply(form, block, path);
    }
}

function addReply(form, block, path) {
    const reply = copy("t-reply");
    const [label, field, count] = /** @type {any} */ (reply.children);
    field.id = label.htmlFor = `${block.id}-r`;
    count.id = `${block.id}-rc`;
    field.setAttribute("aria-describedby", count.id);
    field.name = `reply:${path}`;
    field.value = (form.row.replies || {})[path] || "";
    tell(field, count);
    field.addEventListener("input", () => {
        keep(form.row, path, clean(field.value).trim().slice(0, MOST));
        form.row.changed = new Date().toISOString();
        form.saving.soon();
        tell(field, count);
    });
    block.appendChild(reply);
}

function tell(field, count) {
    const length = Array.from(field.value.trim()).length;
    say(count, { written: length, left: MOST - length });
}

function keep(row, path, text) {
    const replies = { ...(row.replies || {}) };
    if (text) replies[path] = text;
    else delete replies[path];
    row.replies = Object.keys(replies).length ? replies : null;
}
