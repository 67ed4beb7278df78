// Bundles every static/js/<behaviour>.mjs into static/dist/<behaviour>.js: one file a behaviour, with all it imports (script.mjs).
// A page loads it with <script src>. Modules in folders below static/js are parts of behaviours and get no file.
// The field pages have one stylesheet: static/dist/field.css.

import { Buffer } from "node:buffer";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { script } from "./script.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}static/dist`;

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const behaviours = readdirSync(`${root}static/js`).filter((name) => name.endsWith(".mjs"));
for (const name of behaviours.sort()) {
    const file = `static/dist/${name.replace(/\.mjs$/, ".js")}`;
    const text = await script(`static/js/${name}`);
    writeFileSync(root + file, text);
    console.log(`    ${file}  ${(Buffer.byteLength(text) / 1024).toFixed(1)} KB`);
}

await build({
    stdin: {
        contents: '@import "./tokens.css"; @import "./field.css";',
        loader: "css",
        resolveDir: `${root}static/css`,
    },
    outfile: "static/dist/field.css",
    absWorkingDir: root,
    bundle: true,
    minify: true,
    charset: "utf8",
    target: ["chrome69", "safari12"],
    logLevel: "warning",
});
