// Visits as JSON on standard input, their states as JSON on standard output.

import { readFileSync } from "node:fs";
import { replayAll } from "./replay.mjs";

process.stdout.write(JSON.stringify(replayAll(JSON.parse(readFileSync(0, "utf8")))));
