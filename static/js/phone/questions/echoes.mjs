/** Reads back below a field what was typed in it, in the words the server uses (surveys/pages/field/questions/questions.py). Pure. */

import { filled } from "./words.mjs";

const thousands = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** A plain decimal number times 10 000, on its digits: no rounding. */
const timesTenThousand = (text) => {
    const [whole, part = ""] = text.split(".");
    const digits = (whole + part.padEnd(4, "0").slice(0, 4)).replace(/^0+(?=\d)/, "");
    const rest = part.slice(4).replace(/0+$/, "");
    return thousands(digits) + (rest ? `.${rest}` : "");
};

const tidy = (text) =>
    (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text).replace(/^0+(?=\d)/, "");

const amount = (raw, texts) => {
    if (!/^\d+(\.\d+)?$/.test(raw) || Number(raw) > 1e9) return "";
    if (Number(raw) < 10000) return filled(texts.amount, { amount: tidy(raw), yuan: timesTenThousand(raw) });
    return filled(texts.large_amount, { amount: String(Number(raw) / 10000) });
};

export const dayOf = (raw, texts) => {
    const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(raw);
    if (!match || !texts.day) return "";
    const moment = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
    if (Number.isNaN(moment.getTime()) || moment.getUTCDate() !== Number(match[3])) return "";
    const values = { year: match[1], month: Number(match[2]), day: Number(match[3]) };
    values.weekday = texts.weekdays[(moment.getUTCDay() + 6) % 7];
    values.month_name = texts.months[Number(match[2]) - 1];
    return filled(texts.day, values);
};

export const countText = (length, most, texts) => {
    const values = { written: length, left: most - length, over: length - most };
    if (length > most) return filled(texts.too_many, values);
    return filled(length >= most * 0.9 ? texts.nearly_full : texts.count, values);
};

/** The echo of one question; empty when there is nothing to read back. */
export const echoOf = (block, raw, texts) => {
    const kind = block.getAttribute("data-type");
    const area = block.querySelector("textarea[data-most]");
    if (area) return countText(Array.from(raw).length, Number(area.getAttribute("data-most")), texts);
    if (kind === "select_multiple") {
        const number = raw ? raw.split(" ").length : 0;
        return number ? filled(texts.ticked, { number }) : "";
    }
    if (kind === "date") return dayOf(raw, texts);
    const unit = block.querySelector("[data-unit]");
    return unit && unit.getAttribute("data-unit").includes("万元") ? amount(raw, texts) : "";
};
