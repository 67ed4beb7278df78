// Bundles every static/js/<behaviour>.mjs into static/dist/<behaviour>.js: one file a behaviour, with all it imports,
// in the ES2017 syntax that old WebViews know. A page loads it with <script src defer>; modules in folders below
// static/js are parts of behaviours and get no file of their own. The field pages have one stylesheet: static/dist/field.css.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = `${root}static/js`;
const target = `${root}static/dist`;

const entries = readdirSync(source)
    .filter((name) => name.endsWith(".mjs"))
    .sort();

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

const result = await build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => `static/js/${name}`),
    outdir: "static/dist",
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: "es2017",
    legalComments: "none",
    banner: { js: "//# allFunctionsCalledOnLoad" }, // Chromium makes them all ready while the file arrives: no tap waits for that
    mangleProps: /^_[a-z]/, // what begins with _ belongs to its own class and to nobody else
    logLevel: "warning",
    metafile: true,
});

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

for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
    console.log(`    ${file}  ${(bytes / 1024).toFixed(1)} KB`);
}
