"""The words in the tables of a report besides figures and labels (表中用语): heads, parts of a label, notes.

Touches the words of the campaign.
"""

from surveys.planning.words.visit_words import fill

WORDS = {
    "zh-CN": {
        "item": "项目", "count": "数量", "share": "占比", "all": "合计", "rest": "未填写", "several": "（多选）",
        "mean": "平均", "score": "平均分", "sum": "合计", "median": "中位数", "max": "最大值", "of": "占“{whole}”的比重", "any": "至少一项：",
        "points": "得分", "written": "（有填写的）", "joint": "、",
        "hidden": "“*”表示不足{least}{counted_in}、按规定不列示的数据，以及可由此推算的数据。",
        "few": "有效样本少于{least}的，只列数量，不列占比。",
        "more": "多选题各项占比之和可能超过100%。", "round": "因四舍五入，合计可能不等于100%。",
        "twice": "同一{visited}由两个单位{visiting}的，计入先{visiting}的单位。",
    },
    "en": {
        "item": "Item", "count": "Count", "share": "Share", "all": "Total", "rest": "Not given", "several": " (several)",
        "mean": "mean", "score": "mean score", "sum": "total", "median": "median", "max": "longest", "of": "as a share of “{whole}”",
        "any": "At least one of: ", "points": "points", "written": "with an answer", "joint": ", ",
        "hidden": "“*”: fewer than {least} {visiteds}, or a figure that would give one away; not shown.",
        "few": "Where fewer than {least} answered, counts are given without shares.",
        "more": "Several choices allowed: shares may add up to more than 100%.",
        "round": "Shares may not add up to 100% because of rounding.",
        "twice": "A {visited} visited for two units is counted with the unit that visited first.",
    },
}  # fmt: skip


def table_words(language: str) -> dict[str, str]:
    """The words of tables by key, in one language and in the words of the campaign.

    {least}, {whole} and {counted_in} are left to whoever uses them.
    """
    return {key: fill(text, language) for key, text in WORDS.get(language, WORDS["en"]).items()}
