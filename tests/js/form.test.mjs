// What the page's script reads and reads back, against what the server says of the same answers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { countText, echoOf } from "../../static/js/phone/questions/echoes.mjs";
import { clean, number } from "../../static/js/phone/questions/posted.mjs";

const texts = {
    count: "已写%(written)d字，还可写%(left)d字",
    nearly_full: "已写%(written)d字，还可写%(left)d字，快写满了",
    too_many: "已写%(written)d字，超出%(over)d字",
    ticked: "已选%(number)d项",
    amount: "即%(amount)s万元（%(yuan)s元）",
    large_amount: "即%(amount)s亿元。",
    day: "%(year)s年%(month)s月%(day)s日，周%(weekday)s",
    weekdays: Array.from("一二三四五六日"),
    months: ["January"],
};

/** As much of a question's block as an echo looks at. */
const block = (type, unit = "", most = 0) => ({
    getAttribute: (name) => (name === "data-type" ? type : null),
    querySelector: (what) => {
        if (what === "textarea[data-most]") return most ? { getAttribute: () => String(most) } : null;
        return what === "[data-unit]" && unit ? { getAttribute: () => unit } : null;
    },
});

test("numbers are read as people type them", () => {
    for (const [typed, kept] of [
        ["５００", "500"],
        ["1,500.5", "1500.5"],
        [" 12 ", "12"],
        ["十二", "十二"],
        ["1,50", "1,50"],
        ["-３", "-3"],
    ]) {
        assert.equal(number(typed), kept);
    }
});

test("text enters clean", () => {
    assert.equal(clean("cafe\u0301\r\na\0b\x07\t\ud800"), "café\nab\t\ufffd");
    assert.equal(clean("\ud842\udfb7 stays"), "\ud842\udfb7 stays");
    assert.equal(clean("x\udfb7"), "x\ufffd");
});

test("amounts in 万元 are read back in yuan, without rounding", () => {
    const asked = block("decimal", "万元");
    assert.equal(echoOf(asked, "500", texts), "即500万元（5,000,000元）");
    assert.equal(echoOf(asked, "0.35", texts), "即0.35万元（3,500元）");
    assert.equal(echoOf(asked, "1.00005", texts), "即1.00005万元（10,000.5元）");
    assert.equal(echoOf(asked, "1500000", texts), "即150亿元。");
    for (const none of ["", "abc", "-3", "1e5"]) assert.equal(echoOf(asked, none, texts), "");
    assert.equal(echoOf(block("integer", "天"), "75", texts), "");
});

test("a day is read back with its weekday", () => {
    assert.equal(echoOf(block("date"), "2023-07-12", texts), "2023年7月12日，周三");
    for (const none of ["", "2023-02-30", "昨天"]) assert.equal(echoOf(block("date"), none, texts), "");
});

test("characters and ticks are counted", () => {
    assert.equal(echoOf(block("text", "", 200), "建".repeat(38), texts), "已写38字，还可写162字");
    assert.equal(countText(190, 200, texts), "已写190字，还可写10字，快写满了");
    assert.equal(countText(201, 200, texts), "已写201字，超出1字");
    assert.equal(echoOf(block("select_multiple"), "a b", texts), "已选2项");
    assert.equal(echoOf(block("select_multiple"), "", texts), "");
});
