/** Fetches all that today's visits need, so that each can be filled in without a signal. Touches store and network. */

import { keepFact } from "../caller/device.mjs";
import { call } from "../caller/session.mjs";
import { idOf, isSearched, readingsFor } from "../lists/readings.mjs";
import { refresh } from "../outbox/assignments.mjs";
import { readPackage } from "../store/form_package.mjs";
import { letGo as letPartsGo, PARTS, partsOf } from "../store/part_keeping.mjs";
import { read, readAll, write } from "../store/store.mjs";

/** Whether a visit in this state is to be filled in. */
export const isToDo = (state) => /^(open|draft|returned)$/.test(state);

/** Fetch packages, blank questions and the visits' own data. `progress(done, all)` is called on the way.
 *
 * Gives `{ready: [visit…], all}`; rejects when the list cannot be had. A visit that cannot be fetched now is left for next time.
 */
export async function prepare(progress = (_done, _all) => undefined) {
    const list = await refresh();
    if (!list) throw new Error("the list cannot be had now");
    const visits = list.filter((one) => isToDo(one.state) && !one.replaced && one.questionnaire);
    const readyIds = [];
    let number = 0;
    for (const task of visits) {
        try {
            await keepVisit(task);
            readyIds.push(task.visit);
        } catch (_) {
            // the next time
        }
        number += 1;
        progress(number, visits.length);
    }
    await letGo(list);
    await keepFact("ready", await readyVisits());
    keepPages([...pagesOf(readyIds), ...(await attached())]);
    return { ready: readyIds, all: visits.length };
}

/** @param {{visit: string, questionnaire?: string}} task */
async function keepVisit({ visit, questionnaire }) {
    const data = await page(`/visits/${visit}/form/data`, (answer) => answer.json());
    await keepQuestionnaire(data.questionnaire || questionnaire);
    await write(["device"], (work) => work.put("device", { id: `ready:${visit}`, data, at: Date.now() }));
}

/** A visit that was opened by its own address is made ready too, with the list and the pages beside it, where they are not here yet. */
export async function keepOpened(visit) {
    if (!(await isReady(visit))) {
        await keepVisit({ visit });
        await keepFact("ready", await readyVisits());
    }
    if (typeof caches !== "object") return;
    const isMissing = async (address) => ((await caches.match(address, { ignoreVary: true })) ? null : address);
    const addresses = await Promise.all([...pagesOf([visit]), ...(await attached())].map(isMissing));
    keepPages(addresses.filter(Boolean));
}

/** A page's address fetched as the signed-in browser; anything but a plain 200 of ours is an error. */
async function page(address, parse) {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
    if (answer.status !== 200 || !answer.headers.get("Diaoyan-Release"))
        throw new Error(`${address}: ${answer.status}`);
    return parse(answer);
}

/** A package, or a long list of one, as the server issued it. */
async function questionnaire(address) {
    const answer = await call(address);
    if (answer.status !== 200 || !answer.value) throw new Error(`questionnaire: ${answer.status}`);
    return answer.value;
}

/** What a visit is filled in with; without the readings its long lists are found by label and code alone. */
async function keepQuestionnaire(hash) {
    await keepPackage(hash);
    if (isSearched((await read("packages", hash)).package)) await readingsFor(hash).catch(() => undefined);
}

/** The package and its blank questions in the page's language, unless they are here in this release. */
async function keepPackage(hash) {
    const { lang, dataset } = document.documentElement;
    const packageRow = await read("packages", hash);
    if (packageRow && packageRow.fragments[lang] && packageRow.release === dataset.release) return;
    const fetched = packageRow ? null : await readPackage(`/questionnaires/${hash}`, questionnaire);
    const html = await page(`/questionnaires/${hash}/pages`, (answer) => answer.text());
    await write(["packages"], async (work) => {
        const row = await work.get("packages", hash);
        const same = packageRow && row && row.release === dataset.release ? row.fragments : {};
        await work.put("packages", {
            hash,
            package: packageRow ? packageRow.package : fetched,
            fragments: { ...same, [lang]: html },
            release: dataset.release,
        });
    });
}

/** What is no longer on the list goes from the phone, unless something of it is unsent; and packages that nothing here uses. */
async function letGo(list) {
    const visits = new Set(list.map((one) => one.visit));
    await write([...PARTS, "packages"], async (work) => {
        const handedIn = new Set((await work.all("outbox")).filter((item) => item.text).map((item) => item.visit));
        const used = new Set(list.map((one) => one.questionnaire));
        for (const row of await work.all("visits")) {
            if (visits.has(row.visit) || row.changed || handedIn.has(row.visit)) used.add(row.questionnaire);
            else {
                await work.remove("visits", row.visit);
                await letPartsGo(work, partsOf(row));
            }
        }
        for (const { id, data, draft } of await work.all("device")) {
            if (draft) used.add(draft.questionnaire); // 另存的草稿
            if (!id.startsWith("ready:")) continue;
            if (visits.has(id.slice(6))) used.add(data && data.questionnaire);
            else await work.remove("device", id);
        }
        for (const { hash } of await work.all("packages")) {
            if (used.has(hash)) continue;
            await work.remove("packages", hash);
            await work.remove("device", idOf(hash));
        }
    });
}

/** The visits that can be opened here without a signal. */
async function readyVisits() {
    const packages = new Set((await readAll("packages")).map((row) => row.hash));
    const rows = (await readAll("device")).filter((row) => row.id.startsWith("ready:"));
    return rows.filter(({ data }) => packages.has(data.questionnaire)).map((row) => row.id.slice(6));
}

/** What the server said of a visit when it was made ready (the JSON of its page); null when it was not. */
export async function dataOf(visit) {
    const row = await read("device", `ready:${visit}`);
    return row ? row.data : null;
}

/** Whether a visit can be opened here without a signal. */
async function isReady(visit) {
    const data = await dataOf(visit);
    return Boolean(data && (await read("packages", data.questionnaire)));
}

/** The addresses of the pictures and sounds that the questions of the questionnaires here show. */
async function attached() {
    const addresses = [];
    for (const row of await readAll("packages")) {
        for (const { name, type } of row.package.attachments || []) {
            if (/^(image|audio)\//.test(type))
                addresses.push(`/questionnaires/${row.hash}/files/${encodeURIComponent(name)}`);
        }
    }
    return addresses;
}

/** The list, the pages beside it, and the visits' own pages. */
const pagesOf = (visits) => [
    ...["/visits", "/visits/queue", "/visits/phone", "/visits/help"],
    ...visits.map((visit) => `/visits/${visit}/form`),
];

/** Where there is a service worker, these addresses are kept by it too. */
function keepPages(keep) {
    if (!keep.length || !window.isSecureContext || !navigator.serviceWorker) return;
    navigator.serviceWorker.ready.then(({ active }) => active.postMessage({ keep }));
}
