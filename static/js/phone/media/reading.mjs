/** Shows photos and signatures where a visit is read only, in place of their names. Touches the store. */

import { read } from "../store/store.mjs";

/** The cells of the reading view that name a part (read_only.mjs). */
export function showPictures(form) {
    for (const cell of form.$("f-reading").querySelectorAll("dd[data-part]")) show(cell, form.row);
}

/** From this phone, or from the server. */
async function show(cell, row) {
    const all = [...(row.parts || []), ...((row.head && row.head.parts) || [])];
    const entry = all.find((one) => one.name === cell.dataset.part);
    if (!entry || !/^image\/(jpeg|png)$/.test(entry.type)) return;
    const kept = await read("parts", entry.sha256).catch(() => undefined);
    const image = document.createElement("img");
    image.className = "shown";
    image.alt = cell.previousSibling.textContent;
    image.src =
        kept && kept.bytes
            ? URL.createObjectURL(new Blob([kept.bytes], { type: entry.type }))
            : `/visits/${row.visit}/parts/${entry.sha256}`;
    cell.textContent = "";
    cell.appendChild(image);
}
