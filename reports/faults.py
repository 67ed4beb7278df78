"""Every fault a report can have (报告的差错): its place, its cause and its remedy, in Chinese and English. Touches the wording of faults.

A kind has a name, not a number (`code`); `{name}` stands for a fact given with it, a `Text` where it is said otherwise in English.
`file_faults.py` has the kinds of Word files, `checks.py` the checks before a final, `differences.py` what a verification
finds. The print shop, which knows no survey, has words of its own.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from surveys.planning.words.fault_texts import CauseAndRemedy
from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording

if TYPE_CHECKING:
    from surveys.planning.campaigns.units import Unit

NOTHING = Text("", "")


class FaultKind(Kind):
    """What may not be done to a report, and what its figures cannot be made of."""

    # Its course.
    NOT_TAKING_PART = Wording(
        Text(
            "{unit}没有参加“{campaign}”，不能写它的报告。", "{unit} takes no part in “{campaign}”, so it has no report."
        ),
        Text("请先在“单位与任务数”里加入。", "Add it under “Units and quotas” first."),
    )
    ROOT_IS_FINAL = Wording(
        Text("总报告没有上级可报送。", "The consolidated report has nobody above it to be submitted to."),
        Text("请在“定稿与印制”页定稿。", "Make it final on the page “Issue”."),
    )
    BLANK_LEFT = Wording(
        Text(
            "还有{count}处【待起草】，第1处：{first}。",
            "{count} passages are still to be written (【待起草】), the first: {first}.",
        ),
        Text("请写好或删去该节后再报送。", "Write them, or delete the section, then submit."),
    )
    WORDS_NEEDED = Wording(
        Text("退回补充要写明需要补什么。", "A return needs words saying what is missing."),
        Text("请填写退回意见。", "Write them, then return."),
    )
    NOT_NOW = Wording(
        Text("报告现在是“{state}”，不能“{step}”。", "The report is {state}: it cannot be {step} now."),
        Text("请先看报告的历史，按顺序办理。", "Look at its history and take the steps in order."),
    )
    NOT_WRITABLE = Wording(
        Text("报告现在是“{state}”，不能修改。", "The report is {state} and cannot be changed."),
        Text("需要修改时，请先退回或申请撤回。", "Send it back or ask to withdraw it first."),
    )
    SIGN_OFF_WRONG = Wording(
        Text(
            "会签记录要有种类、单位或会议名称、日期和结果。",
            "A sign-off needs its kind, who gave it, the date and the outcome.",
        ),
        Text("请补全后再登记。", "Complete it, then enter it."),
    )
    # The final and the print.
    NOT_ROOT = Wording(
        Text(
            "分报告由上级接收，不单独定稿。",
            "A sub-report is accepted by the unit above, it does not become final by itself.",
        ),
        Text("请使用“报送”。", "Submit it."),
    )
    NOT_REVIEWED = Wording(
        Text("定稿前要先送审。", "A report is reviewed before it is final."),
        Text("请在报告页“送审”。", "Send it for review on its page."),
    )
    ALREADY_FINAL = Wording(
        Text("报告已经定稿，不再改动。", "The report is final already and never changes."),
        Text("请直接下载，发现差错的另发更正。", "Download it, or issue an erratum for what is wrong in it."),
    )
    SENT_BACK = Wording(
        Text(
            "要定稿的是第{number}版，但报告其间已退回起草，没有定稿。",
            "Version {number} was to be final, but the report was sent back to its writers meanwhile, so it is not.",
        ),
        Text("请改好后重新送审，再定稿。", "Send it for review anew, then make it final."),
    )
    REVIEWED_ANEW = Wording(
        Text(
            "要定稿的是第{number}版，但报告其间退回起草后重新送审，现在送审的是第{newer}版，因此没有定稿。",
            "Version {number} was to be final, but the report was sent back and sent for review again meanwhile: version {newer} is under review now, so nothing is final.",
        ),
        Text("请看过第{newer}版后再定稿。", "Look at version {newer}, then make it final."),
    )
    NOTHING_TO_PRINT = Wording(
        Text(
            "{unit}的报告还没有送审或报送，没有可印的版本。",
            "The report of {unit} was neither reviewed nor submitted, so there is nothing to print.",
        ),
        Text("请先送审。", "Send it for review first."),
    )
    UNIT_MISSING = Wording(
        Text(
            "{units}的分报告还没有接收，也没有写明理由，不能汇编。",
            "No accepted sub-report of {units}, and no reason for it, so the volume cannot be bound.",
        ),
        Text("请提醒报送，或在“总报告汇总”页填写理由。", "Ask for the report, or give a reason on the page Merge."),
    )
    CHILD_MISSING = Wording(
        Text(
            "封存时收录的{unit}分报告第{number}版不在库中。",
            "Version {number} of the report of {unit}, bound when this was frozen, is not stored.",
        ),
        Text("请从备份恢复。", "Restore it from a backup."),
    )
    # Its draft.
    NO_SECTION = Wording(
        Text("报告里没有章节“{key}”。", "The report has no section “{key}”."),
        Text("请刷新页面后再试。", "Load the page again."),
    )
    SECTION_CHANGED = Wording(
        Text(
            "这一节{by}保存过，您的内容没有写入，仍在页面上。",
            "This section was saved by {by}. Yours was not written and is still on the page.",
        ),
        Text("请对照后再保存。", "Compare, then save again."),
    )
    TOKEN_WRONG = Wording(
        Text("“{token}”不是数据引用。", "“{token}” is no figure token."),
        Text(
            "请写成{{{{表号:项目|度量|写法}}}}，如{{{{T6:fin_any|share|word}}}}。",
            "Write {{{{TABLE:ITEM|MEASURE|WORDING}}}}, as in {{{{T6:fin_any|share|word}}}}.",
        ),
    )
    FIGURE_UNKNOWN = Wording(Text("{cause}", "{cause}"), Text("{remedy}", "{remedy}"))
    BLOCK_WRONG = Wording(
        Text("报告里有一张表或图做不出来（{why}）。", "A table or chart of the report cannot be made ({why})."),
        Text("请在该节删去后重新插入。", "Take it out of its section and put it in again."),
    )
    # Merging.
    NO_REMARK = Wording(
        Text("找不到这条批注：它不在这份报告里。", "This comment is not there: the report has none like it."),
        Text("请刷新编辑页，从“批注”里选。", "Load the editor again and choose it under Comments."),
    )
    NO_CARD = Wording(
        Text(
            "找不到这一段：该单位的报告可能刚刚更新。",
            "This paragraph is not there: the unit’s report may just have changed.",
        ),
        Text("请刷新汇总页。", "Load the merge page again."),
    )
    NO_PLACE = Wording(
        Text("汇总稿里没有章节“{key}”。", "The draft has no section “{key}”."),
        Text("请先在报告里加上这一节，或放到别的章节。", "Add it to the report first, or choose another section."),
    )
    REASON_NEEDED = Wording(
        Text(
            "不采用要写明理由或去向，例如“已由第2段概括”“移到（六）”。",
            "Leaving a paragraph out needs a reason or where it goes, such as “covered by paragraph 2”.",
        ),
        Text("请填写后再定。", "Write it, then decide."),
    )
    NOTHING_TICKED = Wording(
        Text("没有勾选任何一段或一句。", "No paragraph or sentence was ticked."),
        Text("请先勾选要用的段落或句子。", "Tick those you want, then try again."),
    )
    PARAGRAPH_TOO_LONG = Wording(
        Text(
            "勾选的内容共{count}字，一段最多{most}字。",
            "What was ticked is {count} characters long; a paragraph holds {most}.",
        ),
        Text("请少勾一些，分成几段写。", "Tick less, and write several paragraphs."),
    )
    NO_PARAGRAPH = Wording(
        Text("汇总稿里已经没有这一段。", "The draft has this paragraph no more."),
        Text("请刷新汇总页，另选一段。", "Load the merge page again and choose another."),
    )
    NO_SOURCE = Wording(
        Text(
            "这一段没有这个来源，可能刚被取消。", "The paragraph has no such source; it may just have been taken off."
        ),
        Text("请刷新汇总页。", "Load the merge page again."),
    )
    NO_ACT = Wording(
        Text("找不到要撤销的这一步。", "The step to be taken back is not there."),
        Text("请刷新汇总页，从最近的步骤里选。", "Load the merge page again and choose among the latest steps."),
    )
    ACT_UNDONE = Wording(
        Text("这一步已经撤销过了。", "This step was taken back already."),
        Text("请刷新汇总页。", "Load the merge page again."),
    )
    NO_MATTER = Wording(
        Text(
            "这一部分没有这个问题，可能刚被并入或删去。",
            "This part has no such matter; it may just have been joined or deleted.",
        ),
        Text("请刷新汇总页，另选一个问题。", "Load the merge page again and choose another."),
    )
    MATTER_TITLE = Wording(
        Text(
            "问题要有名称，最多{most}字，不带数据引用。",
            "A matter needs a title, up to {most} characters, without a figure.",
        ),
        Text("请改写名称。", "Write another title."),
    )
    CARDS_UNDECIDED = Wording(
        Text(
            "下级报告还有{count}段没有去向{lost}，不能报送。",
            "{count} paragraphs of the reports below are not decided on{lost}, so this cannot be submitted.",
        ),
        Text(
            "请在“汇总”页逐段处理，或按问题、按单位成批处理。",
            "Decide on them on the page Merge, one by one or a matter at once.",
        ),
    )
    SILENT_UNIT = Wording(
        Text(
            "请写明未报送分报告的理由，它会写进总报告。",
            "Say why the sub-report is missing; the reason goes into the report.",
        ),
        NOTHING,
    )
    # Its figures.
    NO_QUESTIONNAIRE = Wording(
        Text(
            "本活动还没有发布问卷，取不出数据。",
            "No questionnaire of this campaign is published, so there are no figures.",
        ),
        Text("请先在“问卷”页发布一份。", "Publish one on the page “Questionnaire”."),
    )
    PACKAGE_MISSING = Wording(
        Text("问卷数据包 {package:.12}… 不在库中。", "The questionnaire package {package:.12}… is not stored."),
        Text("请从备份恢复，或重新上传当时的问卷。", "Restore it from a backup, or upload that workbook again."),
    )
    NO_TABLE = Wording(
        Text(
            "数据引用{token}无法取数：问卷没有表{table}。",
            "Figure {token} has no value: the questionnaire has no table {table}.",
        ),
        NOTHING,
    )
    NO_ITEM = Wording(
        Text(
            "数据引用{token}无法取数：表{table}没有项目“{item}”，或有几个题目有同名选项，请写成“题名.选项”。",
            "Figure {token} has no value: table {table} has no item “{item}”, or several questions have that choice: write FIELD.CHOICE.",
        ),
        NOTHING,
    )
    NO_MEASURE = Wording(
        Text(
            "数据引用{token}无法取数：“{item}”没有度量“{measure}”。",
            "Figure {token} has no value: “{item}” ({what}) has no measure “{measure}”.",
        ),
        NOTHING,
    )
    NO_WORDING = Wording(
        Text(
            "数据引用{token}无法取数：度量“{measure}”没有写法“{wording}”。",
            "Figure {token} has no value: measure “{measure}” has no wording “{wording}”.",
        ),
        NOTHING,
    )
    NO_MONEY = Wording(
        Text(
            "数据引用{token}无法取数：“{unit}”不是金额单位。",
            "Figure {token} has no value: “{unit}” is no unit of money.",
        ),
        NOTHING,
    )
    UNIT_ELSEWHERE = Wording(
        Text(
            "数据引用{token}无法取数：本报告不含单位{unit}的数据。",
            "Figure {token} has no value: this report has no data of unit {unit}.",
        ),
        Text("只能引用本单位和下级单位的数据。", "Refer to its own unit or to units below it."),
    )


class Fault(CauseAndRemedy, ValueError):
    """Raised where something is wrong: `place`, `cause(language)` and `remedy(language)` say it, `zh` and `en` in one line."""

    def __init__(self, kind: Kind, place: str = "", **facts: Any) -> None:
        self.kind, self.place, self.values = kind, place, facts
        super().__init__(self.en)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.kind, self.place, self.values)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "place": self.place, "zh": self.zh, "en": self.en}

    @property
    def zh(self) -> str:
        return in_one_line(self, "zh")

    @property
    def en(self) -> str:
        return in_one_line(self, "en")


def _restored(kind_of_fault: type[Fault], kind: Kind, place: str, facts: dict[str, Any]) -> Fault:
    """A fault as it comes out of another process."""
    fault = kind_of_fault.__new__(kind_of_fault)
    Fault.__init__(fault, kind, place, **facts)
    return fault


class ReportFault(Fault):
    """Something that may not be done to a report."""


class DataFault(Fault):
    """The data cannot give figures."""


class UnknownFigure(Fault):
    """A token the questionnaire cannot answer."""


class TokenFault(Fault):
    """Braces in a text that hold no figure token."""

    def __init__(self, token: str) -> None:
        super().__init__(FaultKind.TOKEN_WRONG, token=token)


class WordFault(Fault):
    """A Word file that cannot be taken in."""


def in_one_line(fault: CauseAndRemedy, language: str) -> str:
    """Cause and remedy in one line (“原因；办法。”), where there is no room for two sentences."""
    cause, remedy = fault.cause(language), fault.remedy(language)
    if not remedy:
        return cause
    if language.startswith("en"):
        return f"{cause.removesuffix('.')}; {remedy[:1].lower()}{remedy[1:]}"
    return f"{cause.removesuffix('。')}；{remedy}"


def both(fault: CauseAndRemedy) -> dict[str, Text]:
    """What another fault says, as facts of the one that is raised in its place."""
    return {
        "cause": Text(fault.cause("zh"), fault.cause("en")),
        "remedy": Text(fault.remedy("zh"), fault.remedy("en")),
    }


def unit_name(unit: "Unit") -> Text:
    return Text(unit.name, unit.label("en"))


def unit_names(units: Iterable["Unit"], *, short: bool = False) -> Text:
    """The names of several units as they stand in a sentence."""
    all_units = list(units)
    return Text(
        "、".join(unit.short_name if short else unit.name for unit in all_units),
        ", ".join(unit.label("en") for unit in all_units),
    )
