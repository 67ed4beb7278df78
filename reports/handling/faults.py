"""What may not be done with a matter that is handed over, in both languages, with its remedy. Touches the wording of faults."""

from reports.faults import Fault
from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording


class HandlingFaultKind(Kind):
    """Why a letter, an answer or a step is not taken."""

    ITEM_CLOSED = Wording(
        Text("{item}已经销号，不再办理。", "{item} is closed already."),
        Text("确需再办的，请联系人大常委会恢复办理。", "If it must go on, ask the standing committee to reopen it."),
    )
    LETTER_WITHDRAWN = Wording(
        Text("{item}的交办函已经撤回，不用再办。", "The letter of {item} was withdrawn: nothing is asked any more."),
        Text("请等新的交办函，或与人大常委会联系。", "Wait for a new letter, or call the standing committee."),
    )
    NOT_NOW = Wording(
        Text("{item}现在是“{state}”，不能“{act}”。", "{item} is “{state}”: “{act}” is not possible now."),
        Text("请刷新后看它的经过。", "Load the page again and look at its course."),
    )
    ANSWERED_ALREADY = Wording(
        Text(
            "{item}第{number}轮已经答复过，原答复没有改动。",
            "{item} was answered in round {number} already; that answer stands.",
        ),
        Text("需要补充的，请与人大常委会联系。", "Call the standing committee if something is to be added."),
    )
    NOT_LEADING = Wording(
        Text("{item}由{lead}主办，会办单位只提意见。", "{lead} leads {item}; an assisting body gives an opinion only."),
        Text("请用“写会办意见”。", "Use “opinion”."),
    )
    TOO_LATE_TO_GIVE_BACK = Wording(
        Text("退回的期限是{day}，已经过了。", "It could be given back until {day}."),
        Text("请办理，或与人大常委会联系改派。", "Handle it, or ask the standing committee to reroute it."),
    )
    WORDS_NEEDED = Wording(
        Text("“{act}”要写明理由或依据。", "“{act}” needs words: the reason or the evidence."),
        Text("请写好再送出，别的内容都还在。", "Write them; the rest is as you filled it in."),
    )
    BODY_UNKNOWN = Wording(
        Text("承办单位表里没有“{typed}”。", "There is no body “{typed}” on the list."),
        Text("请从列出的单位里选，或填代码。", "Choose one of those offered, or type its code."),
    )
    BODY_RETIRED = Wording(
        Text(
            "主办单位已经停用的有{count}项，一份函也没有出。",
            "The leading body of {count} matters is retired: no letter was made.",
        ),
        Text(
            "请改定主办单位，或在承办单位表里恢复它。", "Choose another body, or bring it back on the list of bodies."
        ),
    )
    CODE_TAKEN = Wording(
        Text(
            "代码“{typed}”不能用：已经有了，或不是1至8位字母数字。",
            "The code “{typed}” is taken, or not 1 to 8 letters and digits.",
        ),
        Text("请换一个代码。", "Choose another code."),
    )
    BODY_NAME_NEEDED = Wording(
        Text("承办单位要有全称和类别。", "A body needs a name and a kind."),
        Text("请补全再保存。", "Fill them in and save again."),
    )
    PARENT_WRONG = Wording(
        Text(
            "上级单位“{typed}”不对：表里没有，或成了自己的上级。",
            "“{typed}” cannot be above it: it is not on the list, or it would be above itself.",
        ),
        Text("请另选上级，或留空。", "Choose another one, or none."),
    )
    TERM_WRONG = Wording(
        Text(
            "“{name}”应在{least}到{most}之间，填的是“{typed}”。",
            "“{name}” goes from {least} to {most}; “{typed}” was typed.",
        ),
        Text("请改好再保存，别的没有改动。", "Put it right and save again; nothing was changed."),
    )
    DAY_NEEDED = Wording(
        Text("日期“{typed}”不对，要晚于{after}。", "The day “{typed}” is not right: it must be later than {after}."),
        Text("请重新选日期。", "Choose another day."),
    )
    TOO_LONG = Wording(
        Text(
            "最多延到{latest}（再加{months}个月）。",
            "It may be extended to {latest} at most (another {months} months).",
        ),
        Text("请选更早的日期。", "Choose an earlier day."),
    )
    GRADE_NEEDED = Wording(
        Text("答复要选类别，并写正文。", "An answer needs a grade and words."),
        Text("请补全再送出，填好的都还在。", "Complete it; what you filled in is all here."),
    )
    PLAN_NEEDED = Wording(
        Text("B类答复要写计划完成的日期。", "Grade B needs the day it is planned for."),
        Text("请填写日期。", "Fill the day in."),
    )
    NO_ANSWER = Wording(
        Text("{item}还没有答复，不能销号。", "{item} has no answer yet, so it cannot be closed."),
        Text("请先催办，或登记纸面来文。", "Ask for the answer, or enter one that came on paper."),
    )
    FILE_REFUSED = Wording(
        Text("附件“{name}”没有收：{why}。", "The file “{name}” was not taken: {why}."),
        Text(
            "请换成PDF、DOCX、XLSX或图片，每个20MB以内；填好的都还在。",
            "Use PDF, DOCX, XLSX or a picture of 20 MB at most; the rest is here.",
        ),
    )
    NOT_OUR_ROW = Wording(
        Text("“{item}”不是现在交给本单位的事项。", "“{item}” is no item that is with you now."),
        Text("请只填下载的表里的行。", "Fill in the rows of the downloaded spreadsheet alone."),
    )
    REMINDED_TODAY = Wording(
        Text(
            "今天没有可催办的：没有未答复的事项，或者今天已经催办过。",
            "Nothing to remind of today: no item lacks an answer, or a reminder went out today.",
        ),
        Text("一个单位一天最多一份催办函，请明天再发。", "A body gets one reminder a day at most; send it tomorrow."),
    )
    NOT_HIGHER = Wording(
        Text("{item}现在就由{body}办理。", "{body} has {item} already."),
        Text("请选上级单位。", "Choose a body above it."),
    )
    DAY_WRONG = Wording(
        Text("日期“{typed}”认不出。", "“{typed}” is no day."),
        Text("请写成2024-03-29。", "Write it as 2024-03-29."),
    )
    NO_SHEET = Wording(
        Text("表格没有收：{why}。", "The spreadsheet was not taken: {why}."),
        Text(
            "请用下载的表填写后传回，不改表头。",
            "Fill in the downloaded spreadsheet, its head as it is, and send it back.",
        ),
    )
    NOTHING_TO_HAND_OVER = Wording(
        Text(
            "没有可交办的事项：没有勾选，或者还没有定主办单位。",
            "Nothing to hand over: nothing is ticked, or no body is chosen.",
        ),
        Text("请勾选事项并定下主办单位。", "Tick matters and choose who leads."),
    )
    HANDED_MEANWHILE = Wording(
        Text(
            "其中{count}项其间已由别人交办，一份函也没有出。",
            "{count} of them were handed over by somebody meanwhile: no letter was made.",
        ),
        Text("请刷新后再出。", "Load the page again."),
    )
    WITHDRAWN_ALREADY = Wording(
        Text("这份函已经撤回。", "This letter was withdrawn already."),
        Text("它的号保留，不再用。", "Its number stays and is not used again."),
    )
    RATED_ALREADY = Wording(
        Text("这一轮您已经评价过。", "You have rated this round already."),
        Text("评价送达后不能改。", "A rating that arrived cannot be changed."),
    )


class HandlingFault(Fault):
    """A step that is not taken."""


REFUSED_FILES = {
    "empty": Text("是空的", "it is empty"),
    "too_large": Text("太大", "it is too large"),
    "kind": Text("不是可收的种类", "its kind is not taken"),
    "broken": Text("已损坏，打不开", "it is damaged"),
    "macros": Text("带宏", "it carries macros"),
}
STATE_WORDS = {
    "waiting": Text("待交办", "to be handed over"),
    "handed": Text("已交办", "handed over"),
    "signed": Text("已签收", "signed for"),
    "back": Text("退回待改派", "given back"),
    "working": Text("办理中", "in hand"),
    "answered": Text("已答复待评价", "answered, to be rated"),
    "again": Text("不满意再办", "again, not satisfied"),
    "following": Text("跟踪中", "followed up"),
    "closed": Text("已销号", "closed"),
}
STEP_WORDS = {
    "handed": Text("交办", "handed over"),
    "signed_for": Text("签收", "signed for"),
    "given_back": Text("退回", "given back"),
    "rerouted": Text("改派", "rerouted"),
    "extension_asked": Text("申请延期", "asked for more time"),
    "extended": Text("准予延期", "extended"),
    "interim": Text("中期答复", "interim answer"),
    "opinion": Text("会办意见", "opinion of an assisting body"),
    "answered": Text("答复", "answered"),
    "rated": Text("评价完", "rated"),
    "sent_again": Text("不满意，再办", "sent again, not satisfied"),
    "supervised": Text("挂号督办", "supervised"),
    "promised": Text("答应日期", "promised"),
    "closed": Text("销号", "closed"),
    "reopened": Text("恢复办理", "reopened"),
    "withdrawn": Text("撤回交办函", "letter withdrawn"),
    "escalated": Text("提请上级办理", "escalated"),
    "proposed_closed": Text("提请销号", "proposed for closing"),
    "kept_open": Text("不予销号，继续办理", "not closed, goes on"),
    "reminded": Text("催办", "reminded"),
}
GRADE_WORDS = {
    "A": Text("已经解决或基本解决", "solved, or nearly"),
    "B": Text("列入计划，逐步解决", "planned, step by step"),
    "C": Text("暂时不能解决，写清理由", "not now, with the reason"),
    "D": Text("留作参考", "kept for reference"),
}
RATING_WORDS = {
    "satisfied": Text("满意", "satisfied"),
    "fairly": Text("基本满意", "fairly satisfied"),
    "dissatisfied": Text("不满意", "not satisfied"),
}
TIER_WORDS = {
    "gov": Text("政府部门", "government department"),
    "vertical": Text("垂直管理单位", "vertically led agency"),
    "judicial": Text("监察司法机关", "supervision or judicial organ"),
    "group": Text("群团组织", "people's organization"),
    "utility": Text("公用事业单位", "public utility"),
    "district": Text("区", "district"),
    "township": Text("镇街", "town or street"),
}
TERM_WORDS = {
    "answer_months": Text("答复期限（个月）", "Months to answer"),
    "extension_months": Text("最多延期（个月）", "Months of extension at most"),
    "assist_months": Text("会办期限（个月）", "Months for an assisting body"),
    "give_back_days": Text("退回期限（工作日）", "Working days to give back"),
    "remind_first_days": Text("第一次催办（交办后第几天）", "First reminder, days after handing over"),
    "remind_second_days": Text("第二次催办（交办后第几天）", "Second reminder, days after handing over"),
    "remind_every_days": Text("以后每隔几天催办", "Then every so many days"),
    "soon_days": Text("提前几天标“即将到期”", "Days before the due day that count as soon"),
}
LETTER_WORDS = {
    "handover": Text("交办函", "letter"),
    "supervision": Text("督办函", "supervision"),
    "reminder": Text("催办函", "reminder"),
}
