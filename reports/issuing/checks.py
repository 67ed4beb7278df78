"""The checks before a final (定稿前自查), each in its words: what is checked, what was found, what to do. Touches the wording of faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.planning.words.fault_texts import CauseAndRemedy, sentence
from surveys.questionnaire.sheets.bilingual import Kind, Text

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class CheckWording:
    """The sentences of one check.

    `title` says what is true when it passes, `wrong` the contrary; `passed` and `failed` what was found, `to_do` the remedy.
    """

    title: Text
    passed: Text
    failed: Text
    to_do: Text = NOTHING
    wrong: Text = NOTHING
    blocks: bool = True  # whether it stops a final

    @property
    def cause(self) -> Text:
        return Text(f"{self.wrong.zh}：{self.failed.zh}。", f"{self.wrong.en}: {self.failed.en}.")

    @property
    def remedy(self) -> Text:
        to_do = self.to_do
        return Text(f"{to_do.zh}。", f"{to_do.en[:1].upper()}{to_do.en[1:]}.") if to_do.zh else NOTHING


class CheckKind(Kind):
    """The kinds of checks, one member each; `{count}` and `{first}` are the places found and the first of them."""

    BLANK_LEFT = CheckWording(
        Text("正文、表格、附件中没有【待起草】", "Nothing is left to be written (【待起草】)"),
        Text("没有", "none"),
        Text("还有{count}处，第1处：{first}", "{count} left, the first: {first}"),
        Text("请写好，或删去该节", "write them, or delete the section"),
        Text("还有没写完的【待起草】", "Something is still to be written (【待起草】)"),
    )
    NUMBER_WRONG = CheckWording(
        Text("手写数字与数据一致", "Typed numbers agree with the data"),
        Text("没有不一致", "none contradicts"),
        Text(
            "{count}处不一致，第1处：“{first}”应为{expected}",
            "{count} contradict the data, the first: “{first}” should be {expected}",
        ),
        Text(
            "请到“数字核对”页改用数据，或写明理由保留",
            "use the data instead, or keep it with a reason (page Number check)",
        ),
        Text("有手写数字与数据不一致", "Typed numbers contradict the data"),
    )
    NUMBER_OVERRULED = CheckWording(
        Text("与数据不一致而保留原文的数字已写明理由", "Numbers kept against the data have a reason"),
        Text("没有", "none"),
        Text("{count}处（不影响定稿）：{reasons}", "{count} (this does not stop a final): {reasons}"),
        Text("可在“数字核对”页恢复核对", "let them count again on the page Number check"),
        blocks=False,
    )
    NUMBER_UNCONFIRMED = CheckWording(
        Text("无法核对的手写数字已由人确认", "Typed numbers that cannot be checked are confirmed by a person"),
        Text("{unknown}处", "{unknown}"),
        Text(
            "{count}处没有确认（不影响定稿），第1处：“{first}”",
            "{count} not confirmed (this does not stop a final), the first: “{first}”",
        ),
        Text("可在“数字核对”页确认保留", "confirm them on the page Number check"),
        blocks=False,
    )
    NAME_WITHOUT_CONSENT = CheckWording(
        Text("未同意署名的{visited}没有出现在文中", "No {visited} or person is named without consent"),
        Text("已查{checked}{measure}", "{checked} {visiteds} looked for"),
        Text("{count}处，第1处：“{first}”", "{count} places, the first: “{first}”"),
        Text("请隐去名称，或取得同意后更正填报", "take the name out, or correct the visit once they agree"),
        Text("文中出现了未同意署名的{visited}", "A {visited} or person is named without consent"),
    )
    NAME_IN_PRINT = CheckWording(
        Text("未同意署名的{visited}没有出现在 PDF 中", "No {visited} or person is named without consent in the PDF"),
        Text("没有", "none"),
        Text("{count}处，第1处：{first}", "{count} places, the first: {first}"),
        Text("请隐去名称后重新送审", "take the name out and review it anew"),
        Text("PDF 中出现了未同意署名的{visited}", "A {visited} or person is named in the PDF without consent"),
    )
    UNIT_MISSING = CheckWording(
        Text("{all}个单位的分报告均已接收", "The reports of all {all} units are accepted"),
        Text("{there}/{all}{explained}", "{there} of {all}{explained}"),
        Text(
            "{there}/{all}，{units}没有接收的分报告也没有理由",
            "{there} of {all}; nothing accepted and no reason for {units}",
        ),
        Text("请提醒报送，或填写理由", "ask for the report, or give a reason"),
        Text("有单位的分报告没有接收", "Reports of units are missing"),
    )
    FIGURE_STALE = CheckWording(
        Text("引用的数据与快照一致", "The figures are those of the data"),
        Text("{figures}处", "{figures} figures"),
        Text("{count}处已变，第1处：{first}", "{count} have changed since review, the first: {first}"),
        Text("请退回起草，重新送审", "send it back and review it anew"),
        Text("引用的数据在送审后有变化", "Figures have changed since the review"),
    )
    FONT_MISSING = CheckWording(
        Text("字体齐全，没有缺字", "All fonts are there, and every character has a glyph"),
        NOTHING,
        Text("{why}", "{why}"),
        wrong=Text("缺少字体", "Fonts are missing"),
    )
    GLYPH_MISSING = CheckWording(
        Text("字体齐全，没有缺字", "All fonts are there, and every character has a glyph"),
        Text("没有缺字{stand_ins}", "no glyph is missing{stand_ins}"),
        Text("缺{count}字：{missing}", "{count} characters without a glyph: {missing}"),
        Text("请装入含这些字的字体，或换写法", "add a font that has them, or write it another way"),
        Text("有字印不出来", "Characters without a glyph"),
    )
    SIGN_OFF_MISSING = CheckWording(
        Text("{wanted}已完成", "Signed off: {wanted}"),
        Text("已登记", "entered"),
        Text("{waiting}", "{waiting}"),
        Text("请办理后登记结果", "enter the outcome once it is there"),
        Text("还有要求的意见没有办完", "Sign-offs are missing"),
    )
    CARD_UNDECIDED = CheckWording(
        Text("各单位分报告的每一段都有去向", "Every paragraph of the units’ reports is decided on"),
        Text("{cards}段", "{cards} paragraphs"),
        Text("还有{count}段待定{newer}{lost}", "{count} undecided{newer}{lost}"),
        Text("请在“总报告汇总”页处理", "decide on them on the page Merge"),
        Text("有的段落还没有去向", "Paragraphs of the units’ reports are not decided on"),
    )
    LONG = CheckWording(
        Text("字数不超过{limit}字", "No longer than {limit} characters"),
        Text("{count}字", "{count} characters"),
        Text("{count}字，请留意篇幅", "{count} characters; mind the length"),
        blocks=False,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: a section and a block of the report, or another paper by name."""

    section: str
    block: str
    text: str | Text  # the words of the report as they stand, or what is said of them


@dataclass(frozen=True, slots=True)
class Check(CauseAndRemedy):
    """One check. `title` says what is checked, `words` what was found and what to do, `cause` and `remedy` why it stops a final."""

    kind: CheckKind
    ok: bool
    values: Mapping[str, Any]
    places: tuple[Place, ...] = ()
    count: int = 0

    @property
    def blocks(self) -> bool:
        return self.kind.value.blocks

    @property
    def place(self) -> str:
        text = self.places[0].text if self.places else ""
        return text.zh if isinstance(text, Text) else text

    @property
    def zh(self) -> str:
        return self.words("zh")

    @property
    def en(self) -> str:
        return self.words("en")

    def title(self, language: str) -> str:
        """What is true when it passes."""
        return sentence(self.kind.value.title, language, self.values)

    def heading(self, language: str) -> str:
        """The title of a check that passed, else what is wrong."""
        wrong = sentence(self.kind.value.wrong, language, self.values)
        return self.title(language) if self.ok or not wrong else wrong

    def words(self, language: str) -> str:
        """What was found, and what to do, in one line."""
        wording = self.kind.value
        state = sentence(wording.passed if self.ok else wording.failed, language, self.values)
        to_do = "" if self.ok else sentence(wording.to_do, language, self.values)
        return (f"{state}; {to_do}" if language.startswith("en") else f"{state}；{to_do}") if to_do else state

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "ok": self.ok,
            "blocks": self.blocks,
            "place": self.place,
            "zh": f"{self.heading('zh')}：{self.zh}",
            "en": f"{self.heading('en')}: {self.en}",
        }


def check_of(kind: CheckKind, places: Sequence[Place], **facts: Any) -> Check:
    """A check of this kind, which passes when there are no places."""
    values = {"count": len(places), "first": places[0].text if places else "", **facts}
    return Check(kind, not places, values, tuple(places), len(places))


def blocking(checks: Sequence[Check]) -> list[Check]:
    """The checks that did not pass and stop a final."""
    return [check for check in checks if check.blocks and not check.ok]
