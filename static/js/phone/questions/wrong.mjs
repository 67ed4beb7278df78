/** Finds what is wrong with an answer beyond the rules of the form: a number outside its bounds, a place. Pure.
 *
 * The twin of `fault` in `surveys/forms/answer_fields.py`; the words come with the page.
 */

import { filled } from "./words.mjs";

const LONGEST = 100000; // characters that the server takes of one answer
const DECIMAL = /^-?\d+(\.\d+)?$/;

/** "number", "bounds", "step", "place", "nowhere" (0,0), "long", or "" when nothing is. */
export function faultOf(node) {
    const { type, params = {} } = node.def;
    if (!node.relevant || !node.value) return "";
    if (node.value.length > LONGEST && Array.from(node.value).length > LONGEST) return "long";
    if (type === "range") return outside(node.value, params);
    if (type !== "geopoint") return "";
    if (!isPosition(node.value)) return /[^\d\s.,;?+-]/.test(node.value) ? "" : "place";
    const [latitude, longitude, , accuracy] = node.value.split(" ").map(Number);
    if (!latitude && !longitude) return "nowhere";
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && accuracy >= 0 ? "" : "place";
}

/** Whether a place is a position as a phone reads it (`latitude longitude altitude accuracy`); else it is said in words. */
export function isPosition(raw) {
    const words = raw.split(" ");
    return words.length === 4 && words.every((word) => DECIMAL.test(word));
}

function outside(value, params) {
    if (!DECIMAL.test(value)) return "number";
    const [least, most] = bounds(params);
    if (!most) return "";
    if (Number(value) < Number(least) || Number(value) > Number(most)) return "bounds";
    const steps = (value - params.start) / stepOf(params);
    return Math.abs(steps - Math.round(steps)) > 1e-6 ? "step" : "";
}

/** Least and most, as the form writes them; nothing where it does not say both. */
const bounds = ({ start, end }) => {
    const both = [start, end].filter((value) => DECIMAL.test(value || ""));
    return both.length === 2 ? both.sort((one, other) => one - other) : [];
};

const stepOf = ({ step }) => Math.abs(step) || 1;

/** The words for what is wrong with a question; "" when nothing is. `strict`: what is missing is wrong too. */
export function wordsFor(node, texts, strict) {
    if (!node.relevant) return "";
    if (node.problem) return strict || node.problem !== "required" ? node.message : "";
    const fault = faultOf(node);
    const params = node.def.params || {};
    const [least, most] = bounds(params);
    return fault && filled(texts.wrong[fault], { least, most, step: stepOf(params) });
}
