/** What a visit is handed in as: the content of receiving.md 2.1, from the state. Also what the attendance fills in. */

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
    const content = { answers, clock: state.now, outcome: outcomeOf(state.pkg, answers), parts: named(answers, parts) };
    if (Object.keys(state.repeats).length) content.repeats = state.repeats;
    if (present.length) content.present = present;
    if (replies) content.replies = replies;
    return content;
}

/** The parts that open answers name, each at the answer's own path: entries may have been renumbered since. */
function named(answers, parts) {
    const found = [];
    for (const path of Object.keys(answers)) {
        const part = parts.find((one) => one.name === answers[path]);
        if (part) found.push({ ...part, path });
    }
    return found;
}

/** Path → text of the answers that follow from who went; `members`: [{name, levels}]. */
export function fromAttendance(pkg, members) {
    const given = {};
    for (const row of pkg.facts.rows) {
        const [source, name] = (row.preload || "").split(".");
        if (source !== "attendance") continue;
        if (name === "chosen") given[row.path] = "yes";
        if (name === "names") given[row.path] = members.map((member) => member.name).join("、");
        if (name === "levels") given[row.path] = levelsOf(pkg, row.path, members);
    }
    for (const path of Object.keys(given)) if (!given[path]) delete given[path];
    return given;
}

/** The paths of the questions that the attendance answers. */
export const attended = (pkg) =>
    pkg.facts.rows.filter((row) => (row.preload || "").startsWith("attendance.")).map((row) => row.path);

function levelsOf(pkg, path, members) {
    const def = pkg.defs.find((one) => one.path === path);
    const rows = def && def.items && def.items.list ? pkg.sec[def.items.list] : [];
    return rows
        .filter((row) => members.some((member) => member.levels.includes(row.code || row.name)))
        .map((row) => row.name)
        .join(" ");
}
