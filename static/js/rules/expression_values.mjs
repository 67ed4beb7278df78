/**
 * Turns the values of rules into each other: numbers and their text, rounding, powers, dates.
 *
 * The twin of `surveys/questionnaire/rules/values.py`: both give the same digits. Nothing is left to the platform: numbers are
 * written without exponents, roundings work on the written digits, dates are whole days since 1970-01-01. `Date` reads no
 * text and knows no zone here: only its calendar is used, which ECMAScript lays down to the day.
 */

const DAY = 86400000;
const NUMBER = /^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
const DATE =
    /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/;
const TIME = /^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$/;
const FIRST_DAY = -719162; // 0001-01-01
const AFTER_LAST_DAY = 2932897; // 10000-01-01
const FOUR_CENTURIES = 146097;

/** The words of a list answer; only space, tab, CR and LF part them. */
export const words = (text) => text.match(/[^ \t\r\n]+/g) || [];

export const trim = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

/** The number a text is: digits with a point, else a date as days; else NaN. `zone` is in minutes. */
export function toNumber(text, zone) {
    const trimmed = trim(text);
    if (NUMBER.test(trimmed)) return Number(trimmed);
    const at = instant(trimmed, zone);
    return at === null ? NaN : at / DAY;
}

/** The shortest digits that read back, never with an exponent. */
export function numberText(number) {
    const text = String(number);
    const parts = /^(-?)([0-9])(?:\.([0-9]+))?e([+-][0-9]+)$/.exec(text);
    if (!parts) return text;
    const digits = parts[2] + (parts[3] || "");
    const point = Number(parts[4]) + 1;
    if (point <= 0) return `${parts[1]}0.${"0".repeat(-point)}${digits}`;
    return parts[1] + digits + "0".repeat(point - digits.length);
}

/** Halves go up, decided on the written digits: 1.005 to two places is 1.01, -2.5 is -2. */
export function roundHalfUp(number, places) {
    if (!Number.isFinite(number)) return number;
    const decimals = Math.trunc(Math.max(-30, Math.min(30, places || 0)));
    const negative = number < 0 || Object.is(number, -0);
    const [whole, fraction = ""] = numberText(Math.abs(number)).split(".");
    const digits = whole + fraction;
    const cutAt = whole.length + decimals;
    if (cutAt >= digits.length) return number;
    if (cutAt < 0) return negative ? -0 : 0;
    const tail = digits.slice(cutAt);
    const up = negative ? tail[0] > "5" || /^50*[1-9]/.test(tail) : tail[0] >= "5";
    let head = digits.slice(0, cutAt) || "0";
    if (up) head = plusOne(head);
    const text =
        decimals > 0 ? `${head.slice(0, -decimals) || "0"}.${head.slice(-decimals)}` : head + "0".repeat(-decimals);
    return Number((negative ? "-" : "") + text);
}

/** One more, with a leading 0. */
const plusOne = (digits) =>
    `0${digits}`.replace(/[0-8]9*$/, (tail) => Number(tail[0]) + 1 + "0".repeat(tail.length - 1));

/** A library result cut to 12 significant digits, where C libraries and engines still agree. */
export const cut = (number) => (Number.isFinite(number) ? Number(number.toExponential(11)) : number);

/** Whole powers by repeated multiplication in a fixed order; all others to 12 digits. */
export function power(base, exponent) {
    if (!Number.isInteger(exponent)) return cut(base ** exponent);
    let rest = Math.abs(exponent);
    let result = 1;
    for (let factor = base; rest >= 1; rest = Math.floor(rest / 2)) {
        if (rest % 2 === 1) result *= factor;
        factor *= factor;
    }
    return exponent >= 0 ? result : 1 / result;
}

// Dates.

/** `YYYY-MM-DDThh:mm:ss.sssZ` of milliseconds since 1970; empty outside the years 1 to 9999. */
const isoText = (at) => (at >= FIRST_DAY * DAY && at < AFTER_LAST_DAY * DAY ? new Date(at).toISOString() : "");

/** Milliseconds since 1970-01-01T00:00 on the clock of `zone`, for a date or a dateTime; null for anything else. */
export function instant(text, zone) {
    const [all, ...parts] = DATE.exec(text) || [""];
    const [year, month, day] = parts.map(Number);
    // Date.UTC takes the years 0 to 99 for others.
    const midnight = Date.UTC(year + 400, month - 1, day) - FOUR_CENTURIES * DAY;
    if (!all || dateText(midnight) !== all.slice(0, 10)) return null;
    if (!parts[3]) return midnight;
    const clock = clockOf(parts.slice(3));
    return clock === null ? null : midnight + clock + (parts[7] ? zone - offset(parts[7]) : 0) * 60000;
}

/** Milliseconds since midnight of hour, minute, second and fraction; null outside 00:00 to 23:59:59. */
function clockOf(parts) {
    const [hour, minute, second] = parts.slice(0, 3).map((part) => Number(part || 0));
    const fraction = (parts[3] || "").padEnd(3, "0").slice(0, 3);
    if (hour > 23 || minute > 59 || second > 59) return null;
    return ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction);
}

/** Minutes east of UTC, of “Z” or “+08:00”. */
function offset(text) {
    if (text === "Z") return 0;
    const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
    return text[0] === "-" ? -minutes : minutes;
}

/** The zone of the visit's clock in minutes: that of the campaign, +08:00 when `now` names none. */
export function zoneOf(now) {
    const match = DATE.exec(now);
    return match && match[8] ? offset(match[8]) : 480;
}

/** A time as the fraction of a day; NaN when it is none. */
export function timeFraction(text) {
    const match = TIME.exec(trim(text));
    const clock = match && clockOf(match.slice(1));
    return clock === null ? NaN : clock / DAY;
}

const pad = (number) => String(number).padStart(2, "0");

/** `YYYY-MM-DD` of milliseconds since 1970; empty outside the years 1 to 9999. */
export const dateText = (at) => isoText(at).slice(0, 10);

/** A dateTime in `zone`, of milliseconds on its clock; empty outside the years 1 to 9999. */
export function dateTimeText(at, zone) {
    const east = Math.abs(zone);
    const shift = `${zone < 0 ? "-" : "+"}${pad(Math.floor(east / 60))}:${pad(east % 60)}`;
    return isoText(at).replace("Z", shift);
}

/** A date in the words of `pattern` (%Y %y %m %n %b %d %e %a; with time %H %h %M %S %3); empty for no date. */
export function formatDate(at, pattern, names, withTime) {
    const text = isoText(at);
    if (!text) return "";
    const [Y, m, d, H, M, S, thousandths] = text.split(/\D/);
    const n = Number(m);
    const fields = { Y, y: Y.slice(2), m, n, d, e: Number(d), "%": "%" };
    fields.b = names.months[n - 1];
    fields.a = names.weekdays[new Date(at).getUTCDay()];
    if (withTime) Object.assign(fields, { H, h: Number(H), M, S, 3: thousandths });
    return pattern.replace(/%([^\n])/gu, (all, key) => (key in fields ? fields[key] : all));
}

/** Milliseconds since 1970 of a number of days or of the text of a date; NaN for anything else. */
export function milliseconds(value, zone) {
    if (typeof value === "number") return Math.floor(value * DAY + 0.5);
    const at = instant(trim(value), zone);
    return at === null ? NaN : at;
}

/** Whether an answer is of the type of its question. */
export function fitsType(kind, text) {
    if (kind === "integer") return /^-?[0-9]+$/.test(text);
    if (kind === "decimal") return NUMBER.test(text);
    if (kind === "time") return timeFraction(text) >= 0 && TIME.test(text);
    if (kind === "date") return text.length === 10 && instant(text, 0) !== null;
    if (kind === "dateTime") return text.length > 10 && instant(text, 0) !== null;
    return true;
}
