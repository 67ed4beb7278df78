/** Writes a value as canonical JSON, the one spelling that is hashed (the twin of `surveys/questionnaire/package/content.py`). Pure. */

/** No white space, keys in UTF-16 order; texts, true, false, null, arrays, objects, and integers from 0 to 2^53−1. */
export function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value && typeof value === "object") {
        const keys = Object.keys(value).sort();
        return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
    }
    if (typeof value === "number" && !(Number.isSafeInteger(value) && value >= 0)) {
        throw new TypeError(`${value} is no whole number from 0 to 2^53−1: answers travel as text`);
    }
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("a value that JSON does not have");
    return text;
}
