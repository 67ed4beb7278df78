/** Gets what a form is made of: the page's data and words, and questions and lists that do not stand in it. Touches store and network. */

import { call } from "../caller/session.mjs";
import { joinPart, readPackage } from "../store/form_package.mjs";
import { read } from "../store/store.mjs";

export const json = (id) => {
    const element = document.getElementById(id);
    return element && JSON.parse(element.textContent);
};

async function jsonAt(address) {
    const answer = await call(address);
    if (answer.status !== 200) throw new Error(`${address}: ${answer.status}`);
    return answer.value;
}

/** The package of the page with the lists that travel by themselves: from this phone, else asked for. */
export async function withLists(pkg, hash) {
    const names = Object.keys(pkg.parts || {});
    if (!names.length) return pkg;
    const row = await read("packages", hash).catch(() => null);
    const part = (list) =>
        row
            ? { list, rows: row.package.sec[list], itext: row.package.itext }
            : jsonAt(`/questionnaires/${pkg.parts[list].hash}`);
    for (const one of await Promise.all(names.map(part))) joinPart(pkg, one);
    return pkg;
}

/** A questionnaire with everything in it: kept on the phone, else asked for. */
export async function fullPackage(hash) {
    const row = await read("packages", hash).catch(() => null);
    return (row && row.package) || readPackage(`/questionnaires/${hash}`, jsonAt);
}

/** The questions of a questionnaire that does not stand in the page: kept on the phone, else asked for. */
export async function questions(hash) {
    const row = await read("packages", hash).catch(() => null);
    const html = row && row.fragments && row.fragments[document.documentElement.lang];
    if (html) return { pkg: row.package, html };
    const answer = await fetch(`/questionnaires/${hash}/pages`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`questions: ${answer.status}`);
    return {
        pkg: await fullPackage(hash),
        html: await answer.text(),
    };
}

/** `questions(hash)`: those of a questionnaire that does not stand in the page. */
export const about = () => ({
    texts: json("form-texts"),
    language: document.documentElement.lang,
    title: document.title,
    questions,
});
