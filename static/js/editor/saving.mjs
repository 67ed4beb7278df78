/** Saving as one pauses: what was written goes to the server; until it has arrived it is kept in this browser too. */

const PAUSE = 2000; // milliseconds after the last key
const AGAIN = 5000; // until another try without a network

export class Saving {
    /** `page` gives {section, row_version, blocks} by `page.now()` and is told by `tell`, `saved`, `refused` and `clash`. */
    constructor(form, page) {
        this.form = form;
        this.page = page;
        this.place = `diaoyan-section:${form.dataset.written}:${field(form, "section").value}`;
        this.version = Number(field(form, "row_version").value);
        this.changes = 0; // counts what was typed, so that an answer knows whether it is about all of it
        this.kept = 0;
        this.timer = 0;
        this.going = null;
        this.stopped = false;
        window.addEventListener("online", () => this.soon(0));
    }

    get dirty() {
        return this.changes > this.kept;
    }

    /** Something was written. */
    changed() {
        this.changes += 1;
        store(this.place, JSON.stringify(this.page.now(this.version)));
        this.soon(PAUSE);
    }

    soon(pause) {
        clearTimeout(this.timer);
        if (this.dirty && !this.stopped) this.timer = window.setTimeout(() => this.save(), pause);
    }

    /** What did not arrive the last time, or null. */
    left() {
        try {
            return JSON.parse(localStorage.getItem(this.place) || "null");
        } catch (_error) {
            return null;
        }
    }

    forget() {
        store(this.place, null);
    }

    /** Send what is on the page; true when the server has all of it. */
    async save() {
        clearTimeout(this.timer);
        while (this.going) await this.going; // one at a time: two at once would clash with each other
        if (!this.dirty) return true;
        this.going = this.send(this.changes);
        const isSaved = await this.going;
        this.going = null;
        if (isSaved) this.soon(PAUSE);
        return isSaved && !this.dirty;
    }

    async send(number) {
        const section = this.page.now(this.version);
        this.page.tell(this.form.dataset.saving);
        const answer = await fetch(this.form.dataset.written, {
            method: "POST",
            headers: {
                Accept: "application/json",
                "Content-Type": "application/json",
                "X-CSRFToken": field(this.form, "csrf_token").value,
            },
            body: JSON.stringify(section),
        }).catch(() => null);
        if (!answer || answer.status >= 500) {
            this.page.tell(this.form.dataset.retrying);
            this.soon(AGAIN);
            return false;
        }
        const reply = await answer.json().catch(() => ({}));
        if (answer.ok) {
            this.version = reply.row_version;
            field(this.form, "row_version").value = String(reply.row_version);
            this.kept = number;
            if (!this.dirty) this.forget();
            this.page.saved(reply);
            return true;
        }
        const now = answer.status === 409 ? await sectionNow() : null;
        if (now && section.blocks.every(({ id, text }) => text === undefined || now.texts[id] === text)) {
            this.version = now.version; // it had arrived; only the answer was lost
            this.page.tell(this.form.dataset.saving);
            this.soon(0);
        } else if (now && now.version !== this.version) {
            this.stopped = true;
            this.page.clash(reply.cause || "", now);
        } else {
            this.page.refused([reply.cause, reply.remedy].filter(Boolean).join(" "));
        }
        return false;
    }

    /** Go on, in place of what the other person saved. */
    over(version) {
        this.version = version;
        this.stopped = false;
        this.soon(0);
    }
}

export const field = (form, name) => form.querySelector(`[name="${name}"]`);

function store(place, text) {
    try {
        if (text === null) localStorage.removeItem(place);
        else localStorage.setItem(place, text);
    } catch (_error) {
        // A browser that keeps nothing: then only the server has it.
    }
}

/** The section as the server has it now: its version and how it is set. */
async function sectionNow() {
    const answer = await fetch(location.href.split("#")[0]).catch(() => null);
    if (!answer || !answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const form = page.getElementById("section-form");
    if (!form) return null;
    const texts = {};
    for (const row of /** @type {any[]} */ (Array.from(form.querySelectorAll("[data-of]")))) {
        const area = row.querySelector("textarea");
        if (area) texts[row.dataset.of] = area.value.trim();
    }
    return { version: Number(field(form, "row_version").value), paper: page.querySelector(".paper"), texts };
}
