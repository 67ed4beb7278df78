// Lighthouse on pages that need a sign-in: {chrome, args, way, rounds, pages: {name: address}} as the first argument, the scores
// of every round as JSON. `way` signs the browser in, as a deputy's link does. The phone and the network are Lighthouse's own.

import lighthouse from "lighthouse";
import { launch } from "puppeteer-core";

const { chrome, args, way, rounds, pages } = JSON.parse(process.argv[2]);
const FLAGS = {
    logLevel: "error",
    onlyCategories: ["performance", "accessibility", "best-practices"],
    disableStorageReset: true, // the sign-in stays
};

/** {scores: {category: 0 to 100}, faults: what costs points, error} */
function told({ audits, categories, runtimeError }) {
    const told = { scores: {}, faults: [], error: runtimeError ? runtimeError.message : "" };
    for (const [name, { score, auditRefs }] of Object.entries(categories)) {
        told.scores[name] = Math.round(100 * score);
        for (const { id, weight } of auditRefs) {
            const { score: own, displayValue, title } = audits[id];
            if (weight && own !== null && own < 0.9) told.faults.push(`${id}: ${displayValue || title}`);
        }
    }
    return told;
}

const browser = await launch({ executablePath: chrome, args, headless: true });
const found = {};
try {
    const page = await browser.newPage();
    await page.goto(way);
    await page.waitForSelector("#filling[data-alive]"); // the visit is begun in this browser: it asks about no draft of another
    await new Promise((go) => setTimeout(go, 2000));
    for (let round = 0; round < rounds; round++) {
        for (const [name, address] of Object.entries(pages)) {
            const { lhr } = await lighthouse(address, FLAGS, undefined, page);
            found[name] = [...(found[name] || []), told(lhr)];
        }
    }
} finally {
    await browser.close();
}
process.stdout.write(JSON.stringify(found));
