/** Sends one photo or other part in chunks that go on where they stopped, by its hash (receiving.md 5). Touches store and network. */

import { call } from "../caller/session.mjs";
import { hashOfLarge } from "../store/digest.mjs";
import { read, write } from "../store/store.mjs";

const LEAST = 65536;
const FIRST = 262144;
const MOST_WRONG = 3;
const AT_ONCE = 3; // times that a chunk which came spoilt is sent again without a pause

/** Send what the server misses of a part. Gives "held", "later" (no answer, or not now), "stuck" (this copy is no good), "away" (no copy here). */
export async function sendPart(sha) {
    const [part, head] = [await read("parts", sha), await call(`/parts/${sha}`, { method: "HEAD" })];
    if (head.status !== 200 || head.offset === null) return "later";
    let offset = Number(head.offset);
    const isHere = part && part.bytes instanceof ArrayBuffer; // not when damaged, nor of a draft that was found on the server
    if (!isHere) return offset === Number(head.size) ? "held" : part ? "stuck" : "away";
    const size = part.bytes.byteLength;
    if (offset === size && Number(head.size) === size) return "held";
    let chunk = part.chunk || FIRST;
    for (let spoilt = 0; spoilt <= AT_ONCE; ) {
        const from = Math.min(offset, Math.max(0, size - 1)); // all bytes there, but unfinished: the last chunk once more
        const start = from < offset ? Math.max(0, size - chunk) : offset;
        const answer = await sendChunk(sha, part.bytes.slice(start, start + chunk), start, size).catch(() => null);
        if (!answer) {
            await remember(sha, { chunk: Math.max(LEAST, chunk >> 1) });
            return "later";
        }
        const [body, before] = [answer.value || {}, offset];
        if (answer.status === 201 || (answer.status === 200 && body.offset === size)) return "held";
        if ((answer.status === 200 || body.code === "offset") && typeof body.offset === "number") {
            offset = body.offset;
            if (offset === before) spoilt += 1; // it says so again and again: nothing is gained by going on
        } else if (body.code === "hash" || body.code === "truncated") {
            chunk = Math.max(LEAST, chunk >> 1);
            spoilt += 1;
        } else if (body.code === "part_hash") {
            const wrong = (part.wrong || 0) + 1;
            const isOver = wrong >= MOST_WRONG || (await hashOfLarge(part.bytes)) !== sha;
            await remember(sha, { wrong: isOver ? 0 : wrong });
            return isOver ? "stuck" : "later";
        } else return body.code === "size" ? "stuck" : "later";
    }
    return "later";
}

async function sendChunk(sha, bytes, start, size) {
    const headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": `bytes ${start}-${start + bytes.byteLength - 1}/${size}`,
        "Diaoyan-Hash": await hashOfLarge(bytes),
    };
    return call(`/parts/${sha}`, { method: "PUT", body: bytes, headers, timeout: 60000 });
}

const remember = (sha, facts) =>
    write(["parts"], async (work) => {
        const row = await work.get("parts", sha);
        if (row) await work.put("parts", { ...row, ...facts });
    });
