/** Reads from a picture's bytes, before it is decoded, its kind, its size and which way up the camera was held. Pure.
 *
 * Browsers differ in whether they turn a picture by its EXIF. So the mark is read here, set to “upright” in the bytes that are
 * decoded, and the turning is ours (scaling.mjs): the same on every phone.
 */

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const PNG = [0x89, 0x50, 0x4e, 0x47];
const ORIENTATION = 0x0112;

const begins = (bytes, sign, at = 0) => sign.every((one, place) => bytes[at + place] === one);

/** `{type, width, height, orientation, mark}`; `mark` is where the orientation stands in the bytes. A width of 0: not known here. */
export function look(bytes) {
    const traits = { type: "image/*", width: 0, height: 0, orientation: 1, mark: null };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
        if (begins(bytes, [0xff, 0xd8, 0xff])) readJpeg(bytes, view, traits);
        else if (begins(bytes, PNG)) {
            traits.type = "image/png";
            traits.width = view.getUint32(16);
            traits.height = view.getUint32(20);
        }
    } catch (problem) {
        if (!(problem instanceof RangeError)) throw problem; // cut off: what was read so far holds, decoding decides
    }
    return traits;
}

function readJpeg(bytes, view, traits) {
    traits.type = "image/jpeg";
    for (let at = 2; bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
        const marker = bytes[at + 1];
        if (marker === 0xda) return; // the picture itself begins
        if (marker === 0xe1 && begins(bytes, EXIF, at + 4)) readExif(view, at + 10, traits);
        const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
        if (!isFrame) continue;
        traits.height = view.getUint16(at + 5);
        traits.width = view.getUint16(at + 7);
    }
}

function readExif(view, start, traits) {
    const little = view.getUint16(start) === 0x4949;
    const list = start + view.getUint32(start + 4, little);
    const number = view.getUint16(list, little);
    for (let place = 0; place < number; place++) {
        const entry = list + 2 + 12 * place;
        if (view.getUint16(entry, little) !== ORIENTATION) continue;
        const orientation = view.getUint16(entry + 8, little);
        if (orientation < 1 || orientation > 8) return;
        traits.orientation = orientation;
        traits.mark = { at: entry + 8, little };
        return;
    }
}

/** The bytes with the mark set to “upright”, so that no browser turns the picture. */
export function upright(bytes, { mark }) {
    if (!mark) return bytes;
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint16(mark.at, 1, mark.little);
    return copy;
}
