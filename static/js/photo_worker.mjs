/** Makes photos smaller beside the page, so that the form answers while it works. `{id, bytes}` comes, `{id, bytes, type}` or `{id, fault}` goes. */

import { look, upright } from "./phone/media/photo_bytes.mjs";
import { scaled } from "./phone/media/scaling.mjs";

/** @type {any} */
const worker = self;

const canWork = () => typeof OffscreenCanvas === "function" && typeof createImageBitmap === "function";

async function shrink(bytes) {
    const traits = look(bytes);
    const image = await createImageBitmap(new Blob([upright(bytes, traits)], { type: traits.type }));
    const blob = await scaled(image, traits.orientation, {
        canvas: (width, height) => new OffscreenCanvas(width, height),
        blob: (canvas, type, quality) => canvas.convertToBlob({ type, quality }),
    });
    return new worker.FileReaderSync().readAsArrayBuffer(blob);
}

worker.onmessage = async ({ data }) => {
    const { id, bytes } = data;
    if (!canWork()) return worker.postMessage({ id, fault: "unable" });
    try {
        const jpeg = await shrink(new Uint8Array(bytes));
        worker.postMessage({ id, bytes: jpeg }, [jpeg]);
    } catch (_) {
        worker.postMessage({ id, fault: "unable" }); // the page tries once more, then says so
    }
    return undefined;
};
