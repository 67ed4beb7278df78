// Says of texts whether the phone sees an ID or a bank card number in them. [text, label, today] come as JSON on standard input.

import { readFileSync } from "node:fs";
import { holdsNumber } from "../../static/js/phone/questions/personal_numbers.mjs";

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((asked) => holdsNumber(...asked))));
