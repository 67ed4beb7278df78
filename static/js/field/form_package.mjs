// The compiled questionnaire: immutable under its address, so the browser's own cache keeps it.

export const readPackage = (address) =>
    fetch(address, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(`package: ${answer.status}`);
        return answer.json();
    });
