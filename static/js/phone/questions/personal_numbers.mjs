/** Finds whether a text holds an ID number or a bank card number that nobody asked for. Pure.
 *
 * The twin of `surveys/fieldwork/reviewing/personal_numbers.py`, where its sources are; tests/cases/personal_numbers.json is held against both.
 */

const CHAIN = /[0-9A-Za-z]+(?:[ -]{1,3}[0-9A-Za-z]+)*/g;
const NUMBER = /^(?:[0-9]+X?|X)$/;
const MIXED = /[0-9][A-Za-z]|[A-Za-z][0-9]/;
const MOBILE = /^1[3-9][0-9]{9}$/;
const AREA = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])/;
const CARD = /^(?:(?:6[02]|81)[0-9]{14,17}|4[0-9]{15}(?:[0-9]{3})?|(?:5[1-5]|35|6[45])[0-9]{14}|955[89][0-9]{15})$/;
const CARD_IN_GROUPS = /^(?:[0-9]{4}(?: [0-9]{4}){3}(?: [0-9]{1,3})?|[0-9]{6} [0-9]{10,13})$/;
const FRACTION = /(?:^|[^0-9])0\.$/;
const AMOUNT = /^(?:[.,][0-9]| ?[元万亿%])/;
const REQUEST =
    /身份证|证件号|银行卡|卡号|[账帐]号|\b(?:id|identity|card|account) (?:card|number|no\b)|\bbank (?:card|account)/i;
const PROHIBITION =
    /勿|请别|无需|不[要得必需用含留]|(?:^|[^可以])不(?:填写?|写)(?!写|[也亦][可行])|\bnot\b|n't|\bno (?:[a-z]+(?:,| or| and) )*(?:id|identity|bank|card|account)\b/i;
const USCC_KINDS = /^(?:1[1239]|[248][19]|3[1-59]|5[1239]|[67][129]|9)/;

/** Whether a text given to the question of this label holds such a number; `today` as 2023-07-12. */
export function holdsNumber(text, label, today) {
    if (REQUEST.test(label) && !PROHIBITION.test(label)) return false;
    return candidates(plain(text)).some(([code, shape]) => isId(code, today) || isCard(code, shape));
}

const plain = (text) =>
    text
        .replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
        .replace(/[x\uff38\uff58]/g, "X")
        .replace(/[\u00a0\u3000]/g, " ")
        .replace(/[\u2010-\u2015\u2212\uff0d]/g, "-");

/** Each number with its shape: as it stands, or as one where it stands in groups. The shape of what is an amount is empty. */
function candidates(text) {
    const numbers = [];
    for (let chain = CHAIN.exec(text); chain; chain = CHAIN.exec(text)) {
        const groups = chain[0].split(/[ -]+/);
        const isAmount = standsAsAmount(text, chain.index, CHAIN.lastIndex);
        for (const [first, after] of runs(groups)) {
            const run = groups.slice(first, after);
            for (const group of run) numbers.push([group, isAmount ? "" : group]);
            const around = groups.slice(Math.max(first - 1, 0), first).concat(groups.slice(after, after + 1));
            if (run.length > 1 && !around.some((one) => MIXED.test(one)) && !run.some((one) => MOBILE.test(one)))
                numbers.push([run.join(""), isAmount ? "" : run.join(" ")]);
        }
    }
    return numbers;
}

/** Whether what stands around it makes a number an amount or a fraction. */
const standsAsAmount = (text, start, end) =>
    AMOUNT.test(text.slice(end, end + 2)) || FRACTION.test(text.slice(Math.max(0, start - 3), start));

/** Where numbers stand one after another: [first, after the last]. */
function runs(groups) {
    const spans = [];
    let first = 0;
    for (let place = 0; place <= groups.length; place++) {
        if (place < groups.length && NUMBER.test(groups[place])) continue;
        if (place > first) spans.push([first, place]);
        first = place + 1;
    }
    return spans;
}

function isId(code, today) {
    if (!/^[0-9]{17}[0-9X]$/.test(code) || !AREA.test(code) || isUscc(code)) return false;
    let rest = 0;
    for (const character of code) rest = (rest * 2 + worth(character, 10)) % 11;
    return rest === 1 && isBirthday(code.slice(6, 14), today);
}

const worth = (character, ofX) => (character === "X" ? ofX : Number(character));

function isBirthday(digits, today) {
    const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
    const moment = new Date(`${day}T00:00:00Z`);
    return (
        day >= "1900-01-01" && day <= today && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(day)
    );
}

const isCard = (code, shape) =>
    Boolean(shape) &&
    CARD.test(code) &&
    !isUscc(code) &&
    (shape === code || CARD_IN_GROUPS.test(shape)) &&
    luhn(code) === 0;

function luhn(code) {
    const digits = Array.from(code, Number).reverse();
    const values = digits.map((digit, place) => (place % 2 ? digit * 2 - (digit > 4 ? 9 : 0) : digit));
    return values.reduce((sum, value) => sum + value, 0) % 10;
}

/** A 统一社会信用代码 of digits, and perhaps an X at the end. */
function isUscc(code) {
    const area = code.slice(2);
    if (code.length !== 18 || !USCC_KINDS.test(code) || !(area.startsWith("10") || AREA.test(area))) return false;
    let [sum, weight] = [0, 1];
    for (const character of code.slice(0, 17)) {
        sum += Number(character) * weight;
        weight = (weight * 3) % 31;
    }
    return (sum + worth(code[17], 29)) % 31 === 0;
}
