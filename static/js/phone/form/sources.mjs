/** What a form is made of: the page's data and words. */

import { questions } from "./fetching.mjs";

export const json = (id) => {
    const found = document.getElementById(id);
    return found && JSON.parse(found.textContent);
};

/** `questions(hash)`: those of a questionnaire that does not stand in the page. */
export const about = () => ({
    texts: json("form-texts"),
    language: document.documentElement.lang,
    title: document.title,
    questions,
});
