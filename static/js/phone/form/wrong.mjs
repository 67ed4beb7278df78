/** What is wrong with an open answer beyond the rules of the form: a number outside its bounds, half a place.
 *
 * The twin of `fault` in `surveys/forms/answer_fields.py`; the words come with the page.
 */

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** "number", "bounds", "place", "nowhere" (0,0), or "" when nothing is. */
export function faultOf(node) {
    const { type, params = {} } = node.def;
    if (!node.relevant || !node.value) return "";
    if (type === "range") return outside(node.value, [params.start, params.end]);
    if (type !== "geopoint") return "";
    const words = node.value.split(" ");
    if (words.length !== 4 || !words.every((word) => DECIMAL.test(word))) return "place";
    const [latitude, longitude, , accuracy] = words.map(Number);
    if (!latitude && !longitude) return "nowhere";
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && accuracy >= 0 ? "" : "place";
}

function outside(value, given) {
    if (!DECIMAL.test(value)) return "number";
    const bounds = given
        .filter((bound) => DECIMAL.test(bound || ""))
        .map(Number)
        .sort((one, other) => one - other);
    return bounds.length === 2 && (Number(value) < bounds[0] || Number(value) > bounds[1]) ? "bounds" : "";
}

/** The words for what is wrong with a question; "" when nothing is. `strict`: what is missing is wrong too. */
export function wordsFor(node, texts, strict) {
    if (!node.relevant) return "";
    if (node.problem) return strict || node.problem !== "required" ? node.message : "";
    const fault = faultOf(node);
    const { start, end } = node.def.params || {};
    return fault && texts.wrong[fault].replace("%(least)s", start).replace("%(most)s", end);
}
