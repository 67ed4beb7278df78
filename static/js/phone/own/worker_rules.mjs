/** Tells the service worker what an address is, and which cache comes first. Pure. */

/** A stylesheet or script of a named release: what is behind it never changes. */
export const isStatic = (address) => address.pathname.startsWith("/static/") && address.searchParams.has("r");

/** A picture or sound that came with a questionnaire: its address has the questionnaire's hash. */
export const isAttached = (path) => /^\/questionnaires\/[0-9a-f]{64}\/files\//.test(path);

export const isVisitForm = (path) => /^\/visits\/[^/]+\/form$/.test(path);

/** The visit that an address is about; null for the list and the pages beside it. */
export function visitOf(path) {
    const match = /^\/visits\/([0-9a-f-]{36})(\/|$)/.exec(path);
    return match ? match[1] : null;
}

/** The caches with this release's first and the one made last before it next. `names` come in the order they were made. */
export const newestFirst = (names, own) => [own, ...names.filter((name) => name !== own).reverse()];

/** Where a press on a language or a size leads that the server did not answer in time: back to its page, at the words that say so; else null. */
export function refusedAt(address) {
    const back = address.searchParams.get("next") || "";
    const isChoice = /^\/visits\/(language|text-size)\//.test(address.pathname);
    return isChoice && /^\/visits(?![^/?])/.test(back) ? `${back}#no-signal` : null;
}
