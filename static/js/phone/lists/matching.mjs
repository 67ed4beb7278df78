/** Finding a choice among very many: by a part of its label, by pinyin, by initials, or by its code. No page, no store.
 *
 * The twin of `surveys/questionnaire/list_search.py`, which says the rules; both find the same rows in the same order. The labels
 * of a list become one row of small numbers beforehand (`Index`): a query then goes over 20,000 labels in a few milliseconds.
 */

export const SHOWN = 20;
const MOST_LETTERS = 30;
const DROPPED = " \t\n\r\u00a0\u3000'\"`()[]{}<>-_.,:;/\\&·•‘’“”‐–—、。《》〈〉【】「」『』〔〕";
const DOUBLE = ["zh", "ch", "sh"];
const [WHOLE, BEGINS, HOLDS, NOT] = [0, 1, 2, 3];

/** A character as it is compared; empty for one that makes no difference. */
export function fold(char) {
    let code = char.charCodeAt(0);
    if (code >= 0xff01 && code <= 0xff5e) code -= 0xfee0;
    const plain = code === char.charCodeAt(0) ? char : String.fromCharCode(code);
    if (DROPPED.includes(plain)) return "";
    return code >= 65 && code <= 90 ? plain.toLowerCase() : plain;
}

export const folded = (text) => Array.from(text, fold).join("");

/** `{reading: "characters"}`, as the server gives it, as a map from a character to its readings. */
export function readingsOf(table) {
    const found = new Map();
    for (const reading of Object.keys(table || {})) {
        for (const char of Array.from(table[reading])) {
            if (found.has(char)) found.get(char).push(reading);
            else found.set(char, [reading]);
        }
    }
    return found;
}

/** A bit of 31 for a letter or character: what lacks one bit of a query cannot fit it. */
const bitOf = (char) => 1 << (char.codePointAt(0) % 31);
const bitsOf = (chars) => Array.from(chars).reduce((bits, char) => bits | bitOf(char), 0);

/** What somebody typed, ready to be looked for. Places in it are the bits of a number. */
class Query {
    constructor(text, readings) {
        const letters = Array.from(text, fold).filter(Boolean).slice(0, MOST_LETTERS);
        this.letters = letters.join("");
        this.length = letters.length;
        this.end = 1 << letters.length;
        this.readings = readings;
        this.first = letters;
        this.rests = letters.map((_, at) => letters.slice(at).join(""));
    }

    /** Where in the query one may be after this character. */
    after(char, at) {
        const rest = this.rests[at];
        let after = this.first[at] === char ? 1 << (at + 1) : 0;
        for (const reading of this.readings.get(char) || []) {
            if (rest.startsWith(reading)) after |= 1 << (at + reading.length);
            else if (reading.startsWith(rest)) after |= this.end;
            if (reading[0] === rest[0]) after |= 1 << (at + 1);
            const double = reading.slice(0, 2);
            if (DOUBLE.includes(double) && rest.startsWith(double)) after |= 1 << (at + 2);
        }
        return after;
    }

    onward(states, step) {
        let after = 0;
        for (let left = states; left; left &= left - 1) after |= step(31 - Math.clz32(left & -left));
        return after;
    }
}

/** The first part of a label that uses the query up, as [begin, end] in its code points; null when none does. */
export function hit(text, label, readings) {
    const query = new Query(text, readings);
    const chars = Array.from(label);
    for (let begin = 0; query.length && begin < chars.length; begin++) {
        let states = fold(chars[begin]) ? 1 : 0;
        for (let at = begin; states && at < chars.length; at++) {
            const char = fold(chars[at]);
            if (!char) continue;
            states = query.onward(states, (place) => query.after(char, place));
            if (states & query.end) return [begin, at + 1];
        }
    }
    return null;
}

/** The labels and codes of a list, taken in one after the other. */
export class Index {
    constructor(readings) {
        this.readings = readings;
        this.chars = []; // number → character
        this.numbers = new Map(); // character → number
        this.opens = []; // number → bits of what a query may begin with here
        this.holds = []; // number → bits of all it may use up here
        this.labels = []; // the numbers of all labels, one behind the other
        this.ends = []; // where in it each label ends
        this.codes = [];
        this.opensOf = []; // the same for each row
        this.holdsOf = [];
        this.places = new Map(); // code, as it is written → the first row with it
    }

    get size() {
        return this.ends.length;
    }

    numberOf(char) {
        const known = this.numbers.get(char);
        if (known !== undefined) return known;
        const read = this.readings.get(char) || [];
        this.opens.push(bitsOf([char, ...read.map((reading) => reading[0])]));
        this.holds.push(bitsOf(char + read.join("")));
        this.numbers.set(char, this.chars.length);
        return this.chars.push(char) - 1;
    }

    add(label, code) {
        let [opens, holds] = [0, 0];
        for (const written of label) {
            const char = fold(written);
            if (!char) continue;
            const number = this.numberOf(char);
            opens |= this.opens[number];
            holds |= this.holds[number];
            this.labels.push(number);
        }
        this.opensOf.push(opens);
        this.holdsOf.push(holds);
        if (!this.places.has(code)) this.places.set(code, this.size);
        this.ends.push(this.labels.length);
        this.codes.push(folded(code));
    }

    /** What `text` finds: {number, rows}; `within`: the rows that are offered, null for all of them. */
    find(text, within = null, shown = SHOWN) {
        const scan = new Scan(this, new Query(text, this.readings));
        const byRank = [[], [], []];
        const found = [];
        const all = this.narrowed(scan.query.letters, within);
        const count = all ? all.length : this.size;
        for (let at = 0; at < count; at++) {
            const row = all ? all[at] : at;
            const rank = scan.rank(row);
            if (rank === NOT) continue;
            found.push(row);
            if (byRank[rank].length < shown) byRank[rank].push(row);
        }
        this.last = { letters: scan.query.letters, within, found };
        return { number: found.length, rows: [].concat(...byRank).slice(0, shown) };
    }

    /** A longer query finds nothing that its beginning did not find. */
    narrowed(letters, within) {
        const { last } = this;
        const goesOn = last && last.within === within && last.letters && letters.startsWith(last.letters);
        return goesOn ? last.found : within;
    }
}

/** One query going over an index. What each character does to a place in the query is worked out once. */
class Scan {
    constructor(index, query) {
        this.index = index;
        this.query = query;
        this.head = query.length ? bitOf(query.first[0]) : 0;
        this.all = bitsOf(query.first);
        this.begins = new Int32Array(index.chars.length);
        this.known = new Int32Array(index.chars.length * query.length).fill(-1);
        for (const [char, number] of index.numbers) {
            if (index.opens[number] & this.head) this.begins[number] = query.after(char, 0);
        }
    }

    step(number, at) {
        const { index, known, query } = this;
        const place = number * query.length + at;
        if (known[place] < 0) known[place] = query.after(index.chars[number], at);
        return known[place];
    }

    onward(states, number) {
        let after = 0;
        for (let left = states; left; left &= left - 1) after |= this.step(number, 31 - Math.clz32(left & -left));
        return after;
    }

    rank(row) {
        const { query, index, begins } = this;
        const { end, letters } = query;
        if (!letters) return HOLDS;
        const code = index.codes[row];
        const isCode = code[0] === letters[0] && code.startsWith(letters);
        if (isCode && code === letters) return WHOLE;
        const fits = index.opensOf[row] & this.head && (index.holdsOf[row] & this.all) === this.all;
        if (!fits) return isCode ? BEGINS : NOT;
        const { labels } = index;
        const last = index.ends[row];
        const from = row ? index.ends[row - 1] : 0;
        let start = from < last ? begins[labels[from]] : 0; // the states that began at the label's first character
        let states = 0;
        for (let at = from; at < last && (start || !(states & end)); at++) {
            if (start && at > from) start = this.onward(start, labels[at]);
            if (start & end) return at === last - 1 ? WHOLE : BEGINS;
            if (states & end) continue;
            states = states ? begins[labels[at]] | this.onward(states, labels[at]) : begins[labels[at]];
        }
        if (isCode) return BEGINS;
        return states & end ? HOLDS : NOT;
    }
}
