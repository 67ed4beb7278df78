/** The text of a paragraph as it is kept: words, and figures as {{key}}. Pure. */

const BRACES = /\{\{([^{}]*)\}\}/g;

/** A text → its runs: {text} and {key}. What a paper leaves open until it is issued stays text. */
export function runs(raw) {
    const parts = [];
    let end = 0;
    raw.replace(BRACES, (whole, inner, at) => {
        if (/^\s*(from:|PAPER:)/.test(inner)) return whole;
        if (at > end) parts.push({ text: raw.slice(end, at) });
        parts.push({ key: inner });
        end = at + whole.length;
        return whole;
    });
    if (end < raw.length) parts.push({ text: raw.slice(end) });
    return parts;
}

/** What a person typed, without the marks that only keep the cursor in place. */
export const clean = (text) => text.replace(/[\u200b\ufeff\r]/g, "").replace(/[\u00a0\n\t]/g, " ");

/** The paragraphs of a pasted text. */
export const lines = (text) =>
    text
        .replace(/\r\n?/g, "\n")
        .split("\n")
        .map((line) => line.replace(/^[\s\u3000]+|[\s\u3000]+$/g, ""))
        .filter((line) => line);

/** An id for a paragraph that the server has not seen. */
export function newId() {
    const words = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => `0${byte.toString(16)}`.slice(-2));
    return `${words.slice(0, 4).join("")}-${words.slice(4).join("")}`;
}
