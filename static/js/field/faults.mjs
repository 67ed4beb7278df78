// After a save that found something wrong, reading starts at the summary.

export const showFaults = () => {
    const summary = document.getElementById("faults");
    if (summary) summary.focus();
};
