/** Shows a version that waits as QR codes one after the other, for a phone without any network: 出示二维码 (templates/field/queue.html).
 *
 * Loaded when it is asked for first: a page that shows none does not carry it.
 */

import { correction, generate } from "lean-qr";
import { framesOf } from "./phone/outbox/frames.mjs";
import { part, say } from "./phone/questions/words.mjs";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // squares of white around a code

/** One code as an SVG of squares; white behind it, also in the dark. */
function svgOf(text) {
    const code = generate(text, { minCorrectionLevel: correction.M });
    let path = "";
    for (let y = 0; y < code.size; y++)
        for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    const svg = document.createElementNS(SVG, "svg");
    const side = code.size + 2 * QUIET;
    svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
    svg.setAttribute("width", "100%");
    svg.setAttribute("shape-rendering", "crispEdges");
    for (const [d, fill] of [
        [`M0 0h${side}v${side}H0z`, "#fff"],
        [path, "#000"],
    ]) {
        const shape = svg.appendChild(document.createElementNS(SVG, "path"));
        shape.setAttribute("d", d);
        shape.setAttribute("fill", fill);
    }
    return svg;
}

/** Show the frames of the item that the box was given, beginning with the first. */
function show(box) {
    const { text, content } = box.item;
    const frames = framesOf(text, content);
    const place = part(box, "code");
    let at = 0;
    const turn = (by) => {
        at = (at + by + frames.length) % frames.length;
        const values = { number: at + 1, total: frames.length };
        while (place.firstChild) place.removeChild(place.firstChild);
        const svg = place.appendChild(svgOf(frames[at]));
        say(part(box, "which"), values);
        svg.setAttribute("role", "img");
        svg.setAttribute("aria-label", part(box, "which").textContent);
    };
    box.querySelector("[data-do=previous]").onclick = () => turn(-1);
    box.querySelector("[data-do=following]").onclick = () => turn(1);
    box.querySelector("[data-part=turning]").hidden = frames.length < 2;
    turn(0);
}

document.addEventListener("diaoyan-qr", (event) => show(event.target));
for (const box of document.querySelectorAll("[data-part=qr]:not([hidden])")) show(box);
