// The phone's evaluator over the same cases as Python's: expressions.json and values.json, compiled by Python.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { begin } from "../../static/js/phone/visit/start.mjs";
import { replay } from "./replay.mjs";

const root = new URL("../../", import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const conditions = read("tests/cases/conditions/expressions.json").cases;
const { now, values } = read("tests/cases/conditions/values.json");
const valuesForm = {
    survey: values
        .map(([calculation], number) => ({ type: "calculate", name: `v${number}`, calculation }))
        .concat([{ type: "text", name: "t", label: "t" }]),
};

const python = existsSync(new URL(".venv/bin/python", root)) ? ".venv/bin/python" : "python3";
const compiled = JSON.parse(
    execFileSync(python, ["-m", "tests.js.compiled_cases"], {
        cwd: root,
        input: JSON.stringify(conditions.map((each) => each.form).concat([valuesForm])),
        maxBuffer: 1 << 28,
    }),
);

conditions.forEach((each, number) => {
    test(each.id, () => {
        const pkg = compiled.packages[number];
        if (each.invalid) {
            assert.equal(pkg, null);
            return;
        }
        const looks = replay({ ...each, package: pkg });
        const wanted = each.steps.filter((step) => "look" in step).map((step) => step.look);
        assert.equal(looks.length, wanted.length);
        wanted.forEach((look, place) => {
            const got = looks[place];
            for (const [path, facts] of Object.entries(look.nodes || {})) {
                for (const key of Object.keys(facts))
                    assert.deepEqual(got.nodes[path][key], facts[key], `${path} ${key}`);
            }
            for (const [path, count] of Object.entries(look.repeats || {})) assert.equal(got.repeats[path], count);
            for (const path of look.absent || []) assert.ok(!(path in got.nodes));
        });
    });
});

test("every expression of values.json gives its text", () => {
    const [look] = replay({ package: compiled.packages[conditions.length], now, steps: [{ look: true }] });
    assert.deepEqual(
        values.map(([expression], number) => [expression, look.nodes[`/v${number}`].value]),
        values,
    );
});

test("a visit begins with what the assignment gives and without the untouched suggestion", () => {
    const state = begin(compiled.model, { "/asg_id": "GZ23-1", "/g_ident/ent_name": "示例企业有限公司" }, { now });
    assert.equal(state.repeats["/r_suggest"], 0);
    assert.equal(state.node("/g_ident/ent_name").readonly, true);
    assert.equal(state.add("/r_suggest"), "/r_suggest[1]");
    assert.ok(state.problems().some(([path, kind]) => path === "/r_suggest[1]/s_text" && kind === "required"));
});

test("a full recompute of the model form is quick", () => {
    const state = begin(compiled.model, {}, { now });
    state.set("/g_visit/consent", "named");
    const start = performance.now();
    for (let round = 0; round < 20; round++) {
        state.at(now);
        state.problems();
    }
    assert.ok((performance.now() - start) / 20 < 30, "30 ms is the budget of a slow phone");
});
