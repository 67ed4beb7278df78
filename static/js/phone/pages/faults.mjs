/** Says above a page what has to be changed before one goes on, with jumps. */

import { fieldId } from "../questions/controls.mjs";
import { empty, part, say } from "../questions/words.mjs";

/** Put them above the page, and the focus there. */
export function faulty(form, faults) {
    const box = form.$("f-faults");
    say(box.querySelector("h2"), { number: faults.length });
    const list = empty(part(box, "list"));
    for (const { block, label, message } of faults) {
        const line = list.appendChild(document.createElement("p"));
        const link = line.appendChild(document.createElement("a"));
        link.className = "jump";
        link.href = `#${fieldId(block.getAttribute("data-path"))}`;
        link.textContent = label + form.texts.colon + message;
        link.addEventListener("click", (event) => {
            event.preventDefault();
            form.toQuestion(block.getAttribute("data-path"));
        });
    }
    box.hidden = false;
    document.title = `${box.querySelector("h2").textContent} · ${form.title}${form.suffix}`;
    box.scrollIntoView();
    box.focus({ preventScroll: true });
}
