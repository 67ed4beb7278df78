/** Draws a question for a photo, a recording or a file: one file at a time, looked at here, kept on the phone, taken out or replaced. */

import { button, fault, filled, make, pair, status } from "./elements.mjs";
import { drop, entryOf, keep, littleRoom, storedPart } from "./keeping.mjs";
import { bytesOfFile, photo, RefusedFile } from "./photos.mjs";

const LARGEST = 20 * 1024 * 1024;
const PICTURE = /\.(jpe?g|png)$/i;

/** Draw the question's part of the page. `complaint`: what went wrong with the last file. */
export async function showFile(box, question, complaint = "") {
    const { form, path, kind, texts } = question;
    const entry = entryOf(form, path);
    const view = entry && (await preview(question, entry));
    const little = await littleRoom(entry ? entry.size : 0);
    const line = status();
    const take = (file) => {
        if (!file) return;
        line.textContent = texts.working;
        takeIn(question, file).then(
            () => showFile(box, question),
            (problem) => showFile(box, question, why(problem, file, texts)),
        );
    };
    const chooser = (words, camera) => {
        const input = make("input");
        input.type = "file";
        input.hidden = true;
        input.setAttribute("aria-label", words);
        input.accept = kind === "photo" ? "image/*" : texts.accept[kind];
        if (camera) input.setAttribute("capture", "environment");
        input.setAttribute("data-way", camera ? "camera" : "album");
        input.addEventListener("change", (event) => {
            event.stopPropagation();
            take(input.files[0]);
        });
        input.addEventListener("input", (event) => event.stopPropagation());
        input.addEventListener("cancel", () => {
            line.textContent = kind === "photo" ? texts.no_photo : texts.no_file;
        });
        return [button(words, () => input.click()), input];
    };
    const ways =
        kind === "photo"
            ? [
                  chooser(entry ? texts.take_again : texts.take, true),
                  chooser(entry ? texts.pick_other : texts.pick, false),
              ]
            : [chooser(entry ? texts.other : texts.choose, false)];
    box.textContent = "";
    for (const one of [
        complaint && fault(complaint),
        little !== null && make("div", "note is-wait", "", make("p", "", filled(texts.little_room, { size: little }))),
        view && make("ul", "list", "", view),
        !view && kind === "sound" && make("p", "hint", texts.sound_hint),
        ways.length > 1 ? pair(...ways.map(([press]) => press)) : ways[0][0],
        ...ways.map(([, input]) => input),
        line,
    ])
        if (one) box.appendChild(one);
    question.settle(box);
}

/** What is there: the picture or the file's name, its size, and the way to take it out. */
async function preview(question, entry) {
    const { form, label, texts } = question;
    const row = await storedPart(entry.sha256);
    const size = Math.max(1, Math.round(entry.size / 1024));
    const words = make("div", "", "", make("strong", "", PICTURE.test(entry.name) ? label : entry.name));
    const where = make("small", "", filled(row ? texts.kept : texts.on_server, { size }));
    words.appendChild(where);
    words.appendChild(button(filled(texts.remove, { label }), () => remove(question), "jump link"));
    const line = make("li", "pic");
    line.setAttribute("data-kept", row ? "here" : "server");
    if (PICTURE.test(entry.name)) {
        const image = make("img");
        image.alt = label;
        image.onerror = () => {
            image.remove();
            where.textContent = row ? texts.broken : texts.elsewhere;
        };
        image.onload = () => URL.revokeObjectURL(image.src);
        image.src = row
            ? URL.createObjectURL(new Blob([row.bytes], { type: entry.type }))
            : `/visits/${form.row.visit}/parts/${entry.sha256}`;
        line.appendChild(image);
    } else if (!row && !inHead(form, entry)) where.textContent = texts.elsewhere;
    line.appendChild(words);
    return line;
}

const inHead = (form, entry) =>
    ((form.row.head && form.row.head.parts) || []).some((one) => one.sha256 === entry.sha256);

async function remove(question) {
    const { form, path, box } = question;
    await drop(form, path).catch((problem) => form.saving.tell(problem));
    await showFile(box, question);
    box.querySelector("button").focus();
}

/** Look at a file that was given and keep it. */
async function takeIn({ form, path, kind, texts }, file) {
    const isPicture = kind === "photo" || (kind === "file" && PICTURE.test(file.name));
    if (isPicture) return keep(form, path, { bytes: await photo(file), type: "image/jpeg", suffix: ".jpg" });
    if (!file.size) throw new RefusedFile("empty");
    if (file.size > LARGEST) throw new RefusedFile("too_large");
    const suffix = (/\.[a-z0-9]{1,5}$/i.exec(file.name) || [""])[0].toLowerCase();
    const type = texts.types[kind][suffix];
    if (!type) throw new RefusedFile(kind === "sound" ? "sound_kind" : "file_kind");
    return keep(form, path, { bytes: await bytesOfFile(file), type, suffix });
}

/** Why a file was not kept, in words. What was there before is there still. */
function why(problem, file, texts) {
    const reason = problem instanceof RefusedFile ? problem.reason : problem && problem.full ? "no_room" : "not_kept";
    return filled(texts.refused[reason], { size: Math.round(file.size / 1048576), name: file.name });
}
