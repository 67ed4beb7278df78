/** What goes wrong in a page by itself is noted: `log` is that of client_log.mjs. Call once a page. */
export function listen(log) {
    addEventListener("error", (event) => event.error && log("error", event.error));
    addEventListener("unhandledrejection", (event) => log("promise", event.reason));
}
