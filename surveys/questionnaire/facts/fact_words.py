"""The words of the sheet `diaoyan` as people read them: what an answer can be, what the report makes of it, who may see it.

`{visited}` and `{visiting}` are the words of the campaign (`planning.words.visit_words.spoken`).
"""

from surveys.questionnaire.sheets.bilingual import Text

MEANINGS = {
    "finding.text": Text("问题或建议的内容", "text of a problem or suggestion"),
    "finding.category": Text("问题类别（一级）", "category of the problem"),
    "finding.category2": Text("问题类别（二级）", "second category"),
    "finding.department": Text("建议的承办部门", "department suggested"),
    "finding.level": Text("事权层级", "level in charge"),
    "finding.reply": Text("是否需要答复", "wants a reply"),
    "finding.use": Text("建议的用途", "what the suggestion is meant for"),
    "finding.urgency": Text("紧急程度", "urgency"),
    "finding.publication": Text("可否公开", "may be published"),
    "outcome": Text("{visiting}结果", "outcome of the visit"),
    "outcome.reason": Text("未{visiting}成的原因", "why there was no visit"),
    "consent": Text("是否同意署名", "consent to be named"),
    "attendance": Text("参加{visiting}的人", "who took part"),
    "attendance.levels": Text("参加{visiting}的代表层级", "levels of the deputies"),
    "subject.name": Text("{visited}名称", "name of the {visited}"),
    "subject.uscc": Text("统一社会信用代码", "credit code of the {visited}"),
    "subject.area": Text("{visited}所在区", "where the {visited} lies"),
    "subject.industry": Text("{visited}行业", "industry of the {visited}"),
    "subject.size": Text("{visited}规模", "size of the {visited}"),
    "subject.control": Text("{visited}控股类型", "control of the {visited}"),
    "contact.name": Text("联系人", "contact"),
    "contact.phone": Text("联系电话", "phone of the contact"),
    "contact.use": Text("联系方式的用途", "what the contact may be used for"),
}
ROLES = {
    "share": Text("各选项家数和占比", "count and share of each choice"),
    "mean": Text("平均值", "mean"),
    "sum": Text("合计", "total"),
    "dimension": Text("分组维度", "breakdown"),
    "list": Text("清单", "list"),
    "text": Text("文字归纳", "texts written up"),
    "none": Text("不入报告", "not in the report"),
}
PRIVACIES = {
    "L0": Text("L0 公开事实", "L0 public fact"),
    "L1": Text("L1 {visited}数据", "L1 the {visited}’s figures"),
    "L2": Text("L2 身份与意见", "L2 identity beside an opinion"),
    "L3": Text("L3 个人信息", "L3 personal"),
}
