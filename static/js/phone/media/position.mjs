/** Draws the question for a place: asked of the phone on a press and never by itself, shown with how exact it is; or said in words. */

import { fill } from "../questions/controls.mjs";
import { faultOf, isPosition } from "../questions/wrong.mjs";
import { button, fault, filled, make, pair, status } from "./elements.mjs";
import { answer } from "./keeping.mjs";

const PATIENCE = 30000;
const DENIED = 1;
const LATE = 3;

/** Draw the question's part of the page: the field for words, which the page has, behind what the phone can give. */
export function showPosition(box, question, complaint = "") {
    const { form, path, block, texts } = question;
    const inputs = box.querySelector("[data-part=typed]") || wrapped(box);
    const node = form.state.node(path);
    const wrong = faultOf(node);
    const line = status();
    for (const old of Array.from(box.children)) if (old !== inputs) old.remove();
    const got = isPosition(node.raw) && !wrong;
    inputs.hidden = !(question.typing || (node.raw && !got));
    const retake = button(got ? texts.locate_again : texts.locate, () => {
        line.textContent = texts.locating;
        retake.disabled = true;
        locate().then(
            async ({ latitude, longitude, accuracy }) => {
                inputs.hidden = true;
                question.typing = false;
                await answer(form, path, `${latitude} ${longitude} 0 ${accuracy}`).catch(form.saving.tell);
                fill(block, path, form.state.node(path).raw);
                if (form.questions) form.questions.judge(block);
                redraw();
            },
            (reason) => redraw(texts.unplaced[reason]),
        );
    });
    const redraw = (words = "") => {
        showPosition(box, question, words);
        box.querySelector("button").focus();
    };
    const complaintNote = complaint && fault(complaint);
    const byHand = button(got ? texts.type_place_instead : texts.type_place, () => {
        question.typing = true;
        inputs.hidden = false;
        if (complaintNote) complaintNote.remove(); // the other way was taken
        inputs.querySelector(".in").focus();
    });
    for (const one of [
        complaintNote,
        got && shownPlace(node.raw, texts),
        block.querySelector(".hint[id]") ? "" : make("p", "hint", texts.place_hint), // the form's own hint is enough
        inputs.hidden ? pair(retake, byHand) : pair(retake),
        line,
        got &&
            button(
                texts.forget_place,
                async () => {
                    await answer(form, path, "").catch(form.saving.tell);
                    fill(block, path, "");
                    redraw();
                },
                "jump link",
            ),
    ])
        if (one) box.insertBefore(one, inputs);
    question.settle(box);
}

function wrapped(box) {
    const inputs = make("div");
    inputs.setAttribute("data-part", "typed");
    while (box.firstChild) inputs.appendChild(box.firstChild);
    for (const told of inputs.querySelectorAll(".note")) told.remove(); // it is shown above the buttons
    inputs.hidden = true;
    return box.appendChild(inputs);
}

function shownPlace(raw, texts) {
    const [latitude, longitude, , accuracy] = raw.split(" ").map(Number);
    const text = filled(texts.place, {
        north_south: latitude < 0 ? texts.south : texts.north,
        latitude: Math.abs(latitude).toFixed(5),
        east_west: longitude < 0 ? texts.west : texts.east,
        longitude: Math.abs(longitude).toFixed(5),
    });
    const note = make("div", "note is-ok", "", make("strong", "", texts.got_place), make("p", "", text));
    if (accuracy) note.appendChild(make("p", "", filled(texts.accurate, { metres: Math.round(accuracy) })));
    return note;
}

/** Where the phone is; rejects with the reason why that is not known. */
function locate() {
    return new Promise((resolve, reject) => {
        if (!navigator.geolocation || window.isSecureContext === false) return reject("unable");
        return navigator.geolocation.getCurrentPosition(
            ({ coords }) => {
                if (Math.abs(coords.latitude) < 1e-6 && Math.abs(coords.longitude) < 1e-6) return reject("nowhere");
                return resolve({
                    latitude: coords.latitude.toFixed(6),
                    longitude: coords.longitude.toFixed(6),
                    accuracy: Math.max(1, Math.round(coords.accuracy || 0)),
                });
            },
            ({ code }) => reject(code === DENIED ? "denied" : code === LATE ? "late" : "unknown"),
            { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 0 },
        );
    });
}
