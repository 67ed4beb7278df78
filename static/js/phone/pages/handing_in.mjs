/** Makes the content that a visit is handed in as (receiving.md 2.1) from its state. Pure. */

/** The category that a choice counts as: its code, else itself; "-" is none. */
function codeOf(pkg, path, value) {
    const def = pkg.defs.find((one) => one.path === path);
    if (!def || !def.items || !def.items.list) return value;
    const row = pkg.sec[def.items.list].find((one) => one.name === value);
    if (!row) return value;
    return row.code === "-" ? "" : row.code || value;
}

/** The outcome that the answers state; a form without that question means that the visit took place. */
export function outcomeOf(pkg, answers) {
    const row = pkg.facts.rows.find((one) => one.means === "outcome" && answers[one.path]);
    return (row && codeOf(pkg, row.path, answers[row.path])) || "visited";
}

/** The content without what `queueVersion` adds (base, format, questionnaire, visit). */
export function contentOf(state, { parts = [], present = [], replies = null } = {}) {
    const answers = state.answers();
    const content = {
        answers,
        clock: state.now,
        outcome: outcomeOf(state.pkg, answers),
        parts: partsOfAnswers(answers, parts),
    };
    if (Object.keys(state.repeats).length) content.repeats = state.repeats;
    if (present.length) content.present = present;
    if (replies) content.replies = replies;
    return content;
}

/** The parts that open answers name, each at the answer's own path: entries may have been renumbered since. */
function partsOfAnswers(answers, parts) {
    const withPaths = [];
    for (const path of Object.keys(answers)) {
        const part = parts.find((one) => one.name === answers[path]);
        if (part) withPaths.push({ ...part, path });
    }
    return withPaths;
}
