/** The list that opens in the text: type a word, choose a figure, a table, a chart. */

const PAUSE = 180; // milliseconds after the last key

/** `form` has the words, `address` gives the rows; `onChoice(choice)` is called with {key, text, label}, or null when nothing was chosen. */
export function pick(form, address, near, onChoice) {
    const box = document.createElement("div");
    box.className = "picker";
    const field = document.createElement("input");
    field.className = "in whole";
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", "picker-list");
    field.setAttribute("aria-label", form.dataset.find);
    field.placeholder = form.dataset.find;
    const list = document.createElement("ul");
    list.id = "picker-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.dataset.find);
    box.append(field, list);
    document.body.append(box);
    place(box, near);

    let figures = [];
    let current = 0;
    let timer = 0;
    let isClosed = false;
    let shownQuery = null; // the words by which it was found

    function close(choice) {
        if (isClosed) return;
        isClosed = true;
        clearTimeout(timer);
        box.remove();
        onChoice(choice);
    }
    function show() {
        list.textContent = figures.length ? "" : form.dataset.none;
        figures.forEach((one, number) => {
            const row = document.createElement("li");
            row.id = `picker-${number}`;
            row.setAttribute("role", "option");
            row.setAttribute("aria-selected", String(number === current));
            const value = document.createElement("b");
            value.textContent = one.text;
            row.append(one.label, " ", value);
            row.addEventListener("mousedown", (event) => {
                event.preventDefault();
                close(one);
            });
            list.append(row);
        });
        field.setAttribute("aria-activedescendant", figures.length ? `picker-${current}` : "");
    }
    async function look() {
        const query = field.value;
        const answer = await fetch(`${address}?q=${encodeURIComponent(query)}`).catch(() => null);
        if (isClosed || query !== field.value) return;
        const rows = answer && answer.ok ? await answer.json().catch(() => []) : [];
        if (isClosed || query !== field.value) return;
        figures = rows;
        shownQuery = query;
        current = 0;
        show();
    }
    field.addEventListener("input", () => {
        clearTimeout(timer);
        timer = window.setTimeout(look, PAUSE);
    });
    field.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            current = (current + (event.key === "ArrowDown" ? 1 : figures.length - 1)) % (figures.length || 1);
            show();
            const row = document.getElementById(`picker-${current}`);
            if (row) row.scrollIntoView({ block: "nearest" });
        } else if (event.key === "Enter") {
            if (shownQuery === field.value && figures[current]) close(figures[current]); // never what other words had found
        } else if (event.key === "Escape") {
            close(null);
        } else {
            return;
        }
        event.preventDefault();
    });
    field.addEventListener("blur", () => close(null));
    field.focus();
    look();
}

function place(box, near) {
    const room = document.documentElement;
    const left = Math.max(8, Math.min(near.left, room.clientWidth - box.offsetWidth - 8));
    const below = near.bottom + 6;
    const above = near.top - box.offsetHeight - 6;
    box.style.left = `${left}px`;
    box.style.top = `${below + box.offsetHeight > room.clientHeight && above > 0 ? above : below}px`;
}
