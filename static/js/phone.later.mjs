/** What a form needs only when its person goes on (phone/form/later.mjs): entries, the check, handing in, the receipt, reading. */

import { log } from "./phone/client_log.mjs";
import { showCheck } from "./phone/form/check.mjs";
import { ask, choose, withoutForm } from "./phone/form/drafts.mjs";
import { addEntry, removeEntry, showEntries, undoRemove } from "./phone/form/entries.mjs";
import { faulty } from "./phone/form/faults.mjs";
import { questions, whole } from "./phone/form/fetching.mjs";
import { bring } from "./phone/form/later.mjs";
import { present } from "./phone/form/present.mjs";
import { showReading } from "./phone/form/reading.mjs";
import { handIn, showReceipt } from "./phone/form/receipt.mjs";
import { restore, showRemarks, toNewer } from "./phone/form/remarks.mjs";
import { take } from "./phone/form/taking.mjs";
import { keepMirror, mirrorSoon } from "./phone/mirror.mjs";
import { keepDamaged } from "./phone/queueing.mjs";
import { signIn } from "./phone/session.mjs";

bring({
    addEntry,
    ask,
    choose,
    faulty,
    handIn,
    keepDamaged,
    keepMirror,
    log,
    mirrorSoon,
    present,
    questions,
    removeEntry,
    restore,
    showCheck,
    showEntries,
    showReading,
    showReceipt,
    showRemarks,
    signIn,
    take,
    toNewer,
    undoRemove,
    whole,
    withoutForm,
});
