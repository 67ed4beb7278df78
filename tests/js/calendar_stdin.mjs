// Dates and moments on standard input, what the phone makes of them on standard output; run by tests/surveys/questionnaire/test_calendar.py.

import { readFileSync } from "node:fs";
import { dateText, dateTimeText, fitsType, formatDate, instant } from "../../static/js/rules/expression_values.mjs";

const { texts, moments, names, pattern } = JSON.parse(readFileSync(0, "utf8"));

process.stdout.write(
    JSON.stringify({
        texts: texts.map(([text, zone]) => [instant(text, zone), fitsType("date", text), fitsType("dateTime", text)]),
        moments: moments.map(([at, zone]) => [
            dateText(at),
            dateTimeText(at, zone),
            formatDate(at, pattern, names, true),
        ]),
    }),
);
