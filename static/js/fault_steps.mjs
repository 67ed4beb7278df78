/* Goes from one fault of an uploaded form to the next, with F8 and Shift+F8 or the links; where one stands is said aloud. Without it the links work as links. */

/** The place after `at` in a round of `count`, forwards or back; `at` is -1 before the first step. @param {number} at @param {number} count @param {boolean} back @returns {number} */
function nextPlace(at, count, back) {
    if (at < 0) {
        return back ? count - 1 : 0;
    }
    return (at + (back ? count - 1 : 1)) % count;
}

/** The marked cell that a fault below its row speaks of. @param {HTMLElement} fault @returns {Element | null} */
function cellOf(fault) {
    let row = fault.closest("tr");
    while (row && !row.id) {
        row = /** @type {HTMLTableRowElement | null} */ (row.previousElementSibling);
    }
    const cells = row ? Array.from(row.querySelectorAll("[data-head]")) : [];
    return cells.find((cell) => cell.getAttribute("data-head") === fault.dataset.column) || null;
}

/** @param {HTMLElement[]} faults @param {HTMLElement} placeLine */
function step(faults, placeLine) {
    let at = -1;

    /** @param {number} place */
    function show(place) {
        at = place;
        const fault = faults[place];
        fault.focus({ preventScroll: true });
        const cell = cellOf(fault);
        if (cell) {
            cell.scrollIntoView({ block: "nearest", inline: "nearest" }); // a wide sheet is moved sideways to it
        }
        fault.scrollIntoView({ block: "center", inline: "nearest" });
        placeLine.textContent = (placeLine.dataset.said || "")
            .replace("#n", String(place + 1))
            .replace("#m", String(faults.length));
    }

    document.addEventListener("keydown", (event) => {
        if (event.key === "F8" && !event.ctrlKey && !event.altKey && !event.metaKey) {
            event.preventDefault();
            show(nextPlace(at, faults.length, event.shiftKey));
        }
    });
    document.addEventListener("focusin", (event) => {
        const inside = faults.findIndex((fault) => event.target instanceof Node && fault.contains(event.target));
        at = inside < 0 ? at : inside;
    });
    document.addEventListener("click", (event) => {
        const link = event.target instanceof Element ? event.target.closest("a[data-step]") : null;
        const place = link ? faults.findIndex((fault) => `#${fault.id}` === link.getAttribute("href")) : -1;
        if (place >= 0) {
            event.preventDefault();
            show(place);
        }
    });
    for (const hint of document.querySelectorAll("[data-with-steps]")) {
        hint.removeAttribute("hidden");
    }
}

if (typeof document !== "undefined") {
    const faults = Array.from(document.querySelectorAll("[data-fault]")).filter((one) => one instanceof HTMLElement);
    const placeLine = document.getElementById("fault-place");
    if (faults.length && placeLine) {
        step(/** @type {HTMLElement[]} */ (faults), placeLine);
    }
}
