/** What a form is made of: the page's data and words. */

export const json = (id) => {
    const found = document.getElementById(id);
    return found && JSON.parse(found.textContent);
};

/** `questions(hash)`: those of a questionnaire that does not stand in the page (fetching.mjs). */
export const about = (questions) => ({
    texts: json("form-texts"),
    language: document.documentElement.lang,
    title: document.title,
    questions,
});
