/** What follows from who went: the questions that the attendance answers, and their answers. */

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
