/** Makes one choice of a search, as templates/components/answers/search.html writes it: made once, then given other words. */

export class Pick {
    /** With a name it is one of several that exclude each other. */
    constructor(name) {
        this.label = document.createElement("label");
        this.label.className = "pick";
        this.input = this.label.appendChild(document.createElement("input"));
        this.input.type = name ? "radio" : "checkbox";
        if (name) this.input.name = name;
        this.words = this.label.appendChild(document.createElement("span"));
        this.before = this.words.appendChild(document.createTextNode(""));
        this.mark = document.createElement("mark");
        this.after = this.words.appendChild(document.createTextNode(""));
    }

    /** `place`: what of the label was found, as [begin, end] in its characters; where nothing of it was, its code is told. */
    say(name, label, { place, query }) {
        const { after, before, mark, words } = this;
        const letters = Array.from(label);
        const [from, to] = place || [letters.length, letters.length];
        this.input.value = name;
        before.data = letters.slice(0, from).join("");
        mark.textContent = letters.slice(from, to).join("");
        after.data = letters.slice(to).join("");
        if (!place) mark.remove();
        else if (!mark.parentNode) words.insertBefore(mark, after);
        while (words.lastChild !== after) words.removeChild(words.lastChild);
        if (!query || place || this.input.checked) return;
        words.appendChild(document.createElement("br"));
        words.appendChild(document.createElement("small")).textContent = name;
    }
}
