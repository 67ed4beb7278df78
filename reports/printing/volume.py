"""What is handed to the print shop and what comes back: volumes, parts, attachments, faults.

Everything here is plain data: a `Volume` goes to JSON and back without loss, so it can lie in a job, in a file or in
the archive. What a part's `data` holds is written down in `templates/print/<document>/sample.json`, one per document.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

Profile = Literal["A", "B", "C"]
Edition = Literal["outgoing", "internal"]
Kind = Literal["report", "annex", "annex_report", "letter", "slips", "questionnaire", "filled_form"]

# Held in the hand, not bound: these say their own page, or none.
OWN_NUMBERS = frozenset(("slips", "questionnaire", "filled_form"))

PART_KEY = re.compile(r"[A-Za-z0-9_.-]{1,80}")
INTERNAL_MARK = "内部资料"


class Fault(NamedTuple):
    """One thing that keeps a volume from being printed: what, where, and what to do about it."""

    code: str
    place: str
    zh: str
    en: str

    def cause(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def remedy(self, language: str) -> str:
        """Its words are one text: what to do stands in it."""
        return ""


class PrintFault(Exception):
    """The volume cannot be printed as it is; `faults` says everything that was found, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(f"{fault.place}: {fault.en}" for fault in self.faults))


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF (manifest.json, tables.json)."""

    name: str
    mime: str
    data: bytes
    description: str = ""

    def as_json(self) -> dict[str, str]:
        """The attachment as JSON; bytes in base64."""
        return {
            "name": self.name,
            "mime": self.mime,
            "data": base64.b64encode(self.data).decode("ascii"),
            "description": self.description,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Attachment":
        """The attachment `as_json` wrote."""
        return cls(value["name"], value["mime"], base64.b64decode(value["data"]), value.get("description", ""))


@dataclass(frozen=True)
class Part:
    """One paper of the volume; it begins on an odd page and is set by itself."""

    key: str  # unique in the volume
    kind: Kind
    title: str  # its line in the contents and in the outline
    data: Mapping[str, Any]
    group: str = ""  # head of a group of parts in the contents: 总报告, 分报告, 附件

    def as_json(self) -> dict[str, Any]:
        """The part as JSON."""
        return {
            "key": self.key,
            "kind": self.kind,
            "title": self.title,
            "data": dict(self.data),
            "group": self.group,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Part":
        """The part `as_json` wrote."""
        return cls(value["key"], value["kind"], value["title"], value["data"], value.get("group", ""))


@dataclass(frozen=True)
class Volume:
    """What is printed as one PDF.

    Profile A is one unit's report with its annexes, B a letter, C a bound volume with cover and contents.
    A mark that ends in 稿 is a draft mark and stands on line 1 of the first page; every other mark stands small in the
    top margin of every page. The internal edition adds 内部资料 by itself.
    """

    profile: Profile
    edition: Edition
    title: str
    parts: tuple[Part, ...]
    subtitle: str = ""
    issuer: str = ""
    date: str = ""
    marks: tuple[str, ...] = ()
    language: str = "zh-CN"
    attachments: tuple[Attachment, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def draft_marks(self) -> tuple[str, ...]:
        """征求意见稿, 送审稿: said once, where the paper begins."""
        return tuple(mark for mark in self.marks if mark.endswith("稿"))

    @property
    def page_marks(self) -> tuple[str, ...]:
        """What every page says outside the 版心."""
        internal_marks = (INTERNAL_MARK,) if self.edition == "internal" else ()
        other_marks = tuple(mark for mark in self.marks if mark and not mark.endswith("稿") and mark != INTERNAL_MARK)
        return internal_marks + other_marks

    def as_json(self) -> dict[str, Any]:
        """The volume as JSON."""
        return {
            "format": "diaoyan-volume/1",
            "profile": self.profile,
            "edition": self.edition,
            "title": self.title,
            "subtitle": self.subtitle,
            "issuer": self.issuer,
            "date": self.date,
            "marks": list(self.marks),
            "language": self.language,
            "parts": [part.as_json() for part in self.parts],
            "attachments": [attachment.as_json() for attachment in self.attachments],
            "metadata": dict(self.metadata),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Volume":
        """The volume `as_json` wrote."""
        return cls(
            profile=value["profile"],
            edition=value["edition"],
            title=value["title"],
            parts=tuple(Part.from_json(part) for part in value["parts"]),
            subtitle=value.get("subtitle", ""),
            issuer=value.get("issuer", ""),
            date=value.get("date", ""),
            marks=tuple(value.get("marks", ())),
            language=value.get("language", "zh-CN"),
            attachments=tuple(Attachment.from_json(attachment) for attachment in value.get("attachments", ())),
            metadata=dict(value.get("metadata", {})),
        )


@dataclass(frozen=True)
class PrintedVolume:
    """The finished PDF. `parts` says where each part begins: {"key", "first" (printed number), "pages"}."""

    pdf: bytes
    pages: int
    parts: list[dict[str, Any]]
    fonts: list[str]


def check_volume(volume: Volume) -> list[Fault]:
    """What is wrong with the volume itself, before anything is set."""
    faults = []
    if volume.profile not in ("A", "B", "C") or volume.edition not in ("outgoing", "internal"):
        faults.append(
            Fault(
                "data_wrong",
                volume.title,
                f"版式“{volume.profile}”或版本“{volume.edition}”不存在；版式只有 A、B、C，版本只有 outgoing、internal。",
                f"There is no profile “{volume.profile}” with edition “{volume.edition}”; use A, B or C, and outgoing or internal.",
            )
        )
    if not volume.parts:
        faults.append(
            Fault(
                "data_wrong",
                volume.title,
                "没有可印的内容；请至少加入一个部分。",
                "Nothing to print; add at least one part.",
            )
        )
    keys: set[str] = set()
    for part in volume.parts:
        if not PART_KEY.fullmatch(part.key) or part.key in keys:
            faults.append(
                Fault(
                    "data_wrong",
                    part.title,
                    f"部分的代号“{part.key}”重复或含有不允许的字符；请使用不重复的字母、数字、点、横线。",
                    f"The part key “{part.key}” is used twice or has a character that is not allowed; use letters, digits, dots and dashes, each key once.",
                )
            )
        if part.kind not in get_args(Kind):
            faults.append(
                Fault(
                    "data_wrong",
                    part.title,
                    f"没有“{part.kind}”这一种部分；可用 {'、'.join(get_args(Kind))}。",
                    f"There is no part of kind “{part.kind}”; use one of {', '.join(get_args(Kind))}.",
                )
            )
        keys.add(part.key)
    return faults
