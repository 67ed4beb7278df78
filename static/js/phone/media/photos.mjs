/** Makes a photo from the camera or the album small enough to be kept: in the worker where it can, else on the page's own canvas. */

import { look, upright } from "./photo_bytes.mjs";
import { scaled } from "./scaling.mjs";

const LARGEST_FILE = 40 * 1024 * 1024; // more than any phone's camera writes; decoding more would end the page
const MOST_PIXELS = 120000000;
const PATIENCE = 20000;

/** A file that is not taken; `reason`: empty, photo_too_large, broken, unreadable, too_large, kind. */
export class RefusedFile extends Error {
    constructor(reason) {
        super(reason);
        this.name = "Refused";
        this.reason = reason;
    }
}

export function bytesOfFile(file) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => reject(new RefusedFile("unreadable"));
        reader.readAsArrayBuffer(file);
    });
}

let worker = null;
let lastId = 0;

/** Have the worker at hand, also for when there is no signal. */
export function prepare(address) {
    if (worker || !address || typeof Worker !== "function") return;
    try {
        worker = new Worker(address);
        worker.onerror = () => {
            worker = null;
        };
    } catch (_) {
        worker = null;
    }
}

/** The photo as JPEG bytes, at most 1,600 px and 400 KB, upright and without place or camera. Throws `RefusedFile`. */
export async function photo(file) {
    if (!file.size) throw new RefusedFile("empty");
    if (file.size > LARGEST_FILE) throw new RefusedFile("photo_too_large");
    const bytes = await bytesOfFile(file);
    const traits = look(new Uint8Array(bytes));
    if (traits.width * traits.height > MOST_PIXELS) throw new RefusedFile("photo_too_large");
    return (worker && (await byWorker(bytes.slice(0)))) || byPage(new Uint8Array(bytes), traits);
}

/** By the worker; null when it cannot. */
function byWorker(bytes) {
    const id = ++lastId;
    const own = worker;
    return new Promise((resolve) => {
        const finish = (value) => {
            clearTimeout(late);
            own.removeEventListener("message", onMessage);
            own.removeEventListener("error", onError);
            resolve(value);
        };
        const onMessage = ({ data }) => data.id === id && finish(data.bytes || null);
        const onError = () => finish(null);
        const late = setTimeout(finish, PATIENCE, null);
        own.addEventListener("message", onMessage);
        own.addEventListener("error", onError);
        own.postMessage({ id, bytes }, [bytes]);
    });
}

async function byPage(bytes, traits) {
    const address = URL.createObjectURL(new Blob([upright(bytes, traits)], { type: traits.type }));
    try {
        const image = new Image();
        await new Promise((resolve, reject) => {
            image.onload = resolve;
            image.onerror = reject;
            image.src = address;
        });
        const blob = await scaled(image, traits.orientation, PAGE);
        return await bytesOfFile(blob);
    } catch (_) {
        throw new RefusedFile("broken");
    } finally {
        URL.revokeObjectURL(address);
    }
}

const PAGE = {
    canvas(width, height) {
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = height;
        return canvas;
    },
    blob: (canvas, type, quality) => new Promise((resolve) => canvas.toBlob(resolve, type, quality)),
};
