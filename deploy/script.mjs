// One script as it travels: a module of static/js bundled with all it imports, in the ES2017 syntax that old WebViews know, and made
// small twice over: terser finds four parts in a hundred that esbuild leaves, counted after packing.
//
//     node deploy/script.mjs ENTRY NAME    writes it to the output, with what ENTRY exports in the variable NAME

import { realpathSync } from "node:fs";
import { argv, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The text of the script that begins with `entry`, a path from the top of the tree. */
export async function script(entry, globalName = undefined) {
    const bundled = await build({
        absWorkingDir: root,
        entryPoints: [entry],
        bundle: true,
        minify: true,
        charset: "utf8",
        format: "iife",
        globalName,
        target: "es2017",
        legalComments: "none",
        mangleProps: /^_[a-z]/, // what begins with _ belongs to its own class and to nobody else
        logLevel: "warning",
        write: false,
    });
    const { code } = await minify(bundled.outputFiles[0].text, { ecma: 2017, compress: { passes: 2 } });
    return `${code}\n`;
}

if (realpathSync(argv[1]) === fileURLToPath(import.meta.url)) stdout.write(await script(argv[2], argv[3]));
