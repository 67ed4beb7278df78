// Bundles the compared engines into the folder named as the first argument; node_modules lie beside this file's copy.

import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";

const here = fileURLToPath(new URL(".", import.meta.url));
const site = process.argv[2];
const core = `${here}node_modules/enketo-core/`;
const common = { absWorkingDir: here, bundle: true, minify: true, legalComments: "none", logLevel: "error" };
const OWN = ["config", "widgets", "translator", "dialog", "file-manager", "xpath-evaluator-binding"];
const PLACES = { config: "config.js", translator: "src/js/fake-translator.js", dialog: "src/js/fake-dialog.js" };

const alias = {};
for (const name of OWN) alias[`enketo/${name}`] = core + (PLACES[name] || `src/js/${name}.js`);

await build({ ...common, entryPoints: ["enketo.mjs"], outdir: site, format: "iife", alias });
await build({ ...common, entryPoints: ["transform.mjs"], outdir: site, format: "iife", external: ["libxslt"] });
await build({
    ...common,
    entryPoints: ["web_forms.mjs"],
    outdir: site,
    format: "esm",
    splitting: true,
    define: { "process.env.NODE_ENV": '"production"' },
});

// The style sheets name node_modules by a path of their authors' own tree.
const THEIRS = "/packages/enketo-core/node_modules/";
const importer = {
    findFileUrl: (name) =>
        name.startsWith(THEIRS) ? pathToFileURL(`${here}node_modules/${name.slice(THEIRS.length)}`) : null,
};
const quiet = { warn() {}, debug() {} };
const style = compile(`${core}src/sass/formhub/formhub.scss`, {
    style: "compressed",
    importers: [importer],
    logger: quiet,
});
writeFileSync(`${site}/enketo.css`, style.css);
