"""Every fault a workbook can have: its place, its cause and its remedy, in Chinese and English.

A kind has a name, not a number (`code`); the place is data, so that a page can link to the cell. `tests/cases/faults/`
holds a workbook for each kind.
"""

from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording
from surveys.questionnaire.sheets.unsupported import consequence

__all__ = ["Fault", "FaultKind", "Text", "Wording"]


class FaultKind(Kind):
    """What is wrong with rows and rules; `file_faults.py` has the kinds of files, `cell_faults.py` those of single cells."""

    SHEET_MISSING = Wording(
        Text("工作簿里没有“{sheet}”工作表。", "The workbook has no sheet “{sheet}”."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    COLUMN_MISSING = Wording(
        Text("“{sheet}”表第1行没有“{column}”列。", "Row 1 of the sheet “{sheet}” has no column “{column}”."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    COLUMN_DUPLICATE = Wording(
        Text("列名“{column}”在第1行出现了两次。", "The column “{column}” stands twice in row 1."),
        Text("请删去或改名其中一列。", "Delete or rename one of them."),
    )
    NO_QUESTIONS = Wording(
        Text("survey 表里没有题目。", "The sheet survey has no question."),
        Text("请从第2行起，每行填写一道题。", "Write one question in each row, from row 2."),
    )
    # Rows.
    TYPE_MISSING = Wording(
        Text("这一行没有题型。", "This row has no type."),
        Text(
            "请填写题型，例如“text”或“select_one 选项表名”。", "Give a type, for example “text” or “select_one list”."
        ),
    )
    UNKNOWN_TYPE = Wording(
        Text("不认识题型“{type}”。", "unknown question type “{type}”."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    TYPE_UNSUPPORTED = Wording(
        Text(
            "本系统目前不支持题型“{type}”：{consequence_zh}",
            "the type “{type}” is not supported here: {consequence_en}",
        ),
        Text("请改用其他题型，或删去这一行。", "Use another type, or delete the row."),
    )
    LIST_NOT_NAMED = Wording(
        Text("“{type}”后面没有写选项表名。", "“{type}” names no choice list."),
        Text("请写成“{type} 选项表名”。", "Write “{type} list_name”."),
    )
    LIST_MISSING = Wording(
        Text("选项表里没有“{list}”。", "there is no list “{list}”."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    NAME_MISSING = Wording(
        Text("题型为“{type}”的这一行没有题目名。", "This row of type “{type}” has no name."),
        Text("请在“name”列填写一个本组内不重复的名字。", "Give it a name, unique in its group, in the column “name”."),
    )
    NAME_INVALID = Wording(
        Text("“{name}”不能作题目名。", "“{name}” cannot be a name."),
        Text(
            "须以字母或下划线开头，不含空格，例如“{suggestion}”。",
            "Begin with a letter or underscore, use no spaces, for example “{suggestion}”.",
        ),
    )
    NAME_CHARACTER = Wording(
        Text(
            "“{name}”里的“{character}”不能用在题目名或列名里（生僻字、全角字母等在问卷格式里不能作名字）。",
            "“{character}” in “{name}” cannot stand in a name (rare or full-width characters cannot, by the form’s format).",
        ),
        Text(
            "请改用常用汉字、半角字母、数字或下划线，例如“{suggestion}”；题目文字（label）不受此限。",
            "Use common characters, plain letters, digits or underscores, for example “{suggestion}”; labels may hold any.",
        ),
    )
    SPACE_UNUSUAL = Wording(
        Text(
            "“{text}”里有全角空格、不间断空格或制表符，会被当成名字的一部分。",
            "“{text}” holds a full-width space, a no-break space or a tab, which counts as part of the word.",
        ),
        Text("请改为“{meant}”。", "Write “{meant}”."),
    )
    NAME_DUPLICATE = Wording(
        Text("“{name}”与第{other}行重名。", "“{name}” is already the name of row {other}."),
        Text("同一组内题目名不能重复，请改名。", "Names in one group must differ; rename it."),
    )
    GROUP_NOT_CLOSED = Wording(
        Text("{what_zh}“{name}”没有结束。", "the {what} “{name}” is never closed."),
        Text("请在该组最后一题之后加一行“end {what}”。", "Add a row “end {what}” after its last question."),
    )
    GROUP_NOT_OPENED = Wording(
        Text("“{type}”没有对应的开始行。", "“{type}” closes nothing that is open."),
        Text("请删去这一行，或在前面补上“begin {what}”。", "Delete this row, or add a “begin {what}” before it."),
    )
    GROUP_CROSSED = Wording(
        Text(
            "“{type}”与第{other}行的“begin {opened}”不配对。",
            "“{type}” does not match “begin {opened}” in row {other}.",
        ),
        Text("请改为“end {opened}”。", "Write “end {opened}”."),
    )
    CHOICE_DUPLICATE = Wording(
        Text(
            "列表“{list}”里的“{name}”与第{other}行重复，两个选项将无法区分。",
            "“{name}” is already in the list “{list}” (row {other}), so answers could not be told apart.",
        ),
        Text("请改用别的值。", "Use another value."),
    )
    CHOICE_NAME_MISSING = Wording(
        Text("列表“{list}”的这一行没有值（name）。", "This row of the list “{list}” has no value (name)."),
        Text("请在“name”列填写选项的值。", "Give the value of the choice in the column “name”."),
    )
    CHOICE_NAME_SPACE = Wording(
        Text(
            "选项值“{name}”含有空格，多选题的答案会被拆开。",
            "The choice value “{name}” holds a space: in a select_multiple it would fall apart.",
        ),
        Text("请用下划线代替空格。", "Use an underscore instead."),
    )
    LIST_NAME_MISSING = Wording(
        Text("这一行没有列表名（list_name）。", "This row has no list_name."),
        Text("请在“list_name”列填写它属于哪个列表。", "Say in the column “list_name” which list it belongs to."),
    )
    # Rules.
    EXPRESSION_SYNTAX = Wording(
        Text("{detail_zh}", "{detail_en}"),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    FUNCTION_UNKNOWN = Wording(
        Text("没有名为“{function}”的函数。", "there is no function “{function}”."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    FUNCTION_UNSUPPORTED = Wording(
        Text(
            "本系统目前不支持函数“{function}”：{consequence_zh}",
            "the function “{function}” is not supported here: {consequence_en}",
        ),
        Text("请改用其他写法，或删去这条规则。", "Write the rule in another way, or delete it."),
    )
    ARGUMENTS_WRONG = Wording(
        Text(
            "函数“{function}”需要 {wanted} 个参数，这里写了 {given} 个。",
            "the function “{function}” takes {wanted} arguments, here it has {given}.",
        ),
        Text("请检查括号和逗号。", "Check brackets and commas."),
    )
    REFERENCE_UNKNOWN = Wording(
        Text("没有名为“{name}”的题目。", "there is no question “{name}”."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    REFERENCE_FULL_WIDTH = Wording(
        Text(
            "“{written}”写成了全角符号，会按原样显示，不会换成答案。",
            "“{written}” is written in full-width signs: it would be shown as it stands, without the answer.",
        ),
        Text("请改为“{meant}”。", "Write “{meant}”."),
    )
    REFERENCE_AMBIGUOUS = Wording(
        Text(
            "名为“{name}”的题目不止一道（第{rows_zh}行），不知指哪一道。",
            "more than one question is called “{name}” (rows {rows}).",
        ),
        Text("请给其中一道改名。", "Rename one of them."),
    )
    PATH_UNKNOWN = Wording(
        Text("路径“{path}”不指向任何题目。", "the path “{path}” leads to no question."),
        Text(
            "请改用“${{题目名}}”的写法，或改正路径；如果它是文字，请加引号。",
            "Write “${{name}}” instead, or correct the path; if it is a text, put it in quotes.",
        ),
    )
    CYCLE = Wording(
        Text("规则互相依赖，无法计算：{cycle}。", "these rules need each other and cannot be worked out: {cycle}."),
        Text("请去掉其中一条规则里的引用。", "Take one of the references out."),
    )
    PATTERN_UNSUPPORTED = Wording(
        Text("正则式“{pattern}”不能使用：{detail_zh}", "the pattern “{pattern}” cannot be used: {detail_en}"),
        Text(
            "请只用普通字符、[ ]、( )、|、* + ? {{n,m}}、^ $、\\d \\w \\s。",
            "Use only plain characters, [ ], ( ), |, * + ? {{n,m}}, ^ $, \\d \\w \\s.",
        ),
    )
    COLUMN_UNSUPPORTED = Wording(
        Text(
            "本系统目前不支持“{column}”列：{consequence_zh}",
            "the column “{column}” is not supported here: {consequence_en}",
        ),
        Text("请清空这一格。", "Clear this cell."),
    )
    SHEET_UNSUPPORTED = Wording(
        Text(
            "本系统目前不支持工作表“{sheet}”：{consequence_zh}",
            "the sheet “{sheet}” is not supported here: {consequence_en}",
        ),
        Text("请删去这个工作表。", "Delete this sheet."),
    )
    APPEARANCE_UNSUPPORTED = Wording(
        Text(
            "外观“{appearance}”会改变可选的答案，本系统目前不支持。",
            "the appearance “{appearance}” changes which answers can be given and is not supported here.",
        ),
        Text("请改用 choices 表和 choice_filter。", "Use the sheet choices and choice_filter instead."),
    )
    # Our own sheets.
    FACT_UNKNOWN = Wording(
        Text("不认识“{value}”。", "unknown word “{value}”."),
        Text("这一列可用：{allowed}。", "This column knows: {allowed}."),
    )
    FACT_PATH_UNKNOWN = Wording(
        Text("survey 表里没有路径为“{path}”的题目。", "the sheet survey has no question at “{path}”."),
        Text("请改正“path”列，或删去这一行。", "Correct the column “path”, or delete the row."),
    )
    FACT_ID_DUPLICATE = Wording(
        Text("stable_id“{id}”与第{other}行重复。", "the stable_id “{id}” is already that of row {other}."),
        Text("请给每道题一个不重复、不再改动的编号。", "Give each question an id of its own that never changes."),
    )
    # Warnings.
    COLUMN_IGNORED = Wording(
        Text("列“{column}”的内容不被使用。", "the column “{column}” is not used."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    SHEET_IGNORED = Wording(
        Text(
            "工作表“{sheet}”不是问卷的一部分，没有读取。",
            "the sheet “{sheet}” is no part of the questionnaire and was not read.",
        ),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    FEATURE_IGNORED = Wording(
        Text("本系统不使用“{feature}”：{consequence_zh}", "“{feature}” is not used here: {consequence_en}"),
        Text("可以保留，也可以删去。", "You may keep it or delete it."),
    )
    PATTERN_NOT_ANCHORED = Wording(
        Text(
            "正则式“{pattern}”没有写全 ^ 和 $，各种填报工具的理解不一致。",
            "the pattern “{pattern}” is not closed by ^ and $; tools disagree on what it matches.",
        ),
        Text("请写成“^{pattern}$”。", "Write “^{pattern}$”."),
    )
    PATTERN_NESTED = Wording(
        Text(
            "正则式“{pattern}”在重复的分组里又有重复：本系统照常运行，别的填报工具可能卡死。",
            "the pattern “{pattern}” repeats inside a repeated group: it runs here, but other tools may hang on it.",
        ),
        Text("请改写成不嵌套的重复。", "Rewrite it without one repetition inside another."),
    )
    EMPTY_OPERAND = Wording(
        Text(
            "“{name}”可能没有答案，空值参与计算时结果也是空。",
            "“{name}” may stay empty, and then the result is empty too.",
        ),
        Text(
            "如应按0计，请写成 coalesce(${{{name}}}, 0)。", "If it should count as 0, write coalesce(${{{name}}}, 0)."
        ),
    )
    NUMBER_AS_TEXT = Wording(
        Text(
            "数字题与带引号的“{text}”比较，按文字逐字比较（1.0 与 1 不相等）。",
            "a number is compared with the quoted “{text}” as text (1.0 is not 1).",
        ),
        Text("请去掉引号。", "Take the quotes away."),
    )
    COMPARISON_CHAINED = Wording(
        Text(
            "连写的比较（如 0 < . < 100）只按从左到右计算，后一半拿对错（1 或 0）去比，几乎总是成立。",
            "a comparison in a chain (0 < . < 100) compares the outcome of its first half (1 or 0) with the rest and nearly always holds.",
        ),
        Text("请写成两个比较，例如“. > 0 and . < 100”。", "Write two comparisons, for example “. > 0 and . < 100”."),
    )
    DATE_WITH_NOW = Wording(
        Text(
            "日期与 now() 的算式比较时，当天的钟点也参与计算。",
            "a date is compared with arithmetic on now(), so the time of day counts.",
        ),
        Text("请改用 today()。", "Use today() instead."),
    )
    REPEAT_FROM_OUTSIDE = Wording(
        Text(
            "在重复组“{repeat}”外引用组内的“{name}”，取到的是第一条的答案。",
            "“{name}” inside the repeat “{repeat}” is read from outside: the first entry's answer is taken.",
        ),
        Text(
            "请用 sum()、count()、join() 等汇总，或用 indexed-repeat() 指明第几条。",
            "Sum up with sum(), count(), join(), or say which one with indexed-repeat().",
        ),
    )
    RANDOM_NOT_ONCE = Wording(
        Text("“{function}()”每次重算都会变。", "“{function}()” changes at every calculation."),
        Text("请写成 once({function}())。", "Write once({function}())."),
    )
    ONCE_NESTED = Wording(
        Text(
            "once() 不在规则的最外层：它记住的不是里面的值，而是整条规则上一次的结果。",
            "once() does not enclose the whole rule: what it keeps is the last result of the whole rule, not the value inside.",
        ),
        Text(
            "请把整条规则放进 once()，或把 once() 单独写成一个 calculate 再引用它。",
            "Put the whole rule into once(), or give once() a calculate of its own and refer to that.",
        ),
    )
    REPEAT_MAY_EXCEED = Wording(
        Text(
            "重复组“{name}”的次数可能超过1000，超过的部分不会出现。",
            "the count of the repeat “{name}” may exceed 1,000; no more entries than that exist.",
        ),
        Text("请给次数题加上限，例如 . <= 50。", "Limit the question that counts, for example . <= 50."),
    )


_LONGEST = 300  # characters of a cell that a sentence quotes


def _shortened(name: str, value: Any) -> Any:
    """A quoted text short enough to be read in a sentence; a circle is told whole."""
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST and name != "cycle" else value


def place(sheet: str, row: int | None, column: str | None, lang: str) -> str:
    """A place in a workbook as people say it; empty for the whole file."""
    if not sheet:
        return ""
    if lang.startswith("zh"):
        return f"{sheet} 表" + (f"第{row}行" if row else "") + (f"“{column}”列" if column else "")
    return f"Sheet {sheet}" + (f", row {row}" if row else "") + (f", column “{column}”" if column else "")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault at one place. `row` and `column` are as the spreadsheet shows them; None where they say nothing."""

    kind: Kind
    sheet: str = ""
    row: int | None = None
    column: str | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.kind.name.lower()

    @property
    def proposal(self) -> str:
        """What the whole cell was probably meant to say; empty when nobody can know."""
        return self.values.get("proposal") or ""

    def cause(self, lang: str) -> str:
        return self._say(self.kind.value.cause, lang)

    def remedy(self, lang: str) -> str:
        return self._say(self.kind.value.remedy, lang)

    def place(self, lang: str) -> str:
        """Where it is, as people say it; empty for a fault of the whole file."""
        return place(self.sheet, self.row, self.column, lang)

    def sentence(self, lang: str) -> str:
        """Place, cause and remedy in one line."""
        place = self.place(lang)
        if lang.startswith("zh"):
            return f"{place}：{self.cause(lang)}{self.remedy(lang)}" if place else self.cause(lang) + self.remedy(lang)
        return (
            f"{place}: {self.cause(lang)} {self.remedy(lang)}" if place else f"{self.cause(lang)} {self.remedy(lang)}"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "cause": {"zh": self.cause("zh"), "en": self.cause("en")},
            "remedy": {"zh": self.remedy("zh"), "en": self.remedy("en")},
            "proposal": self.proposal,
        }

    def _say(self, text: Text, lang: str) -> str:
        wording = text.zh if lang.startswith("zh") else text.en
        values = {"sheet": self.sheet, "column": self.column or "", **self.values}
        if "{consequence_" in wording:
            words = (self.values.get(key) for key in ("type", "function", "feature"))
            means = consequence(next((str(name) for name in words if name), "") or self.column or self.sheet)
            values |= {"consequence_zh": means.zh, "consequence_en": means.en}
        return wording.format(**{name: _shortened(name, value) for name, value in values.items()})
