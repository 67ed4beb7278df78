// Lists and queries on standard input, what the phone finds on standard output; run by tests/surveys/questionnaire/test_list_search.py.

import { readFileSync } from "node:fs";
import { hit, Index, readingsOf } from "../../static/js/phone/lists/matching.mjs";

const { readings, tried } = JSON.parse(readFileSync(0, "utf8"));
const known = readingsOf(readings);

function answer(index, { rows, within }, text) {
    const letters = Array.from(text);
    for (const end of letters.keys()) index.find(letters.slice(0, end).join("")); // as it is typed
    const found = index.find(text);
    const some = index.find(text, within);
    const hits = found.rows.map((row) => hit(text, rows[row][0], known));
    return { number: found.number, rows: found.rows, within: some.number, some: some.rows, hits };
}

const told = tried.map((one) => {
    const index = new Index(known);
    for (const [label, code] of one.rows) index.add(label, code);
    return one.queries.map((text) => answer(index, one, text));
});
process.stdout.write(JSON.stringify(told));
