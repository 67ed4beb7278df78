"""The codebook of a campaign: every question with its wording, meaning, level and versions; every choice with its label. Pure.

It says what was asked, not what was answered: so every question is in it, whoever reads it, and whether the data set has its column.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from reports.exports.columns import Column, Table, in_words
from reports.exports.formats.xlsx_files import write_sheets
from surveys.questionnaire.facts.facts import texts
from surveys.questionnaire.shapes.package_shape import Package

_HEADS = {
    "zh": ("数据表", "列名", "类型", "题目编号", "题目位置", "含义", "指标", "统计表", "计量单位", "公开等级", "测量水平", "问卷版本", "本次导出"),
    "en": ("Table", "Column", "Kind", "Stable id", "Place", "Means", "Indicator", "Report table", "Unit of measure", "Privacy", "Measure", "Versions", "In this export"),
}  # fmt: skip
_CHOICE_HEADS = {"zh": ("数据表", "列名", "代码", "选项"), "en": ("Table", "Column", "Code", "Choice")}
_SHEETS = {"zh": ("字段", "选项", "说明"), "en": ("Columns", "Choices", "Notes")}
_NOTES = {
    "zh": (
        "每行的键：visit 是哪一次，entry 是重复组中的第几项（嵌套的以小数点相连），subject 是哪个对象；各表以 visit 相连。",
        "多选题：一列为选中的代码（空格隔开），另每个选项一列“题目/选项”，1 为选中，0 为未选，空为未答。",
        "空格子是没有作答或不该作答；时间是北京时间；CSV 为 UTF-8（带 BOM）。",
        "位置（经纬度）在任何导出中只有两位小数，约一公里。",
        "CSV 中以 = + - @ 等开头、可能被当作公式的文字，前面加了单引号。",
        "SPSS 文件里的 * 和 -99999999 是不予列示，已定为用户缺失值。",
        "转送版：编号和对象用化名，同一活动各次导出一致；* 为不予列示；数值是相近若干户的均值，日期只到月，自由文字中点名而未经同意、或写有电话等联系方式的整格不列。",
    ),
    "en": (
        "Keys: visit is the visit, entry the number of the entry in a repeat (nested ones joined by points), subject the subject; tables join by visit.",
        "A question with several answers has its codes in one column, joined by blanks, and a column “question/choice” a choice: 1 chosen, 0 not, empty not answered.",
        "An empty cell was not answered or not asked; moments are those of Beijing; CSV is UTF-8 with a BOM.",
        "A position has two decimals in any export, which is about a kilometre.",
        "In CSV a text that a spreadsheet program could take for a formula has an apostrophe before it.",
        "In SPSS files * and -99999999 are withheld; both are user-missing.",
        "Outgoing edition: visits and subjects have pseudonyms, the same in all exports of a campaign; * is withheld; a number is the mean of several near ones, of a day the month is left, and a text that names without consent or holds a telephone or the like is withheld as a whole.",
    ),
}
_EDITIONS = {
    "zh": {"outgoing": "转送版", "internal": "内部资料，不得外传"},
    "en": {"outgoing": "Outgoing edition", "internal": "Internal, not to leave the office"},
}
_HELD = {"zh": {True: "有", False: "无"}, "en": {True: "yes", False: "no"}}
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_MEASURES = {
    "zh": {"nominal": "名义", "ordinal": "有序", "scale": "数值"},
    "en": {"nominal": "nominal", "ordinal": "ordinal", "scale": "scale"},
}


def measure_of(column: Column) -> str:
    """nominal, ordinal or scale: a scale whose codes are whole numbers in their order is ordinal."""
    if column.kind == "number":
        return "scale"
    names = [choice.name for choice in column.choices]
    if column.kind == "choice" and len(names) > 2 and all(name.isascii() and name.isdigit() for name in names):
        return "ordinal"
    return "nominal"


def write_codebook(
    out: Path,
    tables: Sequence[Table],
    held: Mapping[str, Collection[str]],
    packages: Mapping[str, Package],
    numbers: Mapping[str, int],
    *,
    title: str,
    edition: str,
    language: str,
) -> int:
    """Write the codebook in the language of who asked, each wording in every language of every version; gives its columns.

    `held`: table → the columns that the data set has.
    """
    spoken = list(dict.fromkeys(one["code"] for package in packages.values() for one in package["languages"]))
    if not any(code.startswith(language) for code in spoken):
        spoken.append(_LANGUAGES[language])  # of what the program itself says
    now, choices, notes = _SHEETS[language]
    sheets = (
        (
            now,
            [*_HEADS[language], *spoken],
            frozenset[int](),
            _columns(tables, held, packages, numbers, spoken, language),
        ),
        (choices, [*_CHOICE_HEADS[language], *spoken], frozenset[int](), _choices(tables, spoken, language)),
        (notes, [title], frozenset[int](), [(_EDITIONS[language][edition],), *((line,) for line in _NOTES[language])]),
    )
    return write_sheets(out, sheets)[0]


def _columns(
    tables: Sequence[Table],
    held: Mapping[str, Collection[str]],
    packages: Mapping[str, Package],
    numbers: Mapping[str, int],
    spoken: Sequence[str],
    language: str,
) -> Iterator[Sequence[str]]:
    for table in tables:
        for column in table.columns:
            row = column.row
            versions = sorted({numbers[package] for package in column.paths})
            yield (
                in_words(table.title, language),
                column.name,
                column.type or column.kind,
                row.get("stable_id", ""),
                next(iter(column.paths.values()), ""),
                row.get("means", ""),
                row.get("role", ""),
                row.get("table", ""),
                row.get("unit", ""),
                column.privacy,
                _MEASURES[language][measure_of(column)],
                " ".join(map(str, versions)),
                _HELD[language][column.name in held.get(table.key, ())],
                *_wording(column, packages, spoken),
            )


def _wording(column: Column, packages: Mapping[str, Package], spoken: Sequence[str]) -> list[str]:
    """The wording in force; where an older version said it otherwise, that stands below it with nothing left out."""
    wordings: dict[str, list[str]] = {code: [_said(column.label, code)] for code in spoken}
    if column.choice:
        return [wordings[code][0] for code in spoken]
    for package, path in column.paths.items():
        definition = next((one for one in packages[package]["defs"] if one["path"] == path), None)
        label_texts = texts(packages[package], definition.get("label", "")) if definition else {}
        for code in spoken:
            if label_texts.get(code) and label_texts[code] not in wordings[code]:
                wordings[code].append(label_texts[code])
    return ["\n".join(filter(None, wordings[code])) for code in spoken]


def _said(label: Mapping[str, str], code: str) -> str:
    """A label in one language, or nothing."""
    return label.get(code) or next((text for other, text in label.items() if other[:2] == code[:2]), "")


def _choices(tables: Sequence[Table], spoken: Sequence[str], language: str) -> Iterator[Sequence[str]]:
    for table in tables:
        for column in table.columns:
            for choice in column.choices:
                labels = [_said(choice.label, code) for code in spoken]
                yield (
                    in_words(table.title, language),
                    column.name,
                    choice.name,
                    in_words(choice.label, language),
                    *labels,
                )
