"""What changed from one questionnaire version to the next, in words, and which indicators it touches. Packages as plain data.

A question is the same one where its stable id is the same; without ids, where it stands at the same place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.planning.campaigns.campaigns import default_outline
from surveys.planning.forms.question_moves import moved
from surveys.planning.words.visit_words import spoken
from surveys.questionnaire.facts.fact_words import MEANINGS, PRIVACIES, ROLES
from surveys.questionnaire.facts.facts import in_both, paths_then, texts
from surveys.questionnaire.rules.rule_source import source_of
from surveys.questionnaire.shapes.package_shape import Definition, Package
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.columns import UNASKED
from surveys.questionnaire.views.page_order import pages

Question = Definition

_SILENT = {"note", *UNASKED}
RULES = {
    "relevant": Text("显示条件", "when it is shown"),
    "required": Text("是否必答", "whether it is required"),
    "readonly": Text("是否只读", "whether it can be changed"),
    "constraint": Text("填写要求", "what is accepted"),
    "calculate": Text("计算方法", "how it is calculated"),
    "default": Text("初始值", "what it begins with"),
    "count": Text("重复次数", "how often it repeats"),
    "filter": Text("选项的筛选", "which choices are offered"),
}
FACTS = {
    "means": Text("含义", "what it is"),
    "role": Text("报告用法", "its use in the report"),
    "also": Text("附加指标", "further measures"),
    "base": Text("基数", "its base"),
    "privacy": Text("查看范围", "who may see it"),
    "table": Text("所在表", "its table"),
    "report_section": Text("所在章节", "its chapter"),
    "preload": Text("带入内容", "what fills it"),
    "present": Text("是否随影像开关", "whether it goes with the media switch"),
    "start": Text("开始时的条数", "entries at the start"),
}
_PLAIN = {  # a rule that is none, or holds always
    "required": (Text("可不填", "optional"), Text("必答", "required")),
    "readonly": (Text("可以修改", "may be changed"), Text("只读", "read only")),
}
_NOTHING = Text("无", "none")
TEXTS = {
    "label": ("label", Text("题目", "the label")),
    "hint": ("hint", Text("提示", "the hint")),
    "guidance": ("hint", Text("填写说明", "the guidance")),
    "cmsg": ("message", Text("不合要求时的提示", "the message when it does not fit")),
    "rmsg": ("message", Text("未填时的提示", "the message when it is missing")),
}
MOST_SHOWN = 120  # characters of a rule
_FACT_WORDS = {"means": MEANINGS, "role": ROLES, "privacy": PRIVACIES}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of one question. `kind`: added removed moved renamed label hint message look choices rule type facts."""

    kind: str
    name: str
    label: Text
    words: Text
    indicators: tuple[Text, ...] = ()  # tables and measures of the report that the question feeds


@dataclass
class Changes:
    """All differences, in the order of the new form; what was taken out stands at the end."""

    differences: list[Change] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.differences)

    def of(self, kind: str) -> list[Change]:
        return [change for change in self.differences if change.kind == kind]

    @property
    def indicators(self) -> list[Text]:
        """Every indicator that is touched, each once."""
        return list({text.zh: text for change in self.differences for text in change.indicators}.values())


def changes(earlier: Package, later: Package) -> Changes:
    """Compare two packages, question by question and repeat by repeat."""
    return Changes(list(_Comparison(earlier, later).all()))


def count_questions(package: Package) -> int:
    """Questions that a person answers."""
    return sum(
        definition["kind"] == "field" and definition.get("type") not in _SILENT for definition in package["defs"]
    )


def count_pages(package: Package) -> int:
    """Pages that a person turns; a repeat is one."""
    return sum(page.kind != "list" for page in pages(package))


class _Comparison:
    def __init__(self, earlier: Package, later: Package) -> None:
        self.earlier, self.later = earlier, later
        self.old = {definition["path"]: definition for definition in earlier["defs"]}
        self.new = {definition["path"]: definition for definition in later["defs"]}
        same = paths_then(later, earlier)
        groups = {
            path: path for path, definition in self.new.items() if definition["kind"] != "field" and path in self.old
        }
        self.then = {**groups, **same}
        # One name for a place in both versions, so that a rule that follows a renamed question did not change.
        self.known_as = {then: f"#{number}" for number, then in enumerate(self.then.values())}
        self.now_known_as = {now: self.known_as[then] for now, then in self.then.items()}
        self.names = {
            id(package): {definition["name"]: known_as.get(path, path) for path, definition in places.items()}
            for package, places, known_as in (
                (earlier, self.old, self.known_as),
                (later, self.new, self.now_known_as),
            )
        }
        self.orders: dict[int, dict[str, str | None]] = {}
        self.rows_then, self.rows_now = (
            {row["path"]: row for row in package["facts"]["rows"] if "path" in row} for package in (earlier, later)
        )

    def all(self) -> Iterator[Change]:
        for path, question in self.new.items():
            if not path:
                continue
            if path not in self.then:
                if question["kind"] == "field":
                    yield self.change("added", question, Text("新增的题目。", "a new question."))
                continue
            yield from self.differences(question, self.old[self.then[path]])
        old_paths = set(self.then.values())
        for path, question in self.old.items():
            if path not in old_paths and question["kind"] == "field":
                words = Text(
                    "已删去。以前填报的答案仍可查看，不再计入指标。",
                    "taken out. Earlier answers can still be read and no longer count in an indicator.",
                )
                yield self.change("removed", question, words, self.earlier)

    def change(self, kind: str, question: Question, words: Text, package: Package | None = None) -> Change:
        package = package or self.later
        label = in_both(texts(package, question.get("label", "")), question["name"])
        return Change(kind, question["name"], label, words, tuple(_indicators(package, question["path"])))

    def differences(self, new: Question, old: Question) -> Iterator[Change]:
        if new["name"] != old["name"]:
            words = Text(f"题目名由“{old['name']}”改为“{new['name']}”，编号不变，以前的答案照常计入。",
                         f"the name “{old['name']}” is now “{new['name']}”; the id is the same and earlier answers count.")  # fmt: skip
            yield self.change("renamed", new, words)
        yield from self.place(new, old)
        if new.get("type") != old.get("type"):
            words = Text(f"题型由 {old.get('type')} 改为 {new.get('type')}，以前的答案按新题型可能不可用。",
                         f"the type {old.get('type')} is now {new.get('type')}; earlier answers may not fit it.")  # fmt: skip
            yield self.change("type", new, words)
        for key in TEXTS:
            yield from self.text(key, new, old)
        yield from self.look(new, old)
        yield from self.choices(new, old)
        rules = [rule for rule in RULES if self.rule(new, rule, self.later) != self.rule(old, rule, self.earlier)]
        if rules:
            both = [
                (RULES[rule], _rule_words(old, rule, self.earlier), _rule_words(new, rule, self.later))
                for rule in rules
            ]
            words = Text(
                "；".join(f"{what.zh}由“{was.zh}”改为“{now.zh}”" for what, was, now in both) + "。",
                "; ".join(f"{what.en}: “{was.en}” is now “{now.en}”" for what, was, now in both) + ".",
            )
            yield self.change("rule", new, words)
        yield from self.facts(new, old)

    def look(self, new: Question, old: Question) -> Iterator[Change]:
        """How it is shown: appearance, bounds of a range, pictures and sounds."""
        zh, en = [], []
        for key, what in (
            ("appearance", Text("显示方式", "the appearance")),
            ("params", Text("参数", "the parameters")),
        ):
            was, now = (_plain_words(question.get(key)) for question in (old, new))
            if was != now:
                zh.append(f"{what.zh}由“{was.zh}”改为“{now.zh}”")
                en.append(f"{what.en}: “{was.en}” is now “{now.en}”")
        if _media(self.earlier, old.get("media", {})) != _media(self.later, new.get("media", {})):
            zh.append("图片或声音有变")
            en.append("another picture or sound")
        if zh:
            yield self.change("look", new, Text("；".join(zh) + "。", "; ".join(en) + "."))

    def facts(self, new: Question, old: Question) -> Iterator[Change]:
        """What the sheet `diaoyan` says of it now and said before."""
        now, then = self.rows_now.get(new["path"], {}), self.rows_then.get(old["path"], {})
        differ = [column for column in FACTS if _cell(now, column) != _cell(then, column)]
        if differ and new.get("type") != "note":
            zh = "；".join(
                f"{FACTS[column].zh}由“{_fact(then, column).zh}”改为“{_fact(now, column).zh}”" for column in differ
            )
            en = "; ".join(
                f"{FACTS[column].en} “{_fact(then, column).en}” is now “{_fact(now, column).en}”" for column in differ
            )
            yield self.change("facts", new, Text(zh + "。", en + "."))

    def place(self, new: Question, old: Question) -> Iterator[Change]:
        above, before = self.later["defs"][new["par"]], self.earlier["defs"][old["par"]]
        if self.then.get(above["path"], above["path"]) != before["path"]:
            was, now = _title(self.earlier, before), _title(self.later, above)
            words = Text(f"由“{was.zh}”移到“{now.zh}”。", f"moved from “{was.en}” to “{now.en}”.")
            yield self.change("moved", new, words)
        elif (moves := self.moved_in(new["par"])) and new["path"] in moves:
            before = moves[new["path"]]
            if before is None:
                words = Text("移到本组最前。", "moved to the head of its group.")
            else:
                title = _title(self.later, self.new[before])
                words = Text(f"移到“{title.zh}”之后。", f"moved behind “{title.en}”.")
            yield self.change("moved", new, words)

    def moved_in(self, number: int) -> dict[str, str | None]:
        """What was moved within a group, with what stands before it now."""
        above = self.later["defs"][number]
        if number not in self.orders:
            here = [self.later["defs"][kid]["path"] for kid in above.get("kids", ())]
            of_old = self.old.get(self.then.get(above["path"], above["path"]))
            there = [self.earlier["defs"][kid]["path"] for kid in of_old.get("kids", ())] if of_old else []
            common = [path for path in here if self.then.get(path) in there]
            then = [path for path in there if path in {self.then[one] for one in common}]
            out = moved([self.then[path] for path in common], then)
            questions = [path for path in here if self.new[path].get("control")]
            self.orders[number] = {
                path: next((one for one in reversed(questions[: questions.index(path)])), None)
                if path in questions
                else None
                for path in common
                if self.then[path] in out
            }
        return self.orders[number]

    def text(self, key: str, new: Question, old: Question) -> Iterator[Change]:
        now, then = texts(self.later, new.get(key, "")), texts(self.earlier, old.get(key, ""))
        differ = [language for language in {**now, **then} if now.get(language, "") != then.get(language, "")]
        if not differ:
            return
        kind, what = TEXTS[key]
        language = differ[0]
        was, is_now = then.get(language, "") or "—", now.get(language, "") or "—"
        more_zh = f"（{'、'.join(differ)}）" if len(differ) > 1 or language != "zh-CN" else ""
        more_en = f" ({', '.join(differ)})"
        yield self.change(
            kind,
            new,
            Text(f"{what.zh}{more_zh}由“{was}”改为“{is_now}”。", f"{what.en}{more_en} “{was}” is now “{is_now}”."),
        )

    def choices(self, new: Question, old: Question) -> Iterator[Change]:
        now, then = _choices(self.later, new), _choices(self.earlier, old)
        if now is None or then is None or now == then:
            return
        zh, en = [], []
        for names, verbs in (
            ([name for name in now if name not in then], ("新增", "added")),
            ([name for name in then if name not in now], ("删去（以前选它的答案仍计入）", "taken out (earlier answers still count)")),
            ([name for name in now if name in then and now[name][1] != then[name][1]], ("改了对应代码", "mapped to another code")),
            ([name for name in now if name in then and now[name][2] != then[name][2]], ("换了图片或声音", "with another picture or sound")),
        ):  # fmt: skip
            if names:
                zh.append(f"{verbs[0]} {_named(names, now, then, '、')}")
                en.append(f"{verbs[1]} {_named(names, now, then, ', ')}")
        reworded = [name for name in now if name in then and now[name][0] != then[name][0]]
        zh += [f"{was.zh}改为{is_now.zh}" for was, is_now in _reworded(reworded, now, then)]
        en += [f"{was.en} is now {is_now.en}" for was, is_now in _reworded(reworded, now, then)]
        if not zh:
            zh, en = ["次序有变"], ["in another order"]
        yield self.change("choices", new, Text("选项：" + "；".join(zh) + "。", "choices: " + "; ".join(en) + "."))

    def rule(self, question: Question, rule: str, package: Package) -> Any:
        tree = question.get("items", {}).get("filter") if rule == "filter" else question.get(rule)
        return self.plain(tree, self.now_known_as if package is self.later else self.known_as, package)

    def plain(self, tree: Any, known_as: Mapping[str, str], package: Package) -> Any:
        """A rule with its paths by the last name they lead to, so that it is the same wherever it stands."""
        if not isinstance(tree, list):
            return tree
        if tree[:1] == ["p"] and len(tree) == 3 and isinstance(tree[2], list):
            steps = tree[2]
            names = self.names[id(package)]
            last = steps[-1][1] if steps else "."
            tests = [self.plain(predicate, known_as, package) for step in steps for predicate in step[2]]
            start = self.plain(tree[1], known_as, package) if isinstance(tree[1], list) else ""
            return ["p", start, names.get(last, last), tests]
        if tree[:2] == ["f", "indexed"]:
            places = [
                known_as.get(package["defs"][part[1]]["path"], "")
                if part[0] == "n"
                else self.plain(part, known_as, package)
                for part in tree[2:]
            ]
            return ["f", "indexed", *places]
        return [self.plain(part, known_as, package) for part in tree]


def _title(package: Package, definition: Question) -> Text:
    return in_both(texts(package, definition.get("label", "")), definition["name"])


def _rule_words(question: Question, rule: str, package: Package) -> Text:
    """A rule as the sheet has it."""
    tree = question.get("items", {}).get("filter") if rule == "filter" else question.get(rule)
    if rule in _PLAIN and not isinstance(tree, list):
        return _PLAIN[rule][bool(tree)]
    if not tree:
        return _NOTHING
    if not isinstance(tree, list):
        return Text(str(tree), str(tree))
    trees = tree if rule == "filter" else [tree]
    text = " and ".join(source_of(one, package["defs"]) for one in trees)
    text = text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"
    return Text(text, text)


def _plain_words(value: Any) -> Text:
    text = " ".join(f"{key}={one}" for key, one in value.items()) if isinstance(value, dict) else str(value or "")
    return Text(text, text) if text else _NOTHING


def _media(package: Package, text_ids: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Kind and language → name and hash of the file that goes with a label."""
    hashes = {file["name"]: file["hash"] for file in package.get("attachments", ())}
    return {
        (kind, language): (name, hashes.get(name, ""))
        for kind, text_id in text_ids.items()
        for language, name in texts(package, text_id).items()
    }


def _reworded(names: list[str], now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    for name in names[:6]:
        was, is_now = in_both(then[name][0], name), in_both(now[name][0], name)
        yield Text(f"“{was.zh}”", f"“{was.en}”"), Text(f"“{is_now.zh}”", f"“{is_now.en}”")
    if len(names) > 6:
        more = Text(f"等{len(names)}项", f"and {len(names) - 6} more")
        yield more, Text("新的文字", "other words")


def _choices(package: Package, question: Question) -> dict[str, tuple[dict[str, str], str, Any]] | None:
    """Value → label by language, code, pictures and sounds; None for a question that takes its choices from elsewhere."""
    items = question.get("items")
    if not items or "list" not in items:
        return None
    rows = package["sec"][items["list"]]
    return {
        row.get("name", ""): (
            texts(package, row.get("label", "")),
            row.get("code", ""),
            _media(package, {kind: row[kind] for kind in ("image", "big-image", "audio") if kind in row}),
        )
        for row in rows
    }


def _named(names: list[str], now: Mapping[str, Any], then: Mapping[str, Any], join: str) -> str:
    labels = [in_both((now.get(name) or then[name])[0], name) for name in names[:6]]
    words = [label.zh if join == "、" else label.en for label in labels]
    return join.join(f"“{label}”" for label in words) + (f" … {len(names)}" if len(names) > 6 else "")


def _indicators(package: Package, path: str) -> Iterator[Text]:
    """What the report makes of a question, or of all questions of a group: tables and measures."""
    titles = {row["table"]: row["title"] for row in package["facts"]["tables"]}
    chapters = {row["key"]: Text(row["title"], row.get("title_en") or row["title"]) for row in default_outline()}
    for row in package["facts"]["rows"]:
        inside = row.get("path") == path or row.get("path", "").startswith(path + "/")
        if not inside or row.get("role", "none") == "none":
            continue
        title = titles.get(row.get("table", ""), {})
        zh = title.get("zh-CN") or next(iter(title.values()), "")
        where = Text(f"{row.get('table', '')} {zh}", f"{row.get('table', '')} {title.get('en') or zh}")
        if not row.get("table"):
            section = row.get("report_section", "")
            chapter = chapters.get(section, Text(section, section))
            where = Text(f"“{chapter.zh}”一章", f"chapter “{chapter.en}”") if section else Text("未列表", "in no table")
        yield Text(f"{where.zh}（{ROLES[row['role']].zh}）", f"{where.en} ({ROLES[row['role']].en})")


def _cell(row: Mapping[str, str], column: str) -> str:
    return row.get(column, "") or {"role": "none", "privacy": "L1"}.get(column, "")


def _fact(row: Mapping[str, str], column: str) -> Text:
    value = _cell(row, column) or "—"
    text = _FACT_WORDS.get(column, {}).get(value)
    return spoken(text) if text else Text(value, value)
