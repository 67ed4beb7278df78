/** Makes choice lists into nodes that the paths of rules go through: a root, its items, their cells. */

/** What has nothing in it. */
export const NONE = { __proto__: null };

/** A node of a choice list, or what stands above the root. */
export const leaf = (name, value, parent, order, kids) => ({
    name,
    value,
    parent,
    order,
    relevant: true,
    kids,
});

const roots = new WeakMap();

/** A choice list as nodes: root, items, cells; made once for all visits. */
export function listRoot(pkg, name) {
    const rows = pkg.sec[name];
    if (!roots.has(rows)) {
        const top = leaf("", "", null, 1e6, { __proto__: null });
        const root = leaf("root", "", top, 1e6, { __proto__: null });
        const texts = pkg.itext[pkg.languages[0].code] || {};
        const label = (id) => (typeof texts[id] === "string" ? texts[id] : "");
        top.kids.root = [root];
        root.kids.item = rows.map((row, place) => {
            const item = leaf("item", "", root, 1e6 + 100 * place, { __proto__: null });
            Object.keys(row).forEach((column, at) => {
                const text = column === "label" ? label(row[column]) : row[column];
                item.kids[column] = [leaf(column, text, item, item.order + at + 1, NONE)];
            });
            return item;
        });
        roots.set(rows, top);
    }
    return roots.get(rows);
}

/** The text of a cell of an item; also of a child of an instance. */
export const childText = (item, name) => (item.kids[name] ? item.kids[name][0].value : "");
