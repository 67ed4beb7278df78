/** Keeps what is pressed under the finger: that a field was left is told to the page only when the press is over. */

const CHOICE = /^(radio|checkbox|select)/;
let isDown = false;

/** Call once a page of the browser. What is typed is taken at every key, so that nothing waits but what is said of it. */
export function waitForPresses() {
    for (const kind of ["mousedown", "mouseup"])
        addEventListener(
            kind,
            () => {
                isDown = kind === "mousedown"; // a tap is told as both
            },
            true,
        );
    document.addEventListener("change", later, true);
}

function later(event) {
    const { target } = event;
    if (!isDown || !event.isTrusted || CHOICE.test(target.type)) return;
    event.stopImmediatePropagation();
    const tell = () => target.dispatchEvent(new Event("change", { bubbles: true }));
    addEventListener("mouseup", () => setTimeout(tell), { once: true });
}
