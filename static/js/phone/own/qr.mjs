/** Opens the QR codes of an item at the button 出示二维码, and fetches what draws them the first time. Touches the page. */

import { part } from "../questions/words.mjs";

let isLoading = false;

/** Show the item's codes in its row, or hide them again. */
export function toggleQr(row, item, address) {
    const box = part(row, "qr");
    box.hidden = !box.hidden;
    row.querySelector("[data-do=qr]").setAttribute("aria-expanded", String(!box.hidden));
    if (box.hidden) return;
    box.item = item;
    box.dispatchEvent(new Event("diaoyan-qr", { bubbles: true }));
    if (isLoading) return;
    isLoading = true;
    const script = document.createElement("script");
    script.src = address;
    script.onerror = () => {
        isLoading = false;
        box.hidden = true;
    };
    document.head.appendChild(script);
}
