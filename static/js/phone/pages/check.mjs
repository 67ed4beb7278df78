/** Shows before handing in what is missing, with jumps, what to look at again, and every page with its count. */

import { copy, empty, part, say } from "../questions/words.mjs";
import { wordsFor } from "../questions/wrong.mjs";
import { listOf, nodesOf, places, step } from "./page_order.mjs";

/** The form looked through: {gaps, warnings, counted}, in the order of its pages. */
export function check(form) {
    const { state } = form;
    const open = places(state);
    const keys = open.map((place) => place.key);
    const result = { gaps: [], warnings: [], counted: [] };
    for (const place of open) {
        const { key, page, node } = place;
        const { number } = step(state, key);
        if (page.kind === "list") {
            const name = page.path.slice(page.path.lastIndexOf("/") + 1);
            const entries = node.kids[name];
            const wrong = state.problems().filter(([path]) => path.startsWith(`/${key}[`)).length;
            result.counted.push({
                key,
                title: form.titleOf(place),
                number: entries.length,
                missing: wrong,
                isList: true,
            });
            continue;
        }
        const nodes = nodesOf(page, state, node)
            .map((one) => state.node(one.path))
            .filter((one) => one.relevant);
        const wrong = nodes.filter((one) => wordsFor(one, form.texts, true));
        for (const one of wrong) {
            result.gaps.push({
                key,
                number,
                path: one.path,
                label: state.label(one.path),
                error: gapWords(one, form.texts),
            });
        }
        for (const one of nodes) {
            const error = form.noteOn && form.noteOn(one); // number_notes.mjs
            if (!error && (one.def.type !== "note" || one.def.relevant === undefined)) continue;
            const label = state.label(one.path).replace(/^⚠\s*/, "");
            result.warnings.push({ key, number, path: one.path, label, error });
        }
        if (listOf(keys, key) !== undefined) continue;
        const answerCount = nodes.filter((one) => one.def.type !== "note" && one.value !== "" && !one.problem).length;
        result.counted.push({ key, title: form.titleOf(place), number: answerCount, missing: wrong.length });
    }
    return result;
}

/** What is missing, by what a person would do about it; what is wrong, in the form's words. */
const gapWords = (node, texts) =>
    node.problem === "required" ? texts[node.select ? "not_chosen" : "not_filled"] : wordsFor(node, texts, true);

const jumps = (list, places_, form, strict) => {
    empty(list);
    for (const gap of places_) {
        const line = list.appendChild(copy("t-gap"));
        const button = line.querySelector("button");
        say(button, gap, gap.error ? "" : "short");
        button.addEventListener("click", () => form.jump(gap.key, gap.path, strict));
    }
};

export function showCheck(form) {
    form.state.at(form.clock());
    form.sight("f-check");
    form.tell();
    const { gaps, warnings, counted } = check(form);
    const { row } = form;
    form.gaps = gaps;
    form.head(form.texts.check, null);
    const box = form.$("f-check");
    const isSame = !row.changed && Boolean(row.base);
    const office = { office: row.about.office };
    part(box, "gaps").hidden = !gaps.length;
    part(box, "same").hidden = gaps.length > 0 || !isSame || form.isReturned();
    const asBefore = part(box, "as-before");
    if (asBefore) asBefore.hidden = gaps.length > 0 || !isSame || !form.isReturned();
    part(box, "ready").hidden = gaps.length > 0 || isSame;
    part(box, "office").hidden = !gaps.length;
    part(box, "warnings").hidden = !warnings.length;
    say(part(box, "gaps").querySelector("h2"), { number: gaps.length });
    for (const name of ["same", "ready", "office"]) say(part(box, name).querySelector("p"), office);
    say(box.querySelector("[data-do=hand-in]"), {}, row.base ? "again" : "");
    jumps(part(part(box, "gaps"), "list"), gaps, form, true);
    jumps(part(part(box, "warnings"), "list"), warnings, form, false);
    const list = empty(part(box, "pages"));
    const own = counted.some((one) =>
        /^([一二三四五六七八九十]{1,3}(之[一二三四五六七八九十])?、|\d+(\.\d+)*[.、 ])/.test(one.title),
    );
    counted.forEach((one, place) => {
        const line = list.appendChild(copy("t-page"));
        const [button, count] = line.children;
        button.textContent = own ? one.title : `${place + 1}. ${one.title}`;
        button.addEventListener("click", () => form.go(one.key, { strict: one.missing > 0 }));
        say(count, { number: one.missing || one.number }, one.missing ? "missing" : one.isList ? "entries" : "");
        count.className = one.missing ? "err" : "";
    });
    form.toTop();
}
