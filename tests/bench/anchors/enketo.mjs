// The page of enketo-core: the form that its own transformer made, its model, and the engine started on them.

import { Form } from "enketo-core";

const form = new Form(
    document.querySelector("form.or"),
    { modelStr: document.getElementById("model").textContent },
    {},
);
window.problems = form.init();
document.documentElement.setAttribute("data-alive", "");
