/** Draws the questions for photos, signatures, recordings, files and places; fetched only where a form has one (see media.py). */

import { make } from "./phone/media/elements.mjs";
import { showFile } from "./phone/media/files.mjs";
import { prepare } from "./phone/media/photos.mjs";
import { showPosition } from "./phone/media/position.mjs";
import { showPictures } from "./phone/media/reading.mjs";
import { showSignature } from "./phone/media/signature.mjs";

const OTHER = { audio: "sound", file: "file", geopoint: "position", video: "video" };

const kindOf = (type, template) =>
    type === "image" ? { signature: "signature", draw: "drawing" }[template] || "photo" : OTHER[type];

const own = document.getElementById("media-texts");
const texts = own ? JSON.parse(own.textContent) : null;

/** Every media question of the page in sight. */
function show(form) {
    if (form.reading) return showPictures(form);
    for (const block of form.questions ? form.questions.blocks : []) {
        const kind = kindOf(block.getAttribute("data-type"), block.getAttribute("data-template"));
        const box = block.querySelector("[data-part=media]");
        if (kind && box) draw(form, block, box, kind);
    }
}

function draw(form, block, box, kind) {
    const path = block.getAttribute("data-path");
    if (!((form.row.about && form.row.about.media) || []).includes(kind)) {
        box.textContent = "";
        box.appendChild(make("p", "hint", texts.not_taken[kind]));
        return;
    }
    const legend = headed(block);
    const label = form.state.label(path);
    const id = block.id.replace(/-q$/, "");
    const question = { form, path, block, box, kind, texts, label, id, settle: () => describe(block, legend) };
    if (kind === "position") showPosition(box, question);
    else if (kind === "signature") showSignature(box, question);
    else showFile(box, question);
}

/** The question's heading heads a group of buttons now, not one field. */
function headed(block) {
    const old = block.querySelector(".legend");
    if (old.tagName === "LEGEND") return old;
    const legend = make("legend", "legend");
    legend.id = block.id.replace(/-q$/, "-l");
    legend.tabIndex = -1;
    while (old.firstChild) legend.appendChild(old.firstChild);
    old.replaceWith(legend);
    return legend;
}

/** A button says what it does; the heading and the hint say for what. */
function describe(block, legend) {
    for (const button of block.querySelectorAll("[data-part=media] button"))
        if (legend.id) button.setAttribute("aria-describedby", legend.id);
}

if (texts) {
    prepare(texts.worker);
    document.addEventListener("diaoyan-page", (event) => show(/** @type {any} */ (event).detail));
    const root = /** @type {any} */ (document.getElementById("filling"));
    if (root && root.form) show(root.form);
}
