/** What the desk asks of a returned visit, said above its pages. */

import { placeOf, step } from "./page_order.mjs";
import { empty, moment, part, say } from "./words.mjs";

/** The desk's remarks with jumps. */
export function showRemarks(form) {
    const { comments, about } = form.row;
    const box = form.$("f-returned");
    const [who, when] = box.querySelectorAll("[data-say]");
    say(who, { office: about.office });
    say(when, { day: moment(about.returned_at, form.texts).day });
    const list = empty(part(box, "list"));
    (comments || []).forEach(({ path, text }, number) => {
        const place = path && placeOf(form.state, path);
        const line = list.appendChild(document.createElement("li"));
        if (!place) {
            line.textContent = text;
            return;
        }
        const button = line.appendChild(document.createElement("button"));
        button.type = "button";
        button.className = "jump link";
        const page = step(form.keys(), place.key).number;
        button.textContent = `${number + 1}. ${form.state.label(path)}${form.texts.on_page.replace("%(number)d", page)}`;
        button.addEventListener("click", () => form.jump(place.key, path));
    });
}
