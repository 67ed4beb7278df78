// Gives the open pages of visits as the phone walks them, for comparison with the server's. Visits come as JSON on standard input.

import { readFileSync } from "node:fs";
import { placeOf, places, step } from "../../static/js/phone/pages/page_order.mjs";
import { FormState } from "../../static/js/rules/evaluation.mjs";

const visits = JSON.parse(readFileSync(0, "utf8"));
const walked = visits.map(({ package: pkg, answers, repeats, now }) => {
    const state = new FormState(pkg, answers, repeats, { now, language: "zh-CN", begins: false });
    const keys = places(state).map((place) => place.key);
    return {
        keys,
        steps: keys.map((key) => {
            const { number, total, previous, next, list, entry } = step(state, key);
            return [
                key,
                number,
                total,
                previous || null,
                next || null,
                list === undefined ? null : list,
                entry || null,
            ];
        }),
        of: Object.keys(answers).map((path) => [path, (placeOf(state, path) || { key: null }).key]),
    };
});
process.stdout.write(JSON.stringify(walked));
