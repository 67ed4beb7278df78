"""What the answers of a form might be, where its sheet `diaoyan` does not say: a proposal with reasons, for a person to confirm.

Goes by type, label, choices and place; by words of the field in Chinese and English. Nothing here is in force by itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.facts.facts import in_both, texts
from surveys.questionnaire.facts.identities import Identity
from surveys.questionnaire.shapes.package_shape import NO_FACTS, Definition, Package
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.columns import FILLED, UNASKED

OUTCOMES = {"visited", "refused", "not_found", "closed", "other"}
LEVELS = {"nation", "national", "province", "city", "district", "county", "town", "township"}
# What pyxform puts into a group of appearance table-list: headings without a row of their own or an answer.
_HEADS = re.compile(r"(generated_table_list_label|reserved_name_for_field_list_labels)_[0-9]+")
_CHOICES = ("select_one", "select_multiple", "rank")
_NUMBERS = ("integer", "decimal", "range")
_MACHINE = UNASKED - {"calculate"}
_PERSONAL = (*FILLED, "geopoint", "image", "audio", "file", "geotrace", "geoshape", "video")

# (meaning, types, words of the label or name); the first that fits.
_BY_WORDS: list[tuple[str, tuple[str, ...], str]] = [
    ("notice", ("note",), r"宣读|read aloud"),
    ("subject.uscc", ("text",), r"信用代码|\buscc\b|credit code"),
    ("contact.phone", ("text", "integer"), r"联系电话|手机|电话号码|\bphone\b|\bmobile\b|\btel\b"),
    ("contact.name", ("text",), r"联系人|contact (name|person)"),
    ("contact.use", ("select_one",), r"联系方式的?(用途|使用)|contact.*use"),
    ("attendance.levels", ("select_multiple",), r"代表(层级|级别)|几级代表|levels? of (the )?deput"),
    ("attendance", ("text", "select_multiple"), r"(走访|参加|调研)(人员|代表)|代表姓名|visitors?\b|attend"),
    ("subject.name", ("text",), r"(企业|单位|公司|机构|场所)(的)?(全称|名称)|name of (the )?(firm|company|enterprise|unit)|(firm|company) name"),
    ("subject.area", ("select_one",), r"所在(区|地区|县|市)|行政区|\bdistrict\b"),
    ("subject.industry", ("select_one",), r"行业(门类)?|\bindustry\b|\bsection of"),
    ("subject.size", ("select_one",), r"企业规模|规模(类型|划型)|size class"),
    ("subject.control", ("select_one",), r"控股|所有制|企业性质|control(led)? by|ownership"),
    ("consent", ("select_one",), r"(署名|实名|匿名|是否同意|接受调研)|consent|anonym"),
    ("outcome.reason", ("select_one", "text"), r"(未能走访|不接受|拒绝)的?原因|reason.*(refus|no visit)"),
]  # fmt: skip
# Beside the text of a finding, in the same repeat.
_BESIDE: list[tuple[str, str]] = [
    ("finding.department", r"部门|department"),
    ("finding.level", r"事权|解决层级|哪一级|level"),
    ("finding.publication", r"公开|publi[cs]"),
    ("finding.reply", r"答复|回复|reply|answer wanted"),
    ("finding.urgency", r"紧急|轻重|urgen"),
    ("finding.use", r"用途|采用方式|针对|meant for|\buse\b"),
]
_FINDING = re.compile(r"问题|困难|诉求|建议|意见|problem|difficult|suggest|comment|opinion", re.IGNORECASE)
_NO_FINDING = re.compile(r"备注|其他[（(:：]?|请说明|填报人|remark|please specify|other \(", re.IGNORECASE)
_TOTAL = re.compile(
    r"总|合计|金额|万元|亿元|面积|人数|户数|家数|数量|多少(人|家|户|亩|平方)|total|number of|how many|amount",
    re.IGNORECASE,
)
_SECTIONS: list[tuple[str, str]] = [
    ("basic.organisation", r"走访|调研组织|填报|日期|代表|visit|date"),
    ("basic.operation", r"经营|产值|营收|利润|订单|成本|景气|产能|operat|revenue|profit|orders"),
    ("basic.sample", r"企业(概况|身份|基本)|基本情况|规模|行业|成立|从业|职工|profile|industry|size|staff"),
    ("advice", r"建议|立法|条例|意见|suggest|legislat|advice"),
    ("practice", r"政策|服务|落实|惠企|做法|policy|service"),
    ("problems", r"困难|问题|融资|拖欠|用地|用工|准入|诉求|法治|problem|difficult|arrear|financ"),
]


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposed value and why."""

    value: str = ""
    reason: Text = field(default_factory=lambda: Text("", ""))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one question might be. `cells`: what the sheet has already; they are not guessed again."""

    path: str
    name: str
    type: str
    label: Text
    identity: Identity
    means: Guess
    role: Guess
    privacy: Guess
    section: Guess
    cells: dict[str, str] = field(default_factory=dict)


def propose(package: Package, identities: Mapping[str, Identity], earlier: Package | None = None) -> list[Proposal]:
    """One for each question and repeat that the sheet does not speak of, or to which it gives no id.

    What was confirmed of the same question in the version before (`earlier`) is proposed again.
    """
    before = {row["path"]: row for row in (earlier["facts"] if earlier else NO_FACTS)["rows"] if "path" in row}
    rows = {row["path"]: row for row in package["facts"]["rows"] if "path" in row}
    guessed = _Guesses(package).all()
    proposals = []
    for definition in package["defs"][1:]:
        path = definition["path"]
        if definition["kind"] == "group" or _HEADS.fullmatch(definition["name"]):
            continue
        if definition.get("type") == "note" and not (path in guessed and guessed[path][0].value):
            continue
        cells = dict(rows.get(path, {}))
        if cells.get("stable_id"):
            continue
        guesses = guessed.get(path, (Guess(), Guess("none"), Guess("L1"), Guess()))
        if row := cells or before.get(identities[path].earlier):
            why = (
                Text("工作簿给出", "given by the workbook")
                if cells
                else Text("上一版已确认", "confirmed in the version before")
            )
            values = (
                row.get("means", ""),
                row.get("role") or "none",
                row.get("privacy") or "L1",
                row.get("report_section", ""),
            )
            guesses = (Guess(values[0], why), Guess(values[1], why), Guess(values[2], why), Guess(values[3], why))
        label = in_both(texts(package, definition.get("label", "")), definition["name"])
        kind = definition.get("type", definition["kind"])
        proposals.append(Proposal(path, definition["name"], kind, label, identities[path], *guesses, cells))
    # What a machine fills in is confirmed last; nobody needs to think about it first.
    return sorted(proposals, key=lambda one: one.type in _MACHINE)


class _Guesses:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.defs = package["defs"]
        self.fields = [definition for definition in self.defs if definition["kind"] == "field"]
        self.kinds = {definition["path"]: definition["kind"] for definition in self.defs}
        self.label = {
            definition["path"]: " ".join([*texts(package, definition.get("label", "")).values(), definition["name"]])
            for definition in self.defs
        }

    def all(self) -> dict[str, tuple[Guess, Guess, Guess, Guess]]:
        """path → (means, role, privacy, section)."""
        means = self.meanings()
        guesses = {}
        for definition in self.defs[1:]:
            path = definition["path"]
            meaning = means.get(path, Guess())
            if definition["kind"] == "field":
                role, privacy = self.role(definition, meaning.value), self.privacy(definition, meaning.value)
            else:
                role, privacy = Guess("none"), Guess("L1")
            section = self.section(definition) if role.value != "none" else Guess()
            if meaning.value.startswith("finding.") and self.repeat_of(path):
                section = Guess("annex.findings", Text("问题或建议的一部分", "part of a finding"))
            guesses[path] = (meaning, role, privacy, section)
        return guesses

    def meanings(self) -> dict[str, Guess]:
        guesses: dict[str, Guess] = {}
        for definition in self.fields:
            path, words = definition["path"], self.label[definition["path"]]
            if guess := self.outcome(definition):
                guesses[path] = guess
                continue
            for meaning, types, pattern in _BY_WORDS:
                hit = re.search(pattern, words, re.IGNORECASE)
                if (
                    hit
                    and definition.get("type") in types
                    and meaning not in [guess.value for guess in guesses.values()]
                ):
                    guesses[path] = Guess(meaning, _word(hit[0]))
                    break
        for definition in self.fields:
            if definition["path"] not in guesses and (guess := self.finding(definition)):
                guesses[definition["path"]] = guess
        for path in [path for path, guess in guesses.items() if guess.value == "finding.text"]:
            guesses |= self.beside(path, guesses)
        return guesses

    def outcome(self, definition: Definition) -> Guess | None:
        """A calculation or question whose words are those of an outcome."""
        outcomes = {row.get("code") or row.get("name", "") for row in self.choices(definition)}
        outcomes |= set(_quoted(definition.get("calculate")))
        if "visited" in outcomes and outcomes & (OUTCOMES - {"visited"}):
            words = "、".join(sorted(outcomes & OUTCOMES))
            return Guess(
                "outcome", Text(f"取值是表示结果的词（{words}）", f"its values are words of an outcome ({words})")
            )
        codes = {row.get("code", "") for row in self.choices(definition)} | {
            row.get("name", "") for row in self.choices(definition)
        }
        if definition.get("type") == "select_multiple" and len(codes & LEVELS) > 2:
            return Guess("attendance.levels", Text("选项是代表的层级", "its choices are levels of deputies"))
        return None

    def finding(self, definition: Definition) -> Guess | None:
        """Free text about a problem or a suggestion, written at length or entry by entry."""
        words = self.label[definition["path"]]
        hit = _FINDING.search(words)
        long = "multiline" in definition.get("appearance", "")
        if definition.get("type") != "text" or not hit or _NO_FINDING.search(words):
            return None
        if self.repeat_of(definition["path"]):
            return Guess(
                "finding.text", Text(f"重复组里的文字题，题目有“{hit[0]}”", f"text in a repeat that says “{hit[0]}”")
            )
        return (
            Guess("finding.text", Text(f"多行文字题，题目有“{hit[0]}”", f"long text that says “{hit[0]}”"))
            if long
            else None
        )

    def beside(self, path: str, guesses: Mapping[str, Guess]) -> dict[str, Guess]:
        """The questions of the same repeat that say more about a finding."""
        repeat = self.repeat_of(path)
        more: dict[str, Guess] = {}
        if not repeat:
            return more
        same = Text("与问题文字在同一重复组", "in the same repeat as the text")
        for definition in self.fields:
            other = definition["path"]
            if (
                self.repeat_of(other) != repeat
                or other in guesses
                or definition.get("type") not in ("select_one", "text")
            ):
                continue
            meanings = [guess.value for guess in more.values()]
            for meaning, pattern in _BESIDE:
                hit = re.search(pattern, self.label[other], re.IGNORECASE)
                if hit and meaning not in meanings:
                    zh, en = f"{same.zh}，题目有“{hit[0]}”", f"{same.en}, and says “{hit[0]}”"
                    more[other] = Guess(meaning, Text(zh, en))
                    break
            else:
                if definition.get("type") == "select_one" and "finding.category" not in meanings:
                    more[other] = Guess(
                        "finding.category", Text(f"{same.zh}的第一道单选题", f"the first choice {same.en}")
                    )
                elif definition.get("type") == "select_one" and definition.get("items", {}).get("filter"):
                    zh, en = f"{same.zh}，选项随类别变化", f"{same.en}; its choices follow the category"
                    more.setdefault(other, Guess("finding.category2", Text(zh, en)))
        return more

    def role(self, definition: Definition, meaning: str) -> Guess:
        kind = definition.get("type", "")
        words = self.label[definition["path"]]
        if kind in _CHOICES:
            if meaning in ("subject.area", "subject.industry", "subject.size", "subject.control"):
                return Guess("dimension", Text("用来给其他表分组", "other tables are broken down by it"))
            if kind == "select_one" and self.is_scale(definition):
                return Guess(
                    "mean", Text("选项是 1—5 一类的分值：求平均", "its choices are points of a scale: their mean")
                )
            return Guess("share", Text("选择题：数各选项", "choices are counted"))
        if kind in _NUMBERS:
            hit = _TOTAL.search(words)
            if hit and kind != "range":
                return Guess(
                    "sum", Text(f"数字题，题目有“{hit[0]}”：求合计", f"a number that says “{hit[0]}”: summed up")
                )
            return Guess("mean", Text("数字题：求平均", "a number: its mean"))
        if meaning.startswith("finding.text"):
            return Guess(
                "list" if self.repeat_of(definition["path"]) else "text", Text("逐条列出", "listed entry by entry")
            )
        if kind == "text" and not meaning:
            return Guess("text", Text("文字题：由人归纳", "text: read and written up"))
        return Guess("none", Text("不单独统计", "not counted by itself"))

    def privacy(self, definition: Definition, meaning: str) -> Guess:
        kind = definition.get("type", "")
        if kind in _PERSONAL:
            return Guess(
                "L3",
                Text(
                    "填报人、设备、位置、照片、录音或签名属个人信息",
                    "person, device, position, photo, sound or signature is personal",
                ),
            )
        if meaning.startswith("contact."):
            return Guess("L3", Text("联系方式属个人信息", "a contact is personal"))
        if meaning in ("subject.name", "subject.uscc", "attendance") or re.search(
            r"备注|remark|姓名", self.label[definition["path"]]
        ):
            return Guess("L2", Text("能认出{visited}或个人", "it identifies the {visited} or a person"))
        if meaning.startswith(("subject.", "outcome", "attendance.", "consent")) or (
            meaning.startswith("finding.") and meaning != "finding.text"
        ):
            return Guess("L0", Text("公开事实，或只计数", "a public fact, or only counted"))
        return Guess("L1", Text("{visited}自己的数据", "the {visited}’s own figure"))

    def section(self, definition: Definition) -> Guess:
        """The chapter, by the words of the question, then of the groups it stands in."""
        path = definition["path"]
        while path:
            for key, pattern in _SECTIONS:
                if hit := re.search(pattern, self.label.get(path, ""), re.IGNORECASE):
                    return Guess(key, _word(hit[0]))
            path = path.rpartition("/")[0]
        return Guess()

    def is_scale(self, definition: Definition) -> bool:
        names = [row.get("name", "") for row in self.choices(definition)]
        return len(names) > 2 and all(name.isdigit() and int(name) <= 10 for name in names)

    def choices(self, definition: Definition) -> Iterable[Mapping[str, str]]:
        items = definition.get("items") or {}
        rows = self.package["sec"].get(items.get("list", ""), [])
        return rows if len(rows) <= 30 else []

    def repeat_of(self, path: str) -> str:
        while path:
            path = path.rpartition("/")[0]
            if self.kinds.get(path) == "repeat":
                return path
        return ""


def _word(word: str) -> Text:
    return Text(f"题目或所在分组有“{word}”", f"the question or its group says “{word}”")


def _quoted(tree: Any) -> Iterable[str]:
    """The quoted texts of a rule."""
    if isinstance(tree, list):
        if tree[:1] == ["s"] and len(tree) == 2:
            yield tree[1]
        for part in tree:
            yield from _quoted(part)
