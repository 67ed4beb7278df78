/** Who went, chosen anew while the form is open. */

import { fromAttendance } from "./attendance.mjs";
import { membersOf, showMembers, ticked } from "./start.mjs";

/** Offer the group's members once more. */
export function present(form) {
    const box = form.$("f-start");
    showMembers(box, form.row.about.members || [], form.row.about.present || []);
    form.sight("f-start");
    form.head(form.texts.who_went, null);
    form.toTop();
    const go = (event) => {
        event.preventDefault();
        const chosen = ticked(box);
        if (!chosen.length) return;
        box.removeEventListener("submit", go);
        attend(form, chosen);
        form.go(form.place.key, { replace: true });
    };
    box.addEventListener("submit", go);
}

/** What follows from who went changes too. */
function attend(form, chosen) {
    form.row.about.present = chosen;
    const given = fromAttendance(form.pkg, membersOf(form.row.about, chosen));
    for (const path of Object.keys(given)) form.state.set(path, given[path]);
    form.changed();
}
