"""What a verification finds that is not as it was issued (核验的差异), with cause and remedy in both languages. Touches the wording of faults."""

from dataclasses import dataclass, field
from typing import Any

from reports.faults import Fault
from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording

RESTORE = Text("请从备份恢复并查明原因。", "Restore it from a backup and find out why.")
WHICH_SUBMISSION = Text("请查明哪份填报变了。", "Find out which submission changed.")


class DifferenceKind(Kind):
    """The kinds of differences, one member each."""

    # The file.
    FILE_UNKNOWN = Wording(
        Text(
            "这份 PDF 与留存的任何一份都不相同：可能被改动过、另存过，或者是没有留存的过程稿。",
            "This PDF is none of those kept: it was changed or saved anew, or it is a draft print that was not kept.",
        ),
        Text("请用系统里下载的原件核验。", "Verify the original downloaded here."),
    )
    ATTACHMENT_MISSING = Wording(
        Text(
            "读不出文内附带的清单 {name}（{problem}）：不是本系统印制的报告，或者文件已损坏。",
            "Its attachment {name} cannot be read ({problem}): not a report printed here, or a damaged file.",
        ),
        Text("请重新下载原件。", "Download the original again."),
    )
    ATTACHMENT_CHANGED = Wording(
        Text("文内附带的 {name} 与封存的版本不一致。", "The attachment {name} is not what the frozen version gives."),
        Text("请用系统里下载的原件。", "Use the original downloaded here."),
    )
    # The versions bound in it.
    VERSION_MISSING = Wording(
        Text("库中没有{unit} 第{number}版。", "Version {number} of {unit} is not stored."),
        Text("请从备份恢复后再核验。", "Restore it from a backup, then verify again."),
    )
    VERSION_CHANGED = Wording(
        Text(
            "{unit} 第{number}版的内容与印制时不同（校验值 {now:.12}…，印制时 {then:.12}…）。",
            "Version {number} of {unit} is not what was printed (digest {now:.12}…, printed {then:.12}…).",
        ),
        Text("请从备份恢复并查看操作日志。", "Restore it from a backup and look at the audit trail."),
    )
    # What they rest on.
    NOT_COMPUTABLE = Wording(Text("{cause}", "{cause}"), Text("{remedy}", "{remedy}"))
    PACKAGE_CHANGED = Wording(
        Text(
            "{unit}报告所用的问卷数据包被改动过。",
            "The questionnaire package that the report of {unit} rests on was changed.",
        ),
        RESTORE,
    )
    SUBMISSION_MISSING = Wording(
        Text(
            "{visiting}{visit}第{version}版填报（{content:.12}…）不在库中。",
            "Version {version} of {visiting} {visit} ({content:.12}…) is not stored.",
        ),
        Text("请从备份恢复。", "Restore it from a backup."),
    )
    SUBMISSION_CHANGED = Wording(
        Text(
            "{visiting}{visit}第{version}版填报被改动过：应为 {content:.12}…，现为 {now:.12}…。",
            "Version {version} of {visiting} {visit} was changed: it should be {content:.12}… and is {now:.12}….",
        ),
        Text("请从备份恢复并查看操作日志。", "Restore it from a backup and look at the audit trail."),
    )
    GROUNDWORK_CHANGED = Wording(
        Text(
            "{unit}报告所依据的{rows}有{count}条记录与封存时不同（被改动或者删除），操作日志里没有相应的修改。",
            "What the report of {unit} rests on was changed or deleted since it was frozen, with nothing in the audit trail to say so: {rows}, {count} records.",
        ),
        Text("请从备份恢复并查明原因。", "Restore them from a backup and find out why."),
    )
    # What follows from it.
    COUNT_DIFFERS = Wording(
        Text(
            "{unit}报告中{whose}的“{what}”：封存时为{then}{counted_in}，按库中记录重算为{now}{counted_in}。",
            "“{what}” of {whose} in the report of {unit}: {then} when frozen, {now} worked out again from the records.",
        ),
        Text("请查明哪些记录变了。", "Find out which records changed."),
    )
    FIGURE_DIFFERS = Wording(
        Text(
            "{unit}报告引用的{key}：印制时为“{then}”，按所列填报重算为“{now}”。",
            "Figure {key} of {unit}: printed “{then}”, worked out again from the submissions named “{now}”.",
        ),
        WHICH_SUBMISSION,
    )
    TABLE_DIFFERS = Wording(
        Text(
            "{unit}报告的表格或统计图与重算结果不一致。",
            "A table or chart of {unit} differs from what is worked out again.",
        ),
        WHICH_SUBMISSION,
    )
    INDICATOR_DIFFERS = Wording(
        Text(
            "{unit}的指标表（{tables}）与重算结果不一致。",
            "Indicator tables of {unit} ({tables}) differ from what is worked out again.",
        ),
        WHICH_SUBMISSION,
    )
    CHILD_DIFFERS = Wording(
        Text(
            "汇编本收录的{unit}分报告与重算结果不一致。",
            "The report of {unit} as the volume prints it differs from what is worked out again.",
        ),
        WHICH_SUBMISSION,
    )


class Difference(Fault):
    """One thing that is not as it was issued: where, what, and what to do."""


@dataclass(slots=True)
class Verification:
    """The outcome of a verification. `newer`: visits of the manifest that have a newer version than the one used."""

    differences: list[Difference] = field(default_factory=list)
    newer: int = 0
    known: bool = False
    versions: list[dict[str, Any]] = field(default_factory=list)
    # (visit, content), each once though two reports rest on it
    submission_keys: set[tuple[str, str]] = field(default_factory=set)
    figures: int = 0
    later: dict[str, int] = field(
        default_factory=dict
    )  # kind of record → how many were changed through the program since
    erased: set[tuple[str, str]] = field(
        default_factory=set
    )  # (visit, content) of which something was erased on request
    unsealed: int = 0  # versions of before the other grounds were hashed: there only the submissions can be compared

    @property
    def submissions(self) -> int:
        return len(self.submission_keys)

    @property
    def ok(self) -> bool:
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "known": self.known,
            "versions": self.versions,
            "submissions": self.submissions,
            "figures": self.figures,
            "newer": self.newer,
            "later": self.later,
            "unsealed": self.unsealed,
            "erased": len(self.erased),
            "differences": [one.as_json() for one in self.differences],
        }

    def say(self, kind: DifferenceKind, place: str, **facts: Any) -> None:
        self.differences.append(Difference(kind, place, **facts))
