/** Completes the questionnaire of a page: texts that stand in its questions are not sent twice, they are read there; and lists travel by
 * columns, with their labels in place. */

/** Put the labels that stand in `root` into the package's texts, where it has none. */
export function fillTexts(root, pkg) {
    const isApart = !pkg.defs[0].kids; // what stands in a group is told by those that stand there
    for (const [number, def] of pkg.defs.entries()) {
        const above = pkg.defs[def.par];
        if (def.path === undefined) def.path = above ? `${above.path}/${def.name}` : "";
        if (isApart && def.kind !== "field") def.kids = [];
        if (isApart && above) above.kids.push(number);
    }
    const texts = pkg.itext[pkg.languages[0].code];
    for (const name of Object.keys(pkg.sec))
        if (!Array.isArray(pkg.sec[name])) pkg.sec[name] = rowsOf(pkg.sec[name], name, texts);
    const labels = {};
    for (const def of pkg.defs) if (def.label && texts[def.label] === undefined) labels[def.path] = def.label;
    const patterns = Array.from(root.querySelectorAll("template[data-pattern]"), (one) => one.content);
    for (const place of [root, ...patterns]) {
        for (const block of place.querySelectorAll("[data-path]")) {
            const id = labels[block.getAttribute("data-path").replace(/\[[0-9]*\]/g, "")];
            const legend = id && block.querySelector(".legend");
            if (legend) texts[id] = legend.firstChild.nodeValue.trim();
        }
    }
    return pkg;
}

/** The id of a label, put among the texts: a plain one stands under itself, for rules that read the column. */
function idOf(label, other, texts) {
    const id = typeof label === "string" && !(label in texts && texts[label] !== label) ? label : other;
    texts[id] = label;
    return id;
}

/** The rows of a list that came by columns: what a row lacks is null there. Its labels are put into the package's texts. */
function rowsOf(columns, list, texts) {
    const [first = []] = Object.values(columns);
    const rows = first.map(() => ({}));
    for (const column of Object.keys(columns)) {
        columns[column].forEach((value, number) => {
            if (value === null) return;
            rows[number][column] = column === "label" ? idOf(value, `=${list}/${number}`, texts) : value;
        });
    }
    return rows;
}
