/** Reads what a question's controls say, as the server reads it from the posted form (surveys/forms/answer_fields.py). */

const WIDE = "０１２３４５６７８９．，－＋　";
const PLAIN = "0123456789.,-+ ";
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g; // all but tab and line feed
const SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/** Text as it may enter the raw answers: NFC, without control characters and halves of surrogate pairs. */
export const clean = (text) =>
    text
        .replace(/\r\n?/g, "\n")
        .replace(SURROGATES, (_half, before) => `${before || ""}\ufffd`)
        .replace(CONTROLS, "")
        .normalize("NFC");

export const number = (text) => {
    const plain = Array.from(text, (sign) => (WIDE.includes(sign) ? PLAIN[WIDE.indexOf(sign)] : sign))
        .join("")
        .trim();
    return GROUPED.test(plain) ? plain.replace(/,/g, "") : plain;
};

const controlsOf = (block, path) =>
    Array.from(block.querySelectorAll("input, select, textarea")).filter((control) => control.name === path);

const DAY = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/;
const once = (texts) => texts.filter((text, place) => text && texts.indexOf(text) === place).join(" ");

/** A day in the calendar's own order; a browser without a date picker gives what was typed. */
function day(text) {
    const match = DAY.exec(number(text));
    return match ? [match[1], match[2].padStart(2, "0"), match[3].padStart(2, "0")].join("-") : text.trim();
}

/** The raw answer that the controls of a question's block hold now; null where they hold none (a file). */
export const readControls = (block, path) => {
    const controls = controlsOf(block, path).filter((one) => one.type !== "file");
    const active = controls.filter((one) => !["radio", "checkbox"].includes(one.type) || one.checked);
    const texts = active.map((one) => clean(one.value));
    const kind = block.getAttribute("data-type");
    const template = block.getAttribute("data-template");
    if (["image", "audio", "video", "file"].includes(kind) && template !== "signature") return null;
    if (!controls.length) return null;
    if (kind === "select_multiple") return once(texts.join(" ").split(" "));
    if (kind === "rank") return once(texts);
    const text = texts[0] || "";
    if (["integer", "decimal", "range"].includes(kind)) return number(text);
    if (kind === "geopoint") return (texts[1] || "").trim().replace(/\n/g, " ") || text.trim(); // words before a position
    if (kind === "date") return text && day(text);
    if (kind === "time") return text && `${text}:00.000+08:00`.slice(0, 18);
    if (kind === "dateTime") return text && `${text}:00.000+08:00`;
    return template === "multiline" ? text.trim() : text.trim().replace(/\n/g, " ");
};
