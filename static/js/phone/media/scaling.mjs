/** Makes a decoded picture small enough: at most 1,600 px and 400 KB, the right way up, nothing in it but its pixels. In a worker or a page. */

export const LONGEST = 1600;
export const LARGEST = 400 * 1024;
const QUALITIES = [0.85, 0.75, 0.65, 0.55, 0.45];

/** How the eight ways of holding a camera are turned back; `w`, `h`: the picture as it was stored. */
const TURNS = {
    2: (w) => [-1, 0, 0, 1, w, 0],
    3: (w, h) => [-1, 0, 0, -1, w, h],
    4: (_w, h) => [1, 0, 0, -1, 0, h],
    5: () => [0, 1, 1, 0, 0, 0],
    6: (_w, h) => [0, 1, -1, 0, h, 0],
    7: (w, h) => [0, -1, -1, 0, h, w],
    8: (w) => [0, -1, 1, 0, 0, w],
};

/** Width and height with the longer side at most `longest`. */
export function fitted(width, height, longest) {
    const factor = Math.min(1, longest / Math.max(width, height));
    return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))];
}

/** `ways`: `{canvas(width, height), blob(canvas, type, quality) → Promise}`, of a worker or of a page. */
export async function scaled(image, orientation, ways) {
    let [width, height] = [image.naturalWidth || image.width, image.naturalHeight || image.height];
    let source = image;
    const [middleWidth, middleHeight] = fitted(width, height, 2 * LONGEST);
    if (middleWidth < width) {
        source = draw(image, middleWidth, middleHeight, 1, ways); // in two steps: a canvas of old phones takes no more at once
        [width, height] = [middleWidth, middleHeight];
        if (image.close) image.close();
    }
    const size = fitted(width, height, LONGEST);
    for (let longest = LONGEST; ; longest *= 0.8) {
        const canvas = draw(source, ...fitted(size[0], size[1], longest), orientation, ways);
        for (const quality of QUALITIES) {
            const blob = await ways.blob(canvas, "image/jpeg", quality);
            if (!blob) throw new Error("not encoded");
            if (blob.size <= LARGEST || longest < 200) return blob;
        }
    }
}

function draw(source, width, height, orientation, ways) {
    const [across, down] = orientation > 4 ? [height, width] : [width, height];
    const canvas = ways.canvas(across, down);
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.fillStyle = "#fff"; // behind what a PNG leaves open
    pen.fillRect(0, 0, across, down);
    if (TURNS[orientation]) pen.setTransform(...TURNS[orientation](width, height));
    pen.drawImage(source, 0, 0, width, height);
    return canvas;
}
