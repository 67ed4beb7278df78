/** Finds a choice among very many: by a part of its label, by pinyin, by initials, or by its code. No page, no store.
 *
 * The twin of `surveys/questionnaire/views/list_search.py`, which says the rules; both find the same rows in the same order. The labels
 * of a list become one row of small numbers beforehand (`Index`): a query then goes over 20,000 labels in a few milliseconds.
 */

export const SHOWN = 20;
const MOST_LETTERS = 30;
const FEW = 300; // rows
const TURNS = 40;
const DROPPED = " \t\n\r\u00a0\u3000'\"`()[]{}<>-_.,:;/\\&·•‘’“”‐–—、。《》〈〉【】「」『』〔〕";
const DOUBLE = ["zh", "ch", "sh"];
const [WHOLE, BEGINS, HOLDS, NOT] = [0, 1, 2, 3];

/** A character as it is compared; empty for one that makes no difference. */
function fold(char) {
    let code = char.charCodeAt(0);
    if (code >= 0xff01 && code <= 0xff5e) code -= 0xfee0;
    const plain = code === char.charCodeAt(0) ? char : String.fromCharCode(code);
    if (DROPPED.includes(plain)) return "";
    return code >= 65 && code <= 90 ? plain.toLowerCase() : plain;
}

export const folded = (text) => Array.from(text, fold).join("");

/** `{reading: "characters"}`, as the server gives it, as a map from a character to its readings. */
export function readingsOf(table) {
    const byChar = new Map();
    for (const reading of Object.keys(table || {})) {
        for (const char of Array.from(table[reading])) {
            if (byChar.has(char)) byChar.get(char).push(reading);
            else byChar.set(char, [reading]);
        }
    }
    return byChar;
}

/** Each letter has a bit of its own; whatever else is written shares thirty. What lacks one bit of a query cannot fit it. */
const isLetter = (char) => char >= "a" && char <= "z";
const bitOf = (char) => 1 << (isLetter(char) ? char.charCodeAt(0) - 97 : char.codePointAt(0) % 30);
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
        for (let rest = states; rest; rest &= rest - 1) after |= step(31 - Math.clz32(rest & -rest));
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
        this.opens = []; // number → bits of the letters that a query may begin with here
        this.others = []; // number → bit of what is no letter
        this.holds = []; // number → bits of all it may use up here
        this.labels = new Int32Array(1024); // the numbers of all labels, one behind the other
        this.length = 0; // how many there are
        this.ends = []; // where in it each label ends
        this.rows = []; // every row
        this.codes = [];
        this.opensOf = []; // the same for each row
        this.othersOf = [];
        this.holdsOf = [];
        this.alone = Array.from({ length: 26 }, () => ({ number: 0, byRank: [[], [], []] })); // what each letter finds by itself
        this.places = new Map(); // code, as it is written → the first row with it
    }

    get size() {
        return this.ends.length;
    }

    numberOf(char) {
        const place = this.numbers.get(char);
        if (place !== undefined) return place;
        const readings = this.readings.get(char) || [];
        this.opens.push(bitsOf([char, ...readings.map((reading) => reading[0])].filter(isLetter)));
        this.others.push(isLetter(char) ? 0 : bitOf(char));
        this.holds.push(bitsOf(char + readings.join("")));
        this.numbers.set(char, this.chars.length);
        return this.chars.push(char) - 1;
    }

    add(label, code) {
        let [opens, others, holds] = [0, 0, 0];
        for (const letter of label) {
            const char = fold(letter);
            if (!char) continue;
            const number = this.numberOf(char);
            opens |= this.opens[number];
            others |= this.others[number];
            holds |= this.holds[number];
            this.append(number);
        }
        this.opensOf.push(opens);
        this.othersOf.push(others);
        this.holdsOf.push(holds);
        if (!this.places.has(code)) this.places.set(code, this.size);
        this.rows.push(this.size);
        this.ends.push(this.length);
        this.codes.push(folded(code));
        this.note(this.size - 1, opens);
    }

    /** Where the label of a row begins. */
    beginOf(row) {
        return row ? this.ends[row - 1] : 0;
    }

    /** Count a row for each letter that finds it. */
    note(row, opens) {
        const from = this.beginOf(row);
        const code = this.codes[row];
        const first = from < this.ends[row] ? this.opens[this.labels[from]] : 0;
        const ofCode = isLetter(code[0] || "") ? bitOf(code[0]) : 0;
        for (let rest = opens | ofCode; rest; rest &= rest - 1) {
            const bit = rest & -rest;
            const isWhole = (ofCode === bit && code.length === 1) || (opens & bit && this.ends[row] === from + 1);
            const rank = isWhole ? WHOLE : (first | ofCode) & bit ? BEGINS : HOLDS;
            const tally = this.alone[31 - Math.clz32(bit)];
            tally.number++;
            if (tally.byRank[rank].length < SHOWN) tally.byRank[rank].push(row);
        }
    }

    append(number) {
        if (this.length === this.labels.length) {
            const full = this.labels;
            this.labels = new Int32Array(2 * full.length);
            this.labels.set(full);
        }
        this.labels[this.length++] = number;
    }

    /** What `text` finds: {number, rows}; `within`: the rows that are offered, null for all of them. */
    find(text, within = null, most = SHOWN) {
        const query = new Query(text, this.readings);
        if (!within && query.length === 1 && isLetter(query.letters)) {
            const { number, byRank } = this.alone[query.letters.charCodeAt(0) - 97];
            return { number, rows: [].concat(...byRank).slice(0, most) };
        }
        const scan = new Scan(this, query);
        const byRank = [[], [], []];
        const matches = [];
        for (const row of this.narrowed(query.letters, within)) {
            const rank = scan.rank(row);
            if (rank === NOT) continue;
            matches.push(row);
            if (byRank[rank].length < most) byRank[rank].push(row);
        }
        this.last = { letters: query.letters, within, matches };
        return { number: matches.length, rows: [].concat(...byRank).slice(0, most) };
    }

    /** Look through a few rows, as often as it takes until the browser has made the search quick: the first key is no slower
     * than others. Nothing is left of it. */
    *warmed() {
        const few = this.rows.slice(0, FEW);
        for (let turn = 0; turn < TURNS && few.length; turn++) {
            const row = few[(7 * turn) % few.length];
            const char = this.chars[this.labels[this.beginOf(row)]] || "";
            const [reading] = this.readings.get(char) || ["gs"];
            for (const text of [
                `${reading[0]}${char}`,
                reading.slice(0, 2),
                char,
                this.codes[row].slice(0, 1 + (turn % 3)),
            ]) {
                this.last = null;
                this.find(text, few);
            }
            this.last = null;
            yield turn;
        }
    }

    /** A longer query finds nothing that its beginning did not find. */
    narrowed(letters, within) {
        const { last } = this;
        const goesOn = last && last.within === within && last.letters && letters.startsWith(last.letters);
        return goesOn ? last.matches : within || this.rows;
    }
}

/** One query going over an index. What each character does to a place in the query is worked out once. */
class Scan {
    constructor(index, query) {
        this.index = index;
        this.query = query;
        const [first = ""] = query.first;
        this.head = first ? bitOf(first) : 0;
        this.all = bitsOf(query.first);
        this.opensOf = isLetter(first) ? index.opensOf : index.othersOf;
        this.begins = new Int32Array(index.chars.length);
        this.length = query.length;
        this.known = new Int32Array(index.chars.length * query.length).fill(-1);
        const opens = isLetter(first) ? index.opens : index.others;
        for (let number = 0; number < opens.length; number++)
            if (opens[number] & this.head) this.begins[number] = query.after(index.chars[number], 0);
    }

    /** The states after one more character. */
    onward(states, number) {
        const { known, length } = this;
        let after = 0;
        for (let rest = states; rest; rest &= rest - 1) {
            const at = 31 - Math.clz32(rest & -rest);
            const place = number * length + at;
            if (known[place] < 0) known[place] = this.query.after(this.index.chars[number], at);
            after |= known[place];
        }
        return after;
    }

    /** How well a row fits. */
    rank(row) {
        const { query, index } = this;
        const { letters } = query;
        if (!letters) return HOLDS;
        const code = index.codes[row];
        const isCode = code[0] === letters[0] && code.startsWith(letters);
        if (isCode && code === letters) return WHOLE;
        const fits = this.opensOf[row] & this.head && (index.holdsOf[row] & this.all) === this.all;
        if (!fits) return isCode ? BEGINS : NOT;
        const last = index.ends[row];
        const from = index.beginOf(row);
        if (isCode && last - from > query.length) return BEGINS; // more than the query can use up
        if (!this.holds(from, last)) return isCode ? BEGINS : NOT;
        const rank = this.fromTheFirst(from, last);
        return rank === HOLDS && isCode ? BEGINS : rank;
    }

    /** Whether some part of a label uses the query up. */
    holds(from, last) {
        const { begins } = this;
        const { labels } = this.index;
        const { end } = this.query;
        let states = 0;
        for (let at = from; at < last; at++) {
            const number = labels[at];
            states = states ? begins[number] | this.onward(states, number) : begins[number];
            if (states & end) return true;
        }
        return false;
    }

    /** How far a label that holds the query uses it up from its first character on. */
    fromTheFirst(from, last) {
        const { labels } = this.index;
        let states = this.begins[labels[from]];
        for (let at = from; states; states = ++at < last ? this.onward(states, labels[at]) : 0)
            if (states & this.query.end) return at === last - 1 ? WHOLE : BEGINS;
        return HOLDS;
    }
}
