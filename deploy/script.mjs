// Scripts as they travel: a module of static/js bundled with all it imports, in the ES2017 syntax that old WebViews know, and made
// small twice over: terser finds four parts in a hundred that esbuild leaves, counted after packing.
//
//     node deploy/script.mjs ENTRY NAME    writes it to the output, with what ENTRY exports in the variable NAME

import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { basename } from "node:path";
import { argv, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const root = fileURLToPath(new URL("..", import.meta.url));
const SHARED = "diaoyan"; // where a script leaves what its later one uses too; told by an event of that name

const COMMON = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    charset: "utf8",
    target: "es2017",
    legalComments: "none",
    logLevel: "warning",
    write: false,
};
const MANGLED = /^_[a-z]/; // what begins with _ belongs to its own class and to nobody else

async function smaller(text) {
    const { code } = await minify(text, { ecma: 2017, compress: { passes: 2 } });
    return `${code}\n`;
}

/** The text of the script that begins with `entry`, a path from the top of the tree. */
export async function script(entry, globalName = undefined) {
    const how = { ...COMMON, entryPoints: [entry], format: "iife", globalName, mangleProps: MANGLED };
    const bundled = await build(how);
    return smaller(bundled.outputFiles[0].text);
}

/**
 * The texts of two scripts of one page, [first, later]: what both use travels with the first and is there once. The later one begins
 * when the first has begun, whichever arrives sooner, and only beside the one it was made with.
 */
export async function scripts(first, later) {
    const entryPoints = [first, later];
    const how = {
        ...COMMON,
        entryPoints,
        format: "esm",
        mangleProps: MANGLED,
        splitting: true,
        outdir: root,
        metafile: true,
    };
    const { outputFiles, metafile } = await build(how);
    const files = Object.fromEntries(outputFiles.map(({ path, text }) => [`./${basename(path)}`, text]));
    const [one, other] = entryPoints.map((entry) => `./${basename(entry, ".mjs")}.js`);
    const [shared, ...more] = Object.keys(files).filter((name) => name !== one && name !== other);
    if (more.length) throw new Error(`${first} and ${later} share more than one file: ${more.join(", ")}`);
    const names = metafile.outputs[shared.slice(2)].exports;
    const mark = createHash("sha256").update(Object.values(files).join()).digest("hex").slice(0, 8);
    const given = `import {${names}} from "${shared}"; self.${SHARED} = ["${mark}", ${names}];
        dispatchEvent(new Event("${SHARED}"));`;
    const taken = `export const [, ${names}] = self.${SHARED};`;
    const own = await joined({ ...files, own: `import "${one}"; ${given}` });
    const begun = await joined({ ...files, [shared]: taken, own: `import "${other}";` });
    const wrapped = `(() => {
        const begin = () => { if (self.${SHARED}[0] === "${mark}") ${begun} };
        if (self.${SHARED}) begin(); else addEventListener("${SHARED}", begin);
    })()`;
    return [await smaller(own), await smaller(wrapped)];
}

/** The text of `own`, one of `files` by their names, with what it imports from the others. */
async function joined({ own, ...files }) {
    const setup = (work) => {
        work.onResolve({ filter: /^\.\// }, ({ path }) => ({ path, namespace: "made" }));
        work.onLoad({ filter: /.*/, namespace: "made" }, ({ path }) => ({ contents: files[path] }));
    };
    const how = { ...COMMON, stdin: { contents: own }, format: "iife", plugins: [{ name: "made", setup }] };
    return (await build(how)).outputFiles[0].text;
}

if (realpathSync(argv[1]) === fileURLToPath(import.meta.url)) stdout.write(await script(argv[2], argv[3]));
