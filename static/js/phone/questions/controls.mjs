/** Puts an answer into the controls of its question, as it is read from them again (posted.mjs). */

import { readControls } from "./posted.mjs";
import { isPosition } from "./wrong.mjs";

const ofQuestion = (block, path) =>
    Array.from(block.querySelectorAll("input, select, textarea")).filter((one) => one.name === path);

/** Show the raw answer in the controls; what they say already is left alone, also a number typed another way. */
export function fill(block, path, raw) {
    const current = readControls(block, path);
    if (current === null || current === raw) return;
    const controls = ofQuestion(block, path);
    const kind = block.getAttribute("data-type");
    const words = raw ? raw.split(" ") : [];
    controls.forEach((control, place) => {
        if (control.type === "radio") control.checked = control.value === raw;
        else if (control.type === "checkbox") control.checked = words.includes(control.value);
        else if (kind === "rank") control.value = words[place] || "";
        else if (kind === "geopoint") control.value = isPosition(raw) === !place ? raw : "";
        else if (kind === "time") control.value = raw.slice(0, 5);
        else if (kind === "dateTime") control.value = raw.slice(0, 16);
        else control.value = raw;
    });
}

/** Whether the person has touched the block since the page was written: what they typed before the script came. */
export const isTouched = (block, path) =>
    ofQuestion(block, path).some((control) => {
        if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked;
        if (control.tagName !== "SELECT") return control.type !== "hidden" && control.value !== control.defaultValue;
        return (
            Array.from(control.options).some((option) => option.selected !== option.defaultSelected) &&
            control.value !== ""
        );
    });

/** Where focus goes for a question: its first control in sight, else its heading. */
export const target = (block) =>
    block.querySelector("legend[tabindex]") ||
    Array.from(block.querySelectorAll("input, select, textarea")).find((one) => one.type !== "hidden") ||
    block;

/** The id of a question's control, as the server gives it. */
export const fieldId = (path) => `q-${path.slice(1).replace(/\//g, ".").replace(/\[/g, "-").replace(/\]/g, "")}`;

/** `/r_site[]/r_room[]/area` on the page `r_site[2]/r_room[1]` → `/r_site[2]/r_room[1]/area`. */
export function concrete(pattern, key) {
    const numbers = key.match(/\[[0-9]+\]/g) || [];
    return pattern.replace(/\[\]/g, () => numbers.shift() || "[1]");
}

/** The blank page of a repeat as the page of one entry: every name and id with its number. */
export function instance(pattern, key) {
    const section = document.importNode(pattern.content, true).firstElementChild;
    section.setAttribute("data-page", key);
    for (const block of section.querySelectorAll("[data-path]")) {
        const blank = block.getAttribute("data-path");
        const path = concrete(blank, key);
        const [before, after] = [fieldId(blank), fieldId(path)];
        for (const element of [block, ...block.querySelectorAll("*")]) {
            for (const { name, value } of Array.from(element.attributes)) {
                if (value === blank) element.setAttribute(name, path);
                else if (value.includes(before)) element.setAttribute(name, value.split(before).join(after));
            }
        }
    }
    return section;
}

/** Name the lines of a block that are in sight in what describes its controls: hint, remark, error, note, echo. */
export function redescribe(block) {
    const lines = Array.from(block.children).filter((one) => one.id && !one.hidden && /-[hcesu]$/.test(one.id));
    for (const control of block.querySelectorAll("input:not([type=hidden]):not([type=search]), select, textarea")) {
        if (lines.length) control.setAttribute("aria-describedby", lines.map((one) => one.id).join(" "));
        else control.removeAttribute("aria-describedby");
    }
}
