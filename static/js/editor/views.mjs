/** How a figure and what is put in stand on the page. */

/** A figure: its value as of now; chosen, the right column tells of it. */
export class FigureView {
    constructor(node, page) {
        this.page = page;
        this.key = node.attrs.key;
        this.dom = document.createElement("span");
        this.dom.className = "fig";
        this.dom.contentEditable = "false";
        this.dom.dataset.figure = this.key;
        page.figures.add(this);
        this.show();
    }

    show() {
        const text = this.page.values[this.key];
        const token = `{{${this.key}}}`;
        this.dom.textContent = text === undefined ? token : text;
        this.dom.classList.toggle("bad", text === undefined || text === token);
    }

    selectNode() {
        this.dom.setAttribute("aria-current", "true");
        this.page.tellOf(this.key);
    }

    deselectNode() {
        this.dom.removeAttribute("aria-current");
    }

    ignoreMutation() {
        return true;
    }

    destroy() {
        this.page.figures.delete(this);
    }
}

/** A table, chart or list, as the server set it; a new one has its name until then. */
export class FixedView {
    constructor(node, page) {
        this.dom = document.createElement("div");
        this.dom.className = "fixed";
        this.dom.dataset.block = node.attrs.id;
        this.dom.contentEditable = "false";
        const set = page.set.get(node.attrs.id) || page.set.get(node.attrs.like);
        if (set) this.dom.append(set.cloneNode(true));
        else this.dom.textContent = node.attrs.label;
        this.id = node.attrs.id;
    }

    update(node) {
        return node.attrs.id === this.id;
    }

    selectNode() {
        this.dom.classList.add("chosen");
    }

    deselectNode() {
        this.dom.classList.remove("chosen");
    }

    ignoreMutation() {
        return true;
    }
}
