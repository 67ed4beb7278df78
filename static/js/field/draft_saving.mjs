// The page's answers sent to the server while they are typed, so that a page that dies takes nothing with it.
// One request at a time; what changed meanwhile goes with the next. The line under the title says in words where the answers are.

const QUIET = 1000; // milliseconds without a key before it is sent
const AGAIN = 15000; // after a failure

export const keepDraft = (form, texts) => {
    const line = document.querySelector(".saved");
    const address = form.getAttribute("action") || window.location.pathname;
    let timer = 0;
    let busy = false;
    let dirty = false;
    let leaving = false;

    const say = (text) => {
        if (line && line.textContent !== text) line.textContent = text;
    };

    const send = (last) => {
        clearTimeout(timer);
        if (!dirty || (busy && !last) || leaving) return;
        dirty = false;
        busy = true;
        const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
        body.append("go", "stay");
        const headers = { "Diaoyan-Save": "1" };
        fetch(address, { method: "POST", body, headers, credentials: "same-origin", keepalive: last })
            .then((answer) => {
                if (!answer.ok) throw new Error(String(answer.status));
                return answer.json();
            })
            .then(
                ({ saved }) => {
                    busy = false;
                    say(texts.saved.replace("%(clock)s", saved));
                    if (dirty) later(QUIET);
                },
                (problem) => {
                    busy = false;
                    dirty = true;
                    say(problem.message === "401" || problem.message === "403" ? texts.signed_out : texts.not_saved);
                    later(AGAIN);
                },
            );
    };

    const later = (wait) => {
        clearTimeout(timer);
        timer = setTimeout(send, wait, false);
    };

    const touched = () => {
        dirty = true;
        if (!busy) later(QUIET);
    };

    form.addEventListener("input", touched);
    form.addEventListener("change", touched);
    form.addEventListener("submit", () => {
        leaving = true;
        clearTimeout(timer);
    });
    window.addEventListener("online", () => send(false));
    window.addEventListener("pageshow", () => {
        leaving = false;
    });
    window.addEventListener("pagehide", () => send(true));
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") send(true);
    });
};
