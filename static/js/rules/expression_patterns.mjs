/**
 * Matches a text against a pattern in a way that cannot hang: every place it may stand at moves on together, character by character.
 *
 * The twin of `surveys/questionnaire/rules/automaton.py`. A place is `{takes, after}`, or the array of places it stands for.
 */

const PIECE = /\(\?![^)]*\)|\(\?:|\[(?:\\.|[^\]])*\]|\\x..|\\.|(?:[*+?]|\{[0-9,]+\})\??|[\s\S]/gu;
const COUNT = /^(?:([*+?])|\{([0-9]+)(,?)([0-9]*)\})\??$/;
const GOAL = [];

/** The first place of a pattern in the form that Python emits. */
function begin(emitted) {
    const pieces = emitted.match(PIECE) || [];
    let at = 0;

    const alternatives = () => {
        const parts = [sequence()];
        while (pieces[at] === "|") {
            at++;
            parts.push(sequence());
        }
        return (after) => parts.map((part) => part(after));
    };

    const sequence = () => {
        const parts = [];
        while (at < pieces.length && pieces[at] !== "|" && pieces[at] !== ")") {
            const piece = pieces[at++];
            const edge = piece === "^" ? "first" : piece[2] === "!" ? "last" : "";
            const takes = edge || new RegExp(piece === "(?:" ? "" : piece, "u");
            /** @type {(after: any) => any} */
            let part = (after) => ({ takes, after });
            if (piece === "(?:") {
                part = alternatives();
                at++; // its closing bracket
            }
            const count = COUNT.exec(pieces[at] || "");
            if (count) at++;
            parts.push(count ? repeated(part, count) : part);
        }
        return (after) => parts.reduceRight((next, part) => part(next), after);
    };

    const repeated =
        (part, /** @type {string[]} */ [, sign, few, comma, many]) =>
        (after) => {
            const least = sign ? Number(sign === "+") : Number(few);
            const most = sign === "?" ? 1 : comma ? Number(many || Infinity) : sign ? Infinity : least;
            let next = after;
            if (most === Infinity) {
                next = [after];
                next.push(part(next));
            } else for (let time = least; time < most; time++) next = [after, part(next)];
            for (let time = 0; time < least; time++) next = part(next);
            return next;
        };

    return alternatives()(GOAL);
}

const beginByPattern = new Map();

/** Whether the pattern matches anywhere in the text, given as its characters. */
export function foundIn(chars, emitted) {
    if (!beginByPattern.has(emitted)) beginByPattern.set(emitted, begin(emitted));
    let states = [];
    for (let at = 0; at <= chars.length; at++) {
        const todo = states.filter(({ takes }) => takes.test(chars[at - 1])).map(({ after }) => after);
        const visitedPlaces = new Set();
        todo.push(beginByPattern.get(emitted));
        states = [];
        while (todo.length) {
            const place = todo.pop();
            if (visitedPlaces.has(place)) continue;
            visitedPlaces.add(place);
            if (place === GOAL) return true;
            if (Array.isArray(place)) todo.push(...place);
            else if (place.takes.test) states.push(place);
            else if (place.takes === "first" ? !at : at === chars.length) todo.push(place.after);
        }
    }
    return false;
}
