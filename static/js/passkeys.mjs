// Passkeys at sign-in and at its set-up: hands the browser the server's question and the form its answer.

/** @param {string} text base64url */
function bytesOf(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer | null} buffer */
function textOf(buffer) {
    const plain = Array.from(new Uint8Array(buffer || new ArrayBuffer(0)), (byte) => String.fromCharCode(byte)).join(
        "",
    );
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The server's question with bytes where a browser wants bytes. @param {any} question */
function asBytes(question) {
    const listed = (/** @type {any[]} */ keys) =>
        (keys || []).map((key) => Object.assign({}, key, { id: bytesOf(key.id) }));
    const made = Object.assign({}, question, { challenge: bytesOf(question.challenge) });
    if (question.user) {
        made.user = Object.assign({}, question.user, { id: bytesOf(question.user.id) });
        made.excludeCredentials = listed(question.excludeCredentials);
    } else {
        made.allowCredentials = listed(question.allowCredentials);
    }
    return made;
}

/** The browser's answer as the server reads it (WebAuthn 5.1, toJSON). @param {any} credential */
function asText(credential) {
    const response = credential.response;
    /** @type {Record<string, any>} */
    const told = { clientDataJSON: textOf(response.clientDataJSON) };
    if (response.attestationObject) {
        told.attestationObject = textOf(response.attestationObject);
        told.transports = response.getTransports ? response.getTransports() : [];
    } else {
        told.authenticatorData = textOf(response.authenticatorData);
        told.signature = textOf(response.signature);
        told.userHandle = response.userHandle ? textOf(response.userHandle) : null;
    }
    return JSON.stringify({
        id: credential.id,
        rawId: textOf(credential.rawId),
        type: credential.type,
        response: told,
        clientExtensionResults: credential.getClientExtensionResults(),
        authenticatorAttachment: credential.authenticatorAttachment || null,
    });
}

/** @param {HTMLFormElement} form */
function prepare(form) {
    const button = form.querySelector("[data-asks]");
    const lacking = form.querySelector("[data-lacking]");
    const refused = form.querySelector("[data-refused]");
    const field = form.elements.namedItem("passkey");
    if (!window.PublicKeyCredential || !(button instanceof HTMLElement) || !(field instanceof HTMLInputElement)) {
        return;
    }
    button.hidden = false;
    if (lacking instanceof HTMLElement) {
        lacking.hidden = true;
    }
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const publicKey = asBytes(JSON.parse(form.dataset.question || "{}"));
        try {
            const asked = form.dataset.passkey === "create" ? "create" : "get";
            field.value = asText(await navigator.credentials[asked]({ publicKey }));
        } catch {
            if (refused instanceof HTMLElement) {
                refused.hidden = false;
            }
            return;
        }
        form.submit();
    });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (form instanceof HTMLFormElement) {
        prepare(form);
    }
}
