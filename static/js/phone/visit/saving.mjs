/** Saves the visit that is filled in: every change within a second, at once when the page goes out of sight. Touches the store. */

import { keepMirror, mirrorSoon } from "../outbox/mirror.mjs";
import { edit } from "../store/locks.mjs";
import { dropBackup, keepBackup, putBackup } from "../store/unsaved_backup.mjs";

const SOON = 250; // after the last change of several, LATEST after the first
const LATEST = 600;
const AGAIN = 3000; // a write that failed is tried again: there may be room, or a handle, by then
const OWN =
    "visit about head questionnaire answers repeats base clock comments page changed parts removed declined from replies round".split(
        " ",
    );

/** One row under the editing lock. `tell(fault)`: null when it was saved, else what went wrong. */
export class Saving {
    constructor(row, tell) {
        this.row = row;
        this.tell = tell;
        this.timer = this.again = 0;
        this.running = null;
        this.dirty = this.isLost = false;
        this.gather = null;
        this.known = row.changed; // when the row in the store was changed, and the one that is being written
        this.writing = null;
        this.leave = () => {
            this.backUp();
            this.now().then(() => this.mirror());
        };
    }

    /** Hold the right to write; gives whether it was free. `onLost` is called when another page takes it. */
    async begin(onLost) {
        this.lock = await edit(this.row.visit, {
            lost: (late) => {
                this.isLost = true;
                const promise = this.isBackedUp ? this.running : this.flush(late);
                this.end();
                this.tell(null);
                onLost();
                return promise;
            },
        });
        if (this.lock.granted) this.listen();
        return this.lock.granted;
    }

    listen() {
        addEventListener("pagehide", this.leave);
        document.addEventListener("visibilitychange", this.leave);
    }

    end() {
        clearTimeout(this.timer);
        clearTimeout(this.again);
        this.timer = this.again = 0;
        removeEventListener("pagehide", this.leave);
        document.removeEventListener("visibilitychange", this.leave);
    }

    /** Take the right over from the other page, which saves first. */
    async take() {
        const isMine = await this.lock.take();
        this.isLost = !isMine;
        if (isMine) this.listen();
        return isMine;
    }

    /** A page that is left may not live to see its write done. */
    backUp() {
        if (!this.dirty && !this.running) return;
        this.collect();
        keepBackup(ownOf(this.row), [this.known, this.writing]);
        this.isBackedUp = true;
    }

    /** A page that goes out of sight may not come back: the server learns of the draft now. */
    mirror() {
        if (document.visibilityState !== "hidden" || !this.row.changed) return undefined;
        return mirrorSoon(this.row.visit);
    }

    /** Something changed: it is saved a moment later, or with the write that is under way. `gather` puts it into the row then. */
    soon(gather = this.gather) {
        this.gather = gather;
        this.dirty = true;
        const now = Date.now();
        if (!this.timer) this.until = now + LATEST;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.now(), Math.min(SOON, this.until - now));
    }

    /** Save now; the promise is kept when the row is on the disk, or when that has failed and been told. */
    now() {
        clearTimeout(this.timer);
        this.timer = 0;
        if (this.running) {
            if (this.dirty) this.running = this.running.then(() => this.now());
            return this.running;
        }
        if (!this.dirty) return Promise.resolve();
        this.dirty = false;
        this.running = this.put().then(
            () => {
                this.running = null;
                this.known = this.writing;
                if (this.isBackedUp && !this.dirty) this.isBackedUp = dropBackup(this.row.visit);
                this.tell(null);
                if (this.row.changed) keepMirror(this.row.visit);
            },
            (fault) => {
                this.running = null;
                if (!this.lock.granted && this.isBackedUp) return undefined; // it lies in the backup
                this.dirty = true;
                if (!this.lock.granted) return this.flush(true); // it is the other page's now
                this.tell(fault);
                clearTimeout(this.again);
                this.again = setTimeout(() => this.now(), AGAIN);
            },
        );
        return this.running;
    }

    /** The form is closed: what could not be saved yet is tried on, as long as the page is open; then another may write. Gives when the server has it. */
    over() {
        return this.now().then(() => {
            if (this.dirty) return setTimeout(() => this.over(), AGAIN);
            this.end();
            if (this.lock) this.lock.release();
            return mirrorSoon(this.row.visit);
        });
    }

    put() {
        this.collect();
        const own = ownOf(this.row);
        this.writing = own.changed;
        if (this.isLost) return Promise.reject(new Error("the right to write is another page's")); // it is set aside
        return this.lock.write(["visits"], (work) => merged(work, own, this.row));
    }

    /** What was changed stands in the row. A tap does not wait for it. */
    collect() {
        if (this.gather) this.gather();
        this.gather = null;
    }

    /** Backs up what a page that has lost the right to write had not saved yet. The page that took it waits for that;
     * where it goes on already (`late`) it is set aside. */
    flush(late) {
        if (!this.dirty) return this.running;
        this.dirty = false;
        this.collect();
        return putBackup(ownOf(this.row), [this.known, this.writing], late).catch(this.tell);
    }
}

/** What others keep in the row (mirrored, the assignment as the list has it) stays theirs. */
async function merged(work, own, row) {
    const current = (await work.get("visits", own.visit)) || row;
    await work.put("visits", { ...current, ...own });
}

function ownOf(row) {
    const own = {};
    for (const key of OWN) own[key] = row[key] === undefined ? null : row[key];
    return own;
}
