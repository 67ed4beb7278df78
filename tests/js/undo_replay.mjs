// Deletes an entry of a visit and puts it back as the phone does; gives what is stored then. A visit comes as JSON on standard input.

import { readFileSync } from "node:fs";
import { removeEntry, undoRemove } from "../../static/js/phone/pages/entries.mjs";
import { FormState } from "../../static/js/rules/evaluation.mjs";

const { package: pkg, answers, repeats, now, entry } = JSON.parse(readFileSync(0, "utf8"));

/** An element with all that is asked of one, and no page behind it. */
const anything = () =>
    new Proxy(() => undefined, {
        get: (_, name) => (name === Symbol.toPrimitive ? () => "" : anything()),
        apply: anything,
    });

const form = {
    row: { answers, repeats, removed: null },
    place: { key: entry.slice(1, entry.lastIndexOf("[")) },
    $: anything,
    go: () => undefined,
    rebuild() {
        this.state = new FormState(pkg, this.row.answers, this.row.repeats, { now, language: "zh-CN", begins: false });
    },
    changed() {
        this.row.answers = this.state.raw();
        this.row.repeats = this.state.repeats;
    },
};
form.rebuild();
removeEntry(form, entry);
const without = { answers: form.row.answers, repeats: form.row.repeats };
undoRemove(form);
process.stdout.write(JSON.stringify([without, { answers: form.row.answers, repeats: form.row.repeats }]));
