/** Settles whose phone this is, before anything else is done on a page. */

import { ownDevice, signedIn } from "../caller/device.mjs";
import { signIn } from "../caller/session.mjs";

const PATIENCE = 5000; // ms: a form that may be filled in at once does not wait longer for the session

/** Settle who this phone is.
 *
 * Gives "ready" (this deputy's phone, with a key or secret: the script may work), "plain" (borrowed, or no store: leave the plain
 * pages alone), "evicted" (the server knows this phone, the store lost it), "revoked", "other" (the store is another deputy's),
 * "none" (nobody is signed in). `adopt` (enrolment.mjs) makes a signed-in browser a known phone. Without it a browser that has no
 * key yet is "ready" at once, since a form need not wait for that before it can be filled in, and one whose store was another
 * deputy's is "new": a later script of the page adopts it.
 */
export async function settle(adopt = null) {
    const who = signedIn();
    let own;
    try {
        own = await ownDevice();
    } catch (_) {
        return "plain";
    }
    if (!who) return own ? (own.revoked ? "revoked" : "ready") : "none";
    const isMine = own && own.holder === who.holder;
    if (isMine && !own.revoked) {
        if (who.device !== own.device) await (adopt ? signIn() : inTime(signIn())).catch(() => false);
        return (await ownDevice()).revoked ? "revoked" : "ready";
    }
    if (who.kind !== "browser") return own ? (isMine ? "revoked" : "other") : "evicted";
    if (!who.kept) return own ? "other" : "plain";
    if (!adopt) return own ? "new" : "ready";
    return (await adopt()) ? "ready" : own ? "other" : "plain";
}

const inTime = (work) => Promise.race([work, new Promise((go) => setTimeout(go, PATIENCE, false))]);
