/** The deputy's pages with a script: the form of a visit, and the list of visits that opens it in place. */

import { ownDevice, signedIn } from "./phone/device.mjs";
import { openVisit } from "./phone/form/opening.mjs";
import { recall } from "./phone/form/recall.mjs";
import { start } from "./phone/sender.mjs";
import { read } from "./phone/store.mjs";

const json = (id) => {
    const found = document.getElementById(id);
    return found && JSON.parse(found.textContent);
};

const ask = (address) =>
    fetch(address, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
        return answer;
    });

/** The questions of a questionnaire that is not in the page: kept on the phone, else asked for. */
async function questionsOf(hash, language) {
    const kept = await read("packages", hash).catch(() => null);
    if (kept && kept.fragments && kept.fragments[language])
        return { pkg: kept.package, html: kept.fragments[language] };
    const [pkg, html] = await Promise.all([
        ask(`/sync/questionnaires/${hash}`).then((answer) => answer.json()),
        ask(`/questionnaires/${hash}/pages`).then((answer) => answer.text()),
    ]);
    return { pkg, html };
}

async function openHere(root) {
    const data = json("visit-data");
    const [own, session] = [await ownDevice().catch(() => null), signedIn()];
    if (session && session.kind === "browser" && !own) {
        window.location.replace(`/visits/${data.visit}`); // no key to sign and verify with: page by page, kept on the server
        return;
    }
    start();
    const language = document.documentElement.lang;
    await openVisit(root, {
        visit: data.visit,
        data,
        pkg: recall(root, json("visit-package")),
        hash: data.questionnaire,
        texts: json("form-texts"),
        language,
        leave: () => window.location.assign("/visits"),
        questions: (hash) => questionsOf(hash, language),
    });
    root.setAttribute("data-alive", "");
}

const filling = document.getElementById("filling");
if (filling) openHere(filling);
