/** Says the words that a page brings with it: a text with places for values stands in `data-say` of the element that says it. */

export const filled = (text, values) =>
    text.replace(/%\((\w+)\)[sd]/g, (_, name) => (values[name] === undefined ? "" : String(values[name])));

/** Say what the element has ready, with these values; `which` names another text of it (`data-last`), one thing has its own. */
export function say(element, values = {}, which = "") {
    const own = which ? element.getAttribute(`data-${which}`) : null;
    const one = !own && values.number === 1 ? element.getAttribute("data-one") : null;
    const text = filled(own || one || element.getAttribute("data-say") || "", values);
    if (element.textContent !== text) element.textContent = text;
}

export const two = (number) => String(number).padStart(2, "0");

/** A moment as people in China read it: {clock, day, full}, of an ISO text or a Date. */
export function moment(at, texts) {
    const date = new Date(at);
    if (Number.isNaN(date.getTime())) return { clock: "", day: "", full: "" };
    const there = new Date(date.getTime() + 8 * 3600000);
    const values = {
        year: there.getUTCFullYear(),
        month: there.getUTCMonth() + 1,
        day: there.getUTCDate(),
        month_name: texts.months[there.getUTCMonth()],
        clock: `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`,
    };
    return { clock: values.clock, day: filled(texts.short_day, values), full: filled(texts.full_moment, values) };
}

/** A pattern of the page, copied. */
export function copy(id) {
    const pattern = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
    return document.importNode(pattern.content, true).firstElementChild;
}

export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

export function empty(element) {
    while (element.firstChild) element.removeChild(element.firstChild);
    return element;
}
