/** Reads a compiled questionnaire with its long lists; immutable under its address, so that the browser's own cache keeps it. */

const readJson = (address) =>
    fetch(address, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(`package: ${answer.status}`);
        return answer.json();
    });

/** A list that travels by itself, put where the rules look for it. */
export function joinPart(pkg, part) {
    pkg.sec[part.list] = part.rows;
    Object.keys(part.itext).forEach((language) => {
        pkg.itext[language] = Object.assign(pkg.itext[language] || {}, part.itext[language]);
    });
}

/** The package with its long lists, each read from beside it under its own hash; `read` gives the JSON at an address. */
export async function readPackage(address, read = readJson) {
    const pkg = await read(address);
    const beside = address.slice(0, address.lastIndexOf("/") + 1);
    const parts = Object.keys(pkg.parts || {}).map((name) => read(beside + pkg.parts[name].hash));
    for (const part of await Promise.all(parts)) joinPart(pkg, part);
    return pkg;
}
