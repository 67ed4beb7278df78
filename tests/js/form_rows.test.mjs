// What no rule of a form judges: bounds of a range, a place; and how answers are read from controls.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromAttendance } from "../../static/js/phone/pages/attendance.mjs";
import { contentOf, outcomeOf } from "../../static/js/phone/pages/handing_in.mjs";
import { concrete, fieldId } from "../../static/js/phone/questions/controls.mjs";
import { faultOf } from "../../static/js/phone/questions/wrong.mjs";
import { keptDraftOf } from "../../static/js/phone/store/kept_drafts.mjs";
import { readable, settle } from "../../static/js/phone/visit/rows.mjs";

const node = (type, value, params = {}) => ({ relevant: true, value, def: { type, params } });

test("a range and a place are judged as on the server", () => {
    assert.equal(faultOf(node("range", "5", { start: "0", end: "10" })), "");
    assert.equal(faultOf(node("range", "11", { start: "0", end: "10" })), "bounds");
    const half = { start: "-1", end: "1", step: "0.1" };
    assert.equal(faultOf(node("range", "0.3", half)), "");
    assert.equal(faultOf(node("range", "0.35", half)), "step");
    assert.equal(faultOf(node("range", "4", { start: "10", end: "0", step: "-2" })), "");
    assert.equal(faultOf(node("range", "5", { start: "10", end: "0", step: "-2" })), "step");
    assert.equal(faultOf(node("range", "十", { start: "0", end: "10" })), "number");
    assert.equal(faultOf(node("geopoint", "23.1 113.2 0 8")), "");
    assert.equal(faultOf(node("geopoint", "? 113.2")), "place");
    assert.equal(faultOf(node("geopoint", "人民路5号 东 门 内")), "");
    assert.equal(faultOf(node("geopoint", "123.1 113.2 0 0")), "place");
    assert.equal(faultOf(node("text", "")), "");
    assert.equal(faultOf(node("text", "🏭".repeat(100000))), "");
    assert.equal(faultOf(node("text", "🏭".repeat(100001))), "long");
});

test("a damaged row gives what can be read of it, and a sound one is left alone", () => {
    const sound = {
        ...{ visit: "v", questionnaire: "q", answers: { "/a": "1" }, repeats: { "/r": 2 }, comments: [], parts: [] },
        ...{ about: { office: "o" }, assignment: { title: "t" }, base: null, page: null, changed: null, head: null },
    };
    assert.deepEqual(readable(sound), { row: sound, damaged: false });
    const wreck = {
        ...sound,
        answers: { "/a": "1", "/b": 2 },
        repeats: { "/r": 1e9 },
        comments: 7,
        about: null,
        base: 4,
    };
    const { row, damaged } = readable(wreck);
    assert.equal(damaged, true);
    assert.deepEqual([row.answers, row.repeats, row.comments, row.about, row.base], [{ "/a": "1" }, {}, [], {}, null]);
    assert.ok(row.changed, "what is left counts as not handed in");
    for (const key of Object.keys(sound)) {
        for (const value of [null, 5, "x", [], {}, undefined]) readable({ ...sound, [key]: value });
    }
});

test("a pattern becomes the page of an entry", () => {
    assert.equal(concrete("/r_site[]/r_room[]/area", "r_site[2]/r_room[3]"), "/r_site[2]/r_room[3]/area");
    assert.equal(fieldId("/r_problem[1]/p_text"), "q-r_problem-1.p_text");
});

const pkg = {
    defs: [
        { path: "/why", items: { list: "reasons" } },
        { path: "/levels", items: { list: "levels" } },
        { path: "/names" },
    ],
    sec: {
        reasons: [{ name: "gone", code: "closed" }],
        levels: [
            { name: "l1", code: "city" },
            { name: "l2", code: "dist" },
        ],
    },
    facts: {
        rows: [
            { path: "/why", means: "outcome" },
            { path: "/names", preload: "attendance.names" },
            { path: "/levels", preload: "attendance.levels" },
        ],
    },
};

test("the outcome is the code of the answer that means it", () => {
    assert.equal(outcomeOf(pkg, { "/why": "gone" }), "closed");
    assert.equal(outcomeOf(pkg, {}), "visited");
    const state = { pkg, now: "N", repeats: {}, answers: () => ({ "/why": "gone" }) };
    assert.deepEqual(contentOf(state, { present: ["d1"] }), {
        answers: { "/why": "gone" },
        clock: "N",
        outcome: "closed",
        parts: [],
        present: ["d1"],
    });
});

test("who went fills in names and levels in the order of the list", () => {
    const members = [
        { name: "甲", levels: ["dist"] },
        { name: "乙", levels: ["city", "dist"] },
    ];
    assert.deepEqual(fromAttendance(pkg, members), { "/names": "甲、乙", "/levels": "l1 l2" });
});

const data = (more = {}) => ({
    visit: "v",
    assignment: { state: "open" },
    comments: [],
    head: null,
    drafts: [],
    present: [],
    questionnaire: "q1",
    ...more,
});
const draft = (more) => ({
    own: false,
    questionnaire: "q1",
    by: "乙",
    at: "T",
    mark: "M",
    base: null,
    answers: { "/a": "1" },
    repeats: {},
    ...more,
});
const row = (more) => ({
    visit: "v",
    answers: {},
    repeats: {},
    base: null,
    questionnaire: "q1",
    changed: null,
    ...more,
});

test("which draft is gone on with", () => {
    assert.deepEqual(settle(undefined, data(), false), { row: null, others: [] });
    assert.equal(settle(undefined, data({ drafts: [draft({ own: true })] }), false).row.answers["/a"], "1");
    const asked = settle(undefined, data({ drafts: [draft()] }), false);
    assert.equal(asked.row, null);
    assert.equal(asked.others.length, 1);
    const mine = row({ changed: "C", answers: { "/a": "2" } });
    assert.equal(settle(mine, data({ drafts: [draft({ own: true, changed: "B" })] }), false).others.length, 0);
    assert.equal(settle(mine, data({ drafts: [draft()] }), false).others.length, 1);
    assert.equal(settle({ ...mine, declined: ["M"] }, data({ drafts: [draft()] }), false).others.length, 0);
    assert.equal(settle({ ...mine, answers: { "/a": "1" } }, data({ drafts: [draft()] }), false).others.length, 0);
    const head = { content: "h", questionnaire: "q1", answers: { "/a": "9" }, repeats: {} };
    assert.equal(settle(row({ base: "old" }), data({ head }), false).row.base, "h");
    assert.equal(settle(row({ base: "own" }), data({ head }), true).row.base, "own", "what waits is not forgotten");
    const behind = settle(row({ changed: "C", base: "g" }), data({ head, drafts: [draft()] }), false);
    assert.equal(behind.others.length, 0, "begun on another version than the phone's own and the head");
    assert.equal(settle(mine, null, false).row, mine);
    const newer = draft({ own: true, questionnaire: "q2" });
    assert.equal(
        settle(mine, data({ drafts: [newer] }), false).others.length,
        1,
        "the questionnaire in force was taken",
    );
    const fits = { ...mine, answers: { "/a": "1" } };
    assert.equal(
        settle(fits, data({ drafts: [newer] }), false).others.length,
        1,
        "it was taken with every answer as it is",
    );
    assert.equal(settle({ ...fits, declined: ["M"] }, data({ drafts: [newer] }), false).others.length, 0);
    const sent = draft({ own: true, questionnaire: "q0", changed: "C" });
    assert.equal(settle({ ...mine, mirrored: "C" }, data({ drafts: [sent] }), false).others.length, 0, "its own copy");
    assert.equal(settle({ ...fits, questionnaire: "q2" }, data({ drafts: [newer] }), false).others.length, 0);
});

test("what was decided on the pages without script is gone on with unasked", () => {
    const mine = row({ changed: "C", answers: { "/a": "2" }, about: { present: ["d1"] }, declined: ["S"] });
    const over = draft({ own: true, questionnaire: "q2", after: "C" });
    const taken = settle(mine, data({ drafts: [over] }), false);
    assert.deepEqual([taken.row.questionnaire, taken.row.answers], ["q2", { "/a": "1" }]);
    assert.deepEqual([taken.row.about.present, taken.row.declined], [["d1"], ["S"]], "what stands in no draft stays");
    assert.deepEqual(taken.others, []);
    assert.deepEqual(
        taken.left.map((one) => [one.questionnaire, one.answers]),
        [["q1", { "/a": "2" }]],
        "the phone's own is set aside",
    );
    const since = settle({ ...mine, changed: "D" }, data({ drafts: [over] }), false);
    assert.deepEqual(
        [since.row.questionnaire, since.others.length, Boolean(since.left)],
        ["q1", 1, false],
        "it went on",
    );
    const typed = draft({ own: true, after: "C" });
    assert.equal(settle(mine, data({ drafts: [typed] }), false).row.answers["/a"], "1", "a page was filled in");
    const looked = draft({ own: true, after: "C", answers: { "/a": "2" } });
    assert.ok(!settle(mine, data({ drafts: [looked] }), false).left, "nothing was");
    assert.ok(!settle(taken.row, data({ drafts: [over] }), false).left, "taken once");
});

test("what the pages without script wrote is neither dropped nor asked about twice", () => {
    const mine = row({ changed: "C", answers: { "/a": "2" } });
    const typed = draft({ own: true, after: "C" });
    const since = settle({ ...mine, changed: "D" }, data({ drafts: [typed] }), false);
    assert.deepEqual([since.row.answers, since.others.length], [{ "/a": "2" }, 1], "the phone went on as well");
    const further = { ...mine, changed: "D", from: "M" };
    assert.equal(settle(further, data({ drafts: [typed] }), false).others.length, 0, "the phone went on from it");
    const head = { content: "h", questionnaire: "q1", answers: { "/a": "9" }, repeats: {} };
    const between = settle(mine, data({ head, drafts: [typed] }), false);
    assert.deepEqual([between.row.answers, between.row.base], [{ "/a": "1" }, null], "a colleague handed in between");
    assert.equal(between.left.length, 1);
    for (const more of [{ replies: { "/a": "已核对" } }, { repeats: { "/r": 2 } }]) {
        const beside = draft({ own: true, after: "C", answers: { "/a": "2" }, ...more });
        assert.ok(settle(mine, data({ drafts: [beside] }), false).left, "more than answers can be written");
    }
});

test("drafts as old as the phone's own are offered beside it, and its own copy when the phone has lost it", () => {
    const head = { content: "h", questionnaire: "q1", answers: { "/a": "9" }, repeats: {} };
    const mine = row({ changed: "C", answers: { "/a": "2" } });
    assert.equal(settle(mine, data({ head, drafts: [draft()] }), false).others.length, 1);
    const copy = draft({ own: true, changed: "B" });
    assert.equal(settle(undefined, data({ head, drafts: [copy] }), false).others.length, 1);
    assert.equal(settle(row({ base: "h" }), data({ head, drafts: [copy] }), false).others.length, 0, "handed in");
});

test("drafts of the same moment are told apart", () => {
    const mine = row({ changed: "C", answers: { "/a": "2" }, declined: ["M"] });
    const drafts = [draft(), draft({ mark: "N", answers: { "/a": "3" } })];
    const { others } = settle(mine, data({ drafts }), false);
    assert.deepEqual(
        others.map((one) => one.mark),
        ["N"],
    );
    const ids = drafts.map((one) => keptDraftOf("v", "", one).id);
    assert.equal(new Set(ids).size, 2, "neither is set aside in the other's place");
});

test("a draft begun before the head was handed in is offered where nothing is unsent", () => {
    const head = { content: "h", questionnaire: "q1", answers: { "/a": "9" }, repeats: {} };
    const asked = (stored, more = {}) => settle(stored, data({ head, drafts: [draft(more)] }), false);
    for (const stored of [undefined, row({ base: "h" })]) {
        assert.deepEqual([asked(stored).others.length, asked(stored).row.base], [1, "h"], "beside what was handed in");
        assert.equal(asked(stored, { own: true }).others.length, 1, "filled in on this phone without script");
    }
    assert.equal(asked(row({ base: "h", declined: ["M"] })).others.length, 0);
});
