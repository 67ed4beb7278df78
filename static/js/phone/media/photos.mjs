/** Makes a photo from the camera or the album small enough to be kept: in the worker where it can, else on the page's own canvas. */

import { look, upright } from "./photo_bytes.mjs";
import { scaled } from "./scaling.mjs";

const LARGEST_FILE = 40 * 1024 * 1024; // more than any phone's camera writes; decoding more would end the page
const MOST_PIXELS = 120000000;
const PATIENCE = 20000;

/** `reason`: empty, photo_too_large, broken, unreadable, too_large, kind. */
export class Refused extends Error {
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
        reader.onerror = () => reject(new Refused("unreadable"));
        reader.readAsArrayBuffer(file);
    });
}

let worker = null;
let asked = 0;

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

/** The photo as JPEG bytes, at most 1,600 px and 400 KB, upright and without place or camera. Throws `Refused`. */
export async function photo(file) {
    if (!file.size) throw new Refused("empty");
    if (file.size > LARGEST_FILE) throw new Refused("photo_too_large");
    const bytes = await bytesOfFile(file);
    const seen = look(new Uint8Array(bytes));
    if (seen.width * seen.height > MOST_PIXELS) throw new Refused("photo_too_large");
    return (worker && (await byWorker(bytes.slice(0)))) || byPage(new Uint8Array(bytes), seen);
}

/** By the worker; null when it cannot. */
function byWorker(bytes) {
    const id = ++asked;
    const own = worker;
    return new Promise((resolve) => {
        const done = (value) => {
            clearTimeout(late);
            own.removeEventListener("message", heard);
            own.removeEventListener("error", failed);
            resolve(value);
        };
        const heard = ({ data }) => data.id === id && done(data.bytes || null);
        const failed = () => done(null);
        const late = setTimeout(done, PATIENCE, null);
        own.addEventListener("message", heard);
        own.addEventListener("error", failed);
        own.postMessage({ id, bytes }, [bytes]);
    });
}

async function byPage(bytes, seen) {
    const address = URL.createObjectURL(new Blob([upright(bytes, seen)], { type: seen.type }));
    try {
        const image = new Image();
        await new Promise((resolve, reject) => {
            image.onload = resolve;
            image.onerror = reject;
            image.src = address;
        });
        const blob = await scaled(image, seen.orientation, PAGE);
        return await bytesOfFile(blob);
    } catch (_) {
        throw new Refused("broken");
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
