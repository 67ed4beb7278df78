"""Every refusal of planning, with cause and remedy in both languages. Touches the wording of faults.

A refusal is an answer to a person, not a failure of the program: pages show it at its place, commands print it.
"""

from enum import Enum
from typing import Any

from surveys.planning.words.fault_texts import CauseAndRemedy
from surveys.questionnaire.sheets.faults import Text, Wording


class RefusalKind(Enum):
    """One member per refusal; `{name}` stands for a value given with it."""

    UNIT_UNKNOWN = Wording(
        Text("没有代码为“{unit}”的单位。", "There is no unit with the code “{unit}”."),
        Text("请从单位列表中选择。", "Choose one from the list of units."),
    )
    UNIT_NOT_TAKING_PART = Wording(
        Text("{unit}没有参加这次活动。", "{unit} does not take part in this campaign."),
        Text("请组织单位先在“单位与任务数”中加入该单位。", "Ask the organizer to add it under “Units and quotas”."),
    )
    UNIT_NOT_A_LEAF = Wording(
        Text(
            "{unit}下面还有单位，名单、小组和任务只挂在最下一级。",
            "{unit} has units below it; lists, groups and assignments hang on the lowest level.",
        ),
        Text(
            "请选择其下级单位；本级自己{visiting}的，请选“本级”。",
            "Choose one of the units below it, or its own “本级” unit.",
        ),
    )
    PERIOD_BACKWARDS = Wording(
        Text(
            "结束日期（{ends_on}）早于开始日期（{starts_on}）。",
            "The end ({ends_on}) is before the start ({starts_on}).",
        ),
        Text("请改正其中一个日期。", "Correct one of the two dates."),
    )
    GROUP_ELSEWHERE = Wording(
        Text("{group}不是{unit}在这次活动中的小组。", "{group} is not a group of {unit} in this campaign."),
        Text("请选择本单位的小组。", "Choose a group of this unit."),
    )
    ENTRY_ELSEWHERE = Wording(
        Text("“{subject}”不在{unit}的名单上。", "“{subject}” is not on the list of {unit}."),
        Text("请先把它导入本单位的名单。", "Import it into this unit’s list first."),
    )
    ALREADY_ASSIGNED = Wording(
        Text("“{subject}”已经分派（{reference}）。", "“{subject}” is assigned already ({reference})."),
        Text(
            "要换小组，请用“改派”；要换{visited}，请用“替换”。",
            "Use “move” to give it to another group, “replace” to visit another one instead.",
        ),
    )
    ALREADY_REPLACED = Wording(
        Text("任务 {reference} 已被替换。", "Assignment {reference} has been replaced already."),
        Text("请查看替换后的任务。", "Look at the assignment that took its place."),
    )
    REASON_MISSING = Wording(
        Text("没有填写理由。", "No reason was given."),
        Text("请写明理由，以后的报表会用到。", "Give the reason; later tables show it."),
    )
    NOTHING_TO_IMPORT = Wording(
        Text("文件中没有可以导入的行。", "The file has no row that can be imported."),
        Text("请按提示改正后重新上传。", "Correct it as the page says and upload it again."),
    )
    GROUP_EMPTY = Wording(
        Text("{group}没有成员。", "{group} has no members."),
        Text("请至少选择一名代表。", "Choose at least one deputy."),
    )
    DEPUTY_UNKNOWN = Wording(
        Text("名册中没有这名代表：{deputy}。", "The roster has no such deputy: {deputy}."),
        Text("请先导入代表名册。", "Import the roster of deputies first."),
    )
    USERNAME_TAKEN = Wording(
        Text("账号“{username}”已有人使用。", "The account “{username}” exists already."),
        Text("请换一个账号名，或直接给那个账号加角色。", "Choose another name, or give that account the role."),
    )
    CAMPAIGN_CLOSED = Wording(
        Text("“{campaign}”已经结束，不能再改。", "“{campaign}” is closed and can no longer be changed."),
        Text("需要补充的，请组织单位重新打开。", "Ask the organizer to open it again."),
    )
    CAMPAIGN_NOT_EMPTY = Wording(
        Text(
            "“{campaign}”里已有{number}条名单、小组、任务、问卷或报告等记录，不能删除。",
            "“{campaign}” holds {number} records (lists, groups, assignments, questionnaires, reports); it is not deleted.",
        ),
        Text("不再使用的，请结束活动。", "Close it when it is no longer used."),
    )
    KINDS_FULL = Wording(
        Text("一次活动最多{most}种记录类型。", "A campaign has at most {most} kinds of records."),
        Text("请改用已有的类型，或恢复已移除的。", "Use one that is there, or bring back one that was removed."),
    )
    KIND_TWICE = Wording(
        Text("已经有名为“{label}”的记录类型。", "There is a kind called “{label}” already."),
        Text("请换一个名称；已移除的类型可以恢复。", "Choose another name; a removed kind can be brought back."),
    )
    KIND_IS_FIRST = Wording(
        Text("“{label}”是本活动的第一种记录类型，不能移除。", "“{label}” is the campaign’s first kind and stays."),
        Text("不用它的，改它的名称和用语即可。", "Change its name and words where it is not used as it is."),
    )
    KIND_NOT_EMPTY = Wording(
        Text(
            "“{label}”下已有{number}条记录、问卷或共用它问卷的类型，不能移除。",
            "“{label}” holds {number} records, questionnaires or kinds that share its form; it is not removed.",
        ),
        Text(
            "不再让人记的，把最后一天改到今天以前。", "Set its last day before today when nobody shall use it any more."
        ),
    )
    KIND_FORM = Wording(
        Text("不能共用“{label}”的问卷。", "The form of “{label}” cannot be shared."),
        Text(
            "请选一种有自己问卷、没有移除的类型；被别的类型共用问卷的，自己要有问卷。",
            "Choose a kind that has a form of its own and is not removed; one whose form others share keeps its own.",
        ),
    )
    NAME_MISSING = Wording(
        Text("没有填名称。", "The name is empty."),
        Text("请填写名称。", "Give it a name."),
    )
    CODE_TAKEN = Wording(
        Text("信用代码{code}已由“{subject}”使用。", "The credit code {code} belongs to “{subject}”."),
        Text(
            "请核对代码；是同一家的，请在其页面上合并。",
            "Check the code; if it is the same one, merge the two on its page.",
        ),
    )
    CODE_UNREADABLE = Wording(
        Text("“{code}”不是有效的统一社会信用代码。", "“{code}” is no valid credit code."),
        Text("请对照营业执照改正；没有的留空。", "Correct it from the business licence, or leave it empty."),
    )
    PARENT_RING = Wording(
        Text("“{subject}”的上级一路找上去又回到了它自己。", "What “{subject}” hangs on leads back to itself."),
        Text("请换一个上级；最上一级留空。", "Choose another one; the topmost has none."),
    )
    PARENT_UNKNOWN = Wording(
        Text("名册里没有“{parent}”。", "The register has no “{parent}”."),
        Text("请填写名册中的全称，或先把它加进名册。", "Give its whole name as the register has it, or add it first."),
    )
    PARENT_SEVERAL = Wording(
        Text("名册里有{number}个“{parent}”。", "The register has {number} called “{parent}”."),
        Text("请先把重复的合并，或改成不同的名称。", "Merge the doubles first, or give them different names."),
    )
    SUBJECT_HAS_OTHERS = Wording(
        Text("“{subject}”下面还有“{below}”等。", "“{below}” and perhaps others hang on “{subject}”."),
        Text("请先把下级移到别处。", "Move what hangs on it elsewhere first."),
    )
    NOT_TO_BE_MERGED = Wording(
        Text("“{other}”和“{subject}”不能合并。", "“{other}” and “{subject}” cannot be merged."),
        Text(
            "两者须是同一名册中不同的两行，且都没有移出。",
            "They must be two different rows of one register, both still in it.",
        ),
    )
    DAYS_UNREADABLE = Wording(
        Text("看不懂接待日“{rule}”。", "The day “{rule}” cannot be read."),
        Text(
            "请写成：每月第3个周五 9:00-11:30；每月15日；每周三。",
            "Write: week 3 Friday 9:00-11:30; day 15; every Wednesday.",
        ),
    )
    ATTRIBUTE_NOT_A_NUMBER = Wording(
        Text("“{column}”应为数字，这里是“{value}”。", "“{column}” is a number, not “{value}”."),
        Text("请只填数字，不带单位。", "Type the number alone, without a unit."),
    )
    ROLE_WITHOUT_NAME = Wording(
        Text("“{role}”没有填姓名。", "“{role}” has no name."),
        Text("请填写姓名，或清空这一行。", "Give the name, or empty the row."),
    )


class Refusal(CauseAndRemedy, ValueError):
    """Raised where planning refuses; `cause` and `remedy` are sentences in both languages, `code` is stable."""

    def __init__(self, kind: RefusalKind, **values: Any) -> None:
        self.kind = kind
        self.values = values
        super().__init__(f"{self.cause('en')} {self.remedy('en')}")
