/** Draws the question for a signature: a box to write in with a finger, or the name typed. What is written is kept as PNG when the finger rests. */

import { button, fault, make, pair } from "./elements.mjs";
import { answer, drop, entryOf, keep, storedPart } from "./keeping.mjs";
import { bytesOfFile } from "./photos.mjs";

const REST = 400;
const INK = "#14232b";

/** Draw the question's part of the page; `way`: "typed" or "drawn" when the person chose it. */
export async function showSignature(box, question, way = "") {
    const { form, path } = question;
    const entry = entryOf(form, path);
    const raw = form.state.node(path).raw;
    const isTyped = way ? way === "typed" : Boolean(raw) && !entry;
    const row = entry && (await storedPart(entry.sha256));
    box.textContent = "";
    if (isTyped) showTyping(box, question, raw);
    else if (entry) showSigned(box, question, entry, row);
    else pad(box, question);
    question.settle(box);
}

const again = (box, question, way) => async () => {
    const { form, path } = question;
    if (form.state.node(path).raw) {
        const leave = entryOf(form, path) ? drop(form, path) : answer(form, path, "");
        await leave.catch((problem) => form.saving.tell(problem));
    }
    await showSignature(box, question, way);
    (box.querySelector("input") || box.querySelector("button")).focus();
};

function showTyping(box, question, raw) {
    const { path, texts, id } = question;
    const label = make("label", "", texts.type_name);
    label.htmlFor = `${id}-t`;
    const input = make("input", "in");
    input.id = `${id}-t`;
    input.name = path;
    input.value = raw;
    input.autocomplete = "name";
    box.appendChild(make("div", "", "", label, input));
    box.appendChild(button(texts.draw_instead, again(box, question, "drawn")));
}

function showSigned(box, question, entry, row) {
    const { form, texts } = question;
    const frame = make("div", "sign");
    const image = frame.appendChild(make("img"));
    image.alt = texts.pad_signed;
    image.onerror = () => frame.replaceWith(fault(texts.elsewhere));
    image.onload = () => URL.revokeObjectURL(image.src);
    image.src = row
        ? URL.createObjectURL(new Blob([row.bytes], { type: entry.type }))
        : `/visits/${form.row.visit}/parts/${entry.sha256}`;
    box.appendChild(frame);
    box.appendChild(
        pair(
            button(texts.sign_again, again(box, question, "drawn")),
            button(texts.type_instead, again(box, question, "typed")),
        ),
    );
}

function pad(box, question) {
    const { texts } = question;
    const frame = make("div", "sign");
    frame.setAttribute("role", "img");
    frame.setAttribute("aria-label", texts.pad_empty);
    const canvas = frame.appendChild(make("canvas"));
    box.appendChild(make("p", "hint", texts.sign_hint));
    box.appendChild(frame);
    box.appendChild(
        pair(
            button(texts.sign_again, again(box, question, "drawn")),
            button(texts.type_instead, again(box, question, "typed")),
        ),
    );
    canvas.width = 2 * (canvas.clientWidth || 320);
    canvas.height = 2 * (canvas.clientHeight || 140);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 6;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = INK;
    let resting = 0;
    strokes(canvas, {
        begin: () => clearTimeout(resting),
        line(from, to) {
            pen.beginPath();
            pen.moveTo(from.x, from.y);
            pen.lineTo(to.x, to.y);
            pen.stroke();
        },
        end() {
            frame.setAttribute("aria-label", texts.pad_signed);
            resting = setTimeout(() => store(canvas, box, question), REST);
        },
    });
}

async function store(canvas, box, question) {
    const { form, path, texts } = question;
    if (!box.contains(canvas)) return; // another way was chosen meanwhile
    try {
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
        await keep(form, path, { bytes: await bytesOfFile(blob), type: "image/png", suffix: ".png" });
        canvas.parentElement.setAttribute("data-kept", "yes");
    } catch (problem) {
        box.appendChild(fault(texts.refused[problem && problem.full ? "no_room" : "not_kept"]));
    }
}

/** Lines by finger, pen or mouse; older phones have touch events alone. */
function strokes(canvas, { begin, line, end }) {
    let last = null;
    const at = (event) => {
        const spot = event.touches ? event.touches[0] : event;
        const frame = canvas.getBoundingClientRect();
        return {
            x: ((spot.clientX - frame.left) * canvas.width) / frame.width,
            y: ((spot.clientY - frame.top) * canvas.height) / frame.height,
        };
    };
    const down = (event) => {
        event.preventDefault();
        if (event.pointerId !== undefined && canvas.setPointerCapture) canvas.setPointerCapture(event.pointerId);
        last = at(event);
        begin();
        line(last, last);
    };
    const move = (event) => {
        if (!last) return;
        event.preventDefault();
        const next = at(event);
        line(last, next);
        last = next;
    };
    const up = () => {
        if (last) end();
        last = null;
    };
    const names = window.PointerEvent
        ? ["pointerdown", "pointermove", "pointerup", "pointercancel"]
        : ["touchstart", "touchmove", "touchend", "touchcancel"];
    [down, move, up, up].forEach((act, place) => {
        canvas.addEventListener(names[place], act, { passive: false });
    });
}
