// Built-ins that Chromium 69 or Safari 12 do not have, found in the scripts of the pages. esbuild lowers syntax, not these.
// One that is used only where it is there is allowed: the same file asks first (`"name" in …`, `typeof name`, `.name ?`,
// `.name &&`), or it stands at the head of a `try`. Prints file, line and name; exits 1 when there is any.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

// After a point. Each came to Chromium after 69 or to Safari after 12 (or never).
const METHODS = `
    at flat flatMap replaceAll matchAll findLast findLastIndex toSorted toReversed toSpliced with group groupBy hasOwn
    fromEntries fromAsync allSettled any withResolvers try isWellFormed toWellFormed description
    difference intersection symmetricDifference union isSubsetOf isSupersetOf isDisjointFrom
    arrayBuffer stream replaceChildren moveBefore requestSubmit showModal showPopover hidePopover togglePopover
    checkVisibility toggleAttribute getAnimations computedStyleMap animate startViewTransition
    randomUUID getDeviceId databases persist persisted estimate getDirectory share canShare
    deliveryType navigate structuredClone timeout throwIfAborted waitAsync grow transfer resize
    userAgentData connection scheduler locks wakeLock keyboard setAppBadge
`.match(/\w+/g);
// Names of their own.
const GLOBALS = `
    globalThis queueMicrotask structuredClone reportError requestIdleCallback BigInt BigInt64Array BigUint64Array
    WeakRef FinalizationRegistry AggregateError ResizeObserver IntersectionObserver BroadcastChannel
    CompressionStream DecompressionStream OffscreenCanvas ClipboardItem visualViewport cookieStore
    navigation scheduler trustedTypes Temporal Iterator SuppressedError Highlight EyeDropper Sanitizer URLPattern
    ReadableStream WritableStream TransformStream SharedArrayBuffer Atomics
`.match(/\w+/g);
// Parts of Intl and of AbortSignal, and patterns with what old engines cannot read.
const OTHER = [
    /\bIntl\.(RelativeTimeFormat|ListFormat|DisplayNames|Locale|Segmenter|PluralRules|DurationFormat|supportedValuesOf)\b/g,
    /(\(\?<[=!])/g,
    /(\(\?<[A-Za-z])/g,
    /(\\[pP]\{)/g,
    /\b(AbortSignal)\.(?:any|timeout)\b/g,
];

/** Places of a pattern in a text: [line, name]. */
function* places(text, pattern) {
    for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
        yield [text.slice(0, found.index).split("\n").length, found[1]];
    }
}

// What has the same name and is older, or is ours: the clock of a visit, the windows of a service worker.
const OTHERS = { at: "\\bstate", matchAll: "\\bclients" };
const ASKED_BY = { share: "canShare" };

/** Whether a place stands in the first two lines of a `try`. */
const tried = (code, line) =>
    code
        .split("\n")
        .slice(Math.max(0, line - 3), line)
        .some((text) => /\btry \{/.test(text));

/** Whether a script asks for a built-in before it uses it. */
const asked = (code, name) =>
    /^\w+$/.test(name) &&
    new RegExp(
        `["']${name}["'] in |typeof (?:\\w+\\.)*${name}\\b|\\.${name} (?:\\?|&&|\\|\\||===|!==)|\\(!?(?:\\w+\\.)+${name}\\)`,
    ).test(code);

/** Built-ins in a script that are too new: [line, name]. */
export function tooNew(source) {
    // Without comments, on the lines where it stands: esbuild would move them.
    const code = source
        .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
        .replace(/(^|[\s;{}])\/\/[^\n]*/g, "$1");
    transformSync(source); // what does not parse is said by esbuild
    const found = [];
    for (const name of METHODS) {
        const ours = OTHERS[name] ? `(?<!${OTHERS[name]})` : "";
        found.push(...places(code, new RegExp(`${ours}\\.(${name})(?=\\()`, "g")));
    }
    for (const name of GLOBALS) found.push(...places(code, new RegExp(`(?<![.\\w$"'-])(${name})(?![\\w$"':-])`, "g")));
    for (const pattern of OTHER) found.push(...places(code, pattern));
    return found
        .filter(([line, name]) => !tried(code, line) && !asked(code, ASKED_BY[name] || name))
        .sort(([a], [b]) => a - b);
}

function* scripts(folder) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) yield* scripts(`${folder}/${entry.name}`);
        else if (entry.name.endsWith(".mjs")) yield `${folder}/${entry.name}`;
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    let bad = 0;
    let read = 0;
    for (const path of scripts(`${root}static/js`)) {
        read++;
        for (const [line, name] of tooNew(readFileSync(path, "utf8"))) {
            console.log(`${path.slice(root.length)}:${line}: ${name} is not in Chromium 69 and Safari 12`);
            bad++;
        }
    }
    console.log(`${read} scripts read`);
    process.exitCode = bad ? 1 : 0;
}
