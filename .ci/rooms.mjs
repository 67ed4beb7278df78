// Which room of static/js may look into which. Entry scripts stand at the top and may use every room; whatever a room imports stands
// in it or in a room named here. No ring of modules, and no room with more than a person takes in. Prints what breaks it; then exits 1.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const MOST = 17; // modules of a room
const ROOMS = {
    rules: [],
    editor: [],
    "phone/store": [],
    "phone/caller": ["phone/store"],
    "phone/outbox": ["phone/store", "phone/caller"],
    "phone/questions": [],
    "phone/lists": ["phone/store", "phone/questions"],
    "phone/media": ["phone/store", "phone/caller", "phone/questions"],
    "phone/pages": ["rules", "phone/store", "phone/outbox", "phone/questions"],
    "phone/visit": ["rules", "phone/store", "phone/caller", "phone/outbox", "phone/questions", "phone/pages"],
};
ROOMS["phone/own"] = [...ROOMS["phone/visit"], "phone/visit", "phone/lists"];

const top = fileURLToPath(new URL("../static/js", import.meta.url));
const modules = readdirSync(top, { recursive: true }).filter((path) => path.endsWith(".mjs"));
const wrong = [];

/** The modules of ours that a module imports, as paths below static/js. */
function importsOf(path) {
    const text = readFileSync(join(top, path), "utf8");
    const named = text.matchAll(/(?:^import |^export .*from |^\} from |import\().*?"(\.[^"]+)"/gm);
    return Array.from(named, ([, to]) => relative(top, resolve(top, dirname(path), to)));
}

const imports = new Map(modules.map((path) => [path, importsOf(path)]));
for (const [path, targets] of imports) {
    const room = dirname(path);
    if (room === ".") continue;
    if (!(room in ROOMS)) wrong.push(`${path} stands in no room`);
    for (const target of targets) {
        const other = dirname(target);
        if (other !== room && !(ROOMS[room] || []).includes(other)) wrong.push(`${path} must not import ${target}`);
    }
}
for (const room of Object.keys(ROOMS)) {
    const number = modules.filter((path) => dirname(path) === room).length;
    if (!number || number > MOST) wrong.push(`${room} has ${number} modules`);
}

/** Leave out, again and again, what imports nothing that is left: a ring stays. */
let left = modules;
for (let before = 0; before !== left.length; ) {
    before = left.length;
    const still = new Set(left);
    left = left.filter((path) => imports.get(path).some((target) => still.has(target)));
}
if (left.length) wrong.push(`a ring, or what leads to one: ${left.join(", ")}`);

console.log([...wrong, `${modules.length} modules read`].join("\n"));
process.exitCode = wrong.length ? 1 : 0;
