// Makes enketo's form and model of an XForm, in the browser, before anything is measured.

import { transform } from "enketo-transformer/web";

window.transformed = fetch("form.xml")
    .then((answer) => answer.text())
    .then((xform) => transform({ xform }));
