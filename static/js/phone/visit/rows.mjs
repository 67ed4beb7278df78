/** Decides what a visit goes on with when the phone and the server both have something. No store, no page. */

const ABOUT = [
    "in_force",
    "withdrawn",
    "late",
    "locked",
    "editable",
    "as_of",
    "office",
    "liaison",
    "given",
    "media",
    "members",
    "present",
    "self",
    "returned_at",
];

const MOST = 5000; // instances of a repeat: what the server takes

/** What the server says of the visit beside the answers, kept with the row. */
export function aboutOf(data) {
    const about = {};
    for (const key of ABOUT) about[key] = data[key] === undefined ? null : data[key];
    return about;
}

const isObject = (value) => Boolean(value) && typeof value === "object" && !Array.isArray(value);
const only = (values, fits) => {
    const fitting = {};
    for (const key of isObject(values) ? Object.keys(values) : []) if (fits(values[key])) fitting[key] = values[key];
    return fitting;
};
const isText = (value) => typeof value === "string";
const isCount = (value) => Number.isInteger(value) && value >= 0 && value <= MOST;

/** What can still be read of a row: `{row, damaged}`. What it lost comes from the server's word, or is empty. */
export function readable(storedRow) {
    const [answers, repeats] = [only(storedRow.answers, isText), only(storedRow.repeats, isCount)];
    const row = { ...storedRow, answers, repeats };
    for (const key of ["about", "assignment"]) row[key] = only(storedRow[key], () => true);
    for (const key of ["comments", "parts"]) if (!Array.isArray(storedRow[key])) row[key] = [];
    for (const key of ["base", "questionnaire", "page", "changed"]) if (!isText(storedRow[key])) row[key] = null;
    if (!isObject(storedRow.head) || !isObject(storedRow.head.answers)) row.head = null;
    const hasLost = (key) => storedRow[key] && Object.keys(row[key]).length !== Object.keys(storedRow[key]).length;
    const damaged = Boolean(hasLost("answers") || hasLost("repeats"));
    if (!row.changed && (damaged || storedRow.changed)) row.changed = new Date().toISOString();
    return { row, damaged };
}

const same = (one, other) => JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
const inOrder = (answers) =>
    Object.keys(answers || {})
        .sort()
        .map((path) => [path, answers[path]]);

const headOf = (data) => (data.head ? data.head.content : null);

/** A row from one of the places where a draft may lie. */
export function rowFrom(data, source, more = {}) {
    return {
        visit: data.visit,
        assignment: data.assignment,
        about: aboutOf(data),
        comments: data.comments,
        head: data.head,
        questionnaire: source.questionnaire || data.questionnaire,
        answers: source.answers || {},
        repeats: source.repeats || {},
        base: source.base === undefined ? headOf(data) : source.base,
        clock: source.clock || null,
        page: source.page || null,
        changed: null,
        mirrored: null,
        parts: source.parts || [],
        replies: source.replies || null,
        ...more,
    };
}

/**
 * `{row, others, left}`: the row to go on with (null for a visit that has not begun), the drafts found elsewhere that the
 * person is asked about, and what is set aside unasked: the phone's own, where the pages without script went on from just that.
 * `storedRow`: the phone's row; `data`: the server's word, null without a network; `isWaiting`: a version of this phone is not
 * confirmed yet.
 */
export function settle(storedRow, data, isWaiting) {
    if (!data) return { row: storedRow || null, others: [] };
    const here = storedRow && {
        ...storedRow,
        assignment: data.assignment,
        about: { ...aboutOf(data), present: presentIds(storedRow, data) },
        comments: data.comments,
        head: data.head,
    };
    const head = headOf(data);
    const own = data.drafts.find((draft) => draft.own);
    const isPassed = own && here && own.after === here.changed && differs(own, here);
    if (here && !isPassed && (here.changed || isWaiting)) {
        const drafts = data.drafts.filter((draft) => [head, here.base].includes(draft.base || null));
        return { row: here, others: here.changed ? elsewhere(here, drafts, true) : [] };
    }
    if (own && (isPassed || (own.base || null) === head)) {
        const more = here && { about: here.about, declined: here.declined };
        const row = rowFrom(data, own, { changed: own.at, mirrored: own.at, from: own.mark, ...more });
        return { row, others: [], left: isPassed && [here] };
    }
    const fresh = data.head
        ? rowFrom(data, { ...data.head, base: head, questionnaire: data.head.questionnaire })
        : null;
    const row = here && here.base === head ? here : fresh;
    return { row, others: elsewhere(row, data.drafts, here) }; // also those begun before the head: they become a fork, and are kept
}

const presentIds = (storedRow, data) =>
    ((storedRow.about || {}).present || []).length ? storedRow.about.present : data.present;

const differs = (one, other) =>
    one.questionnaire !== other.questionnaire ||
    !["answers", "repeats", "replies"].every((key) => same(one[key], other[key]));

/**
 * Drafts of others that say something else, and one's own that the pages without script wrote and this phone does not go on from,
 * or that a phone without a row had sent; none turned down.
 */
function elsewhere(row, drafts, hasRow) {
    const mine = row || { answers: {} };
    return drafts.filter(
        (draft) =>
            (draft.own
                ? draft.changed
                    ? !hasRow
                    : draft.mark !== mine.from && differs(draft, mine)
                : !same(draft.answers, mine.answers)) &&
            !(mine.declined || []).includes(draft.mark) &&
            Object.keys(draft.answers).length > 0,
    );
}
