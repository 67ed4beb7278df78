// The page of ODK Web Forms: the XForm fetched and given to its component.

import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";
import { createApp, h } from "vue";

const show = (formXml) => {
    const missing = () => Promise.resolve(new Response("", { status: 404 }));
    const app = createApp({
        render: () => h(OdkWebForm, { formXml, fetchFormAttachment: missing, missingResourceBehavior: "BLANK" }),
    });
    app.use(webFormsPlugin);
    app.mount("#form");
};

fetch("form.xml")
    .then((answer) => answer.text())
    .then(show);
