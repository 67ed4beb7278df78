/** Lets a deputy choose who of the group went, and works out the answers that follow from it. */

import { empty, part } from "../questions/words.mjs";

/** Path → text of the answers that follow from who went; `members`: [{name, levels}]. */
export function fromAttendance(pkg, members) {
    const answers = {};
    for (const row of pkg.facts.rows) {
        const [source, name] = (row.preload || "").split(".");
        if (source !== "attendance") continue;
        if (name === "chosen") answers[row.path] = "yes";
        if (name === "names") answers[row.path] = members.map((member) => member.name).join("、");
        if (name === "levels") answers[row.path] = levelsOf(pkg, row.path, members);
    }
    for (const path of Object.keys(answers)) if (!answers[path]) delete answers[path];
    return answers;
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

/** Offer the group's members; `ids` are ticked. */
export function showMembers(box, members, ids) {
    const list = empty(part(box, "list"));
    for (const { id, name } of members) {
        const label = list.appendChild(document.createElement("label"));
        label.className = "pick";
        const input = label.appendChild(document.createElement("input"));
        input.type = "checkbox";
        input.name = "present";
        input.value = id;
        input.checked = ids.includes(id);
        label.appendChild(document.createElement("span")).textContent = name;
    }
}

/** Who is ticked; an empty list is said to be wrong. */
export function ticked(box) {
    const ids = Array.from(box.querySelectorAll("input[name=present]:checked"), (one) => one.value);
    const field = box.querySelector("#f-present");
    field.classList.toggle("has-error", !ids.length);
    part(box, "error").hidden = ids.length > 0;
    if (!ids.length) box.querySelector("#f-present-l").focus();
    return ids;
}

/** Those of the group who were chosen. */
export const membersOf = (about, ids) => (about.members || []).filter((member) => ids.includes(member.id));

/** Offer the group's members once more. */
export function present(form) {
    const box = form.$("f-start");
    showMembers(box, form.row.about.members || [], form.row.about.present || []);
    form.sight("f-start");
    form.head(form.texts.who_went, null);
    form.toTop();
    const go = (event) => {
        event.preventDefault();
        const ids = ticked(box);
        if (!ids.length) return;
        box.removeEventListener("submit", go);
        attend(form, ids);
        form.go(form.place.key, { replace: true });
    };
    box.addEventListener("submit", go);
}

/** What follows from who went changes too. */
function attend(form, ids) {
    form.row.about.present = ids;
    const answers = fromAttendance(form.pkg, membersOf(form.row.about, ids));
    for (const path of Object.keys(answers)) form.state.set(path, answers[path]);
    form.changed();
}
