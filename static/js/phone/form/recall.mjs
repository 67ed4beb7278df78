/** The package as the form works on it: texts that stand in the page's questions are not sent twice, they are read there. */

/** Put the labels that stand in `root` into the package's texts, where it has none. */
export function recall(root, pkg) {
    for (const def of pkg.defs) {
        if (def.path === undefined) def.path = def.par < 0 ? "" : `${pkg.defs[def.par].path}/${def.name}`;
    }
    const texts = pkg.itext[pkg.languages[0].code];
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
