/** Shows on the page 本机 how this phone keeps what is on it: its room, its last contact, its log (templates/field/phone.html). */

import { log, phoneStatus } from "../caller/client_log.mjs";
import { askToPersist, fact, ownDevice } from "../caller/device.mjs";
import { knownList } from "../outbox/assignments.mjs";
import { onChange } from "../outbox/outbox.mjs";
import { giveFile, saveAs, takeFile } from "../outbox/rescue.mjs";
import { wake } from "../outbox/sender.mjs";
import { moment, say } from "../questions/words.mjs";

const PHOTO = 400000;
const WRONG_CLOCK = 600000;
const byId = (id) => document.getElementById(id);

/** Show it, and answer its buttons. */
export async function showPhone(state) {
    const own = await ownDevice().catch(() => null);
    byId("plain").hidden = true;
    if (!own) {
        byId("p-none").hidden = false;
        return;
    }
    const texts = JSON.parse(byId("phone-texts").textContent);
    byId("this-phone").hidden = false;
    byId("p-revoked").hidden = state !== "revoked";
    const tell = (which, values) => {
        byId("p-said").hidden = false;
        say(byId("p-said"), values, which);
    };
    byId("p-persist").addEventListener("click", () => askToPersist().then(() => draw(texts)));
    byId("p-file").addEventListener("click", async () => (await giveFile(`${texts.file}.json`)) && tell("saved", {}));
    byId("p-log").addEventListener("click", async () =>
        saveAs(`${texts.log}.json`, JSON.stringify(await phoneStatus())),
    );
    byId("p-take").addEventListener("change", () => take(own, tell));
    onChange(() => draw(texts));
    await draw(texts);
}

async function take(own, tell) {
    const field = /** @type {HTMLInputElement} */ (byId("p-take"));
    try {
        tell("taken", await takeFile(await textOf(field.files[0]), own.holder));
        wake();
    } catch (problem) {
        await log("rescue", problem);
        tell("broken", {});
    }
    field.value = "";
}

const textOf = (file) =>
    new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result));
        reader.onerror = () => reject(reader.error);
        reader.readAsText(file);
    });

async function draw(texts) {
    const [own, list, stand] = [await ownDevice(), await knownList(), await phoneStatus()];
    const { queued = 0, sending = 0, stored = 0, aside = 0, quarantined = 0 } = stand.outbox;
    const number = queued + sending + stored + aside + quarantined;
    byId("p-since").textContent = moment(own.enrolled, texts.moments).full;
    if (list) byId("p-contact").textContent = moment(list.at, texts.moments).full;
    else say(byId("p-contact"), {}, "never");
    say(byId("p-waiting"), { drafts: stand.drafts.length, number });
    say(
        byId("p-kept"),
        {},
        own.persisted === null || own.persisted === undefined ? "unknown" : own.persisted ? "yes" : "no",
    );
    const free = stand.free;
    const values = { number: Math.floor(free / 1e6), photos: Math.floor(free / PHOTO), large: Math.floor(free / 1e9) };
    say(byId("p-room"), values, free === null ? "unknown" : free > 2e9 ? "plenty" : "");
    say(byId("p-worker"), {}, stand.worker ? "yes" : "no");
    say(byId("p-safety"), {}, own.secret ? "secret" : "key");
    const skew = await fact("skew");
    byId("p-clock").hidden = !skew || Math.abs(skew) < WRONG_CLOCK;
    say(byId("p-clock"), { shown: moment(Date.now(), texts.moments).full });
    byId("p-release").textContent = stand.release;
    byId("p-persist").hidden = own.persisted !== false;
    byId("p-file").hidden = !number && !stand.drafts.length;
    say(byId("p-log"), { number: stand.log.length });
}
