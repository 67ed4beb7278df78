// How long the phone's evaluator takes over a filled visit, in milliseconds; run by `make bench` in a slowed-down browser.

import { FormState } from "../../static/js/rules/evaluation.mjs";

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

/** One act several times: the median, after a few rounds that do not count. */
function timed(act, rounds) {
    const times = [];
    for (let round = -5; round < rounds; round++) {
        const start = performance.now();
        act(round);
        if (round >= 0) times.push(performance.now() - start);
    }
    return median(times);
}

/** {full, change}: a visit read back with everything judged; one changed answer with everything judged. */
export function measure(pkg, answers, repeats, now, path) {
    const state = new FormState(pkg, answers, repeats, { now });
    return {
        full: timed(() => new FormState(pkg, answers, repeats, { now }).problems(), 25),
        change: timed((round) => {
            state.set(path, String(80 + ((round + 5) % 7)));
            state.problems();
        }, 101),
    };
}
