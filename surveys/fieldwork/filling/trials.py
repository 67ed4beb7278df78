"""Keeps trials, in which the organizer fills a questionnaire in to try it (试填); they count nowhere.

A trial is no visit and no row, but a file in the instance folder.
One trial for each account and version (with and without media). It has what the pages ask of a visit: a form, a draft, a clock.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NotRequired, TypedDict

from flask import current_app

from surveys.database import CHINA
from surveys.fieldwork.filling.drafts import DraftAnswers, RemovedEntry
from surveys.fieldwork.receiving.contents import content_from_state, read_parts
from surveys.fieldwork.receiving.packages import package_of
from surveys.planning.campaigns.campaigns import Campaign, campaign_units
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from surveys.questionnaire.facts import facts
from surveys.questionnaire.judging.judging import Judgement, judge
from surveys.questionnaire.package.content import canonical, digest
from surveys.questionnaire.shapes.content_shape import PartEntry
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState

VISIT = "00000000-0000-4000-8000-000000000000"  # stands for a visit in the content that is shown
SUBJECT = ("试填示例企业有限公司", "Example Firm for a Trial Ltd")
USCC = "91440118MA5BXY0025"  # invented, with a right check character
MOST_BYTES = 100 * 1024 * 1024  # of the files brought to one trial


@dataclass(frozen=True)
class Trial:
    """The trial of one version by one account, now."""

    campaign: Campaign
    version: QuestionnaireVersion
    account_id: str
    language: str

    visit_id = VISIT
    state = "draft"
    head = None
    decided_at = None
    is_outdated = False

    @property
    def folder(self) -> Path:
        return (
            Path(current_app.instance_path) / "trials" / self.account_id / f"{self.version.id}-{self.package_hash[:12]}"
        )

    @cached_property
    def package_hash(self) -> str:
        return self.version.hash_for(bool(self.campaign.setting("media")))

    @cached_property
    def package(self) -> Package:
        package = package_of(self.package_hash)
        assert package is not None
        return package

    @property
    def subject(self) -> Any:
        return SimpleNamespace(name=SUBJECT[self.language.startswith("en")])

    @property
    def visit(self) -> Any:
        return SimpleNamespace(head=None)

    @cached_property
    def draft(self) -> DraftAnswers:
        """What was filled in so far; a trial begins by itself, as a visit whose deputy has just pressed the button."""
        try:
            trial_text: TrialText = json.loads((self.folder / "draft.json").read_bytes())
            return DraftAnswers(
                questionnaire=self.package_hash,
                answers=trial_text["answers"],
                repeats=trial_text["repeats"],
                clock=trial_text["clock"],
                page=trial_text["page"],
                removed=trial_text.get("removed"),
                saved_at=datetime.fromisoformat(trial_text["saved_at"]),
                parts=tuple(read_parts(trial_text.get("parts"))),
            )
        except (OSError, ValueError, KeyError, TypeError):
            state = facts.begin(self.package, self._preload(), now=self.clock(), language=self.language)
            return DraftAnswers(
                questionnaire=self.package_hash, answers=state.raw(), repeats=state.repeats, clock=state.now
            )

    @property
    def stored_draft(self) -> DraftAnswers:
        return self.draft

    def _preload(self) -> dict[str, str]:
        """An invented assignment and an invented deputy, where the sheet says that a visit gives them."""
        codes = [one.unit_code for one in campaign_units(self.campaign.id)]
        district = next((code for code in codes if not code.endswith(("-0", "00"))), codes[0] if codes else "")
        assignment = {
            "id": "000000-0000",
            "enterprise_name": self.subject.name,
            "enterprise_uscc": USCC,
            "district": district,
        }
        name = "A deputy (trial)" if self.language.startswith("en") else "试填代表"
        attendance = {"chosen": "yes", "names": [name], "levels": ["district"]}
        deputy = {"username": name, "deviceid": ""}
        return facts.preload(self.package, assignment=assignment, attendance=attendance, holder=deputy)

    @cached_property
    def form(self) -> FormState:
        return FormState(
            self.package, self.draft.answers, self.draft.repeats, now=self.clock(), language=self.language, new=False
        )

    def clock(self) -> str:
        return self.campaign.now().astimezone(CHINA).isoformat(timespec="milliseconds")

    def remarks(self) -> list[Any]:
        return []

    def keep(
        self,
        form: FormState,
        *,
        page: str,
        removed: RemovedEntry | None = None,
        parts: Sequence[PartEntry] | None = None,
    ) -> None:
        """Keep the trial as it stands."""
        entries = self.draft.parts if parts is None else parts
        trial_text: TrialText = {
            "answers": form.raw(),
            "repeats": form.repeats,
            "clock": form.now,
            "page": page,
            "saved_at": self.campaign.now().isoformat(),
            "parts": list(entries),
        }
        if removed:
            trial_text["removed"] = removed
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = self.folder / "draft.json"
        partial = place.with_suffix(f".{os.getpid()}")
        partial.write_bytes(canonical(trial_text))
        partial.replace(place)
        self._drop_unnamed({part["sha256"] for part in entries})

    def _drop_unnamed(self, hashes: set[str]) -> None:
        for file in self.folder.glob("*.part"):
            if file.stem not in hashes:
                file.unlink(missing_ok=True)

    def keep_part(self, data: bytes) -> str | None:
        """Keep a file that was brought to the trial; None when there are too many."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sum(file.stat().st_size for file in self.folder.glob("*.part")) + len(data) > MOST_BYTES:
            return None
        sha256 = hashlib.sha256(data).hexdigest()
        (self.folder / f"{sha256}.part").write_bytes(data)
        return sha256

    def read_part(self, sha256: str) -> bytes | None:
        entry = next((part for part in self.draft.parts if part["sha256"] == sha256), None)
        place = self.folder / f"{entry['sha256']}.part" if entry else None
        return place.read_bytes() if place and place.is_file() else None

    def reset(self) -> None:
        """Delete the trial, with what was filled in and uploaded."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def outcome(self, parts: Sequence[PartEntry]) -> "TrialOutcome":
        """What would be handed in, as bytes, and what the judge says of it."""
        form = self.form
        form.at(self.draft.clock or self.clock())
        form.finish()
        body = content_from_state(
            form, visit_id=VISIT, base=None, clock=form.now, parts=parts, questionnaire=self.package_hash
        )
        return TrialOutcome(body, digest(body), judge(self.package, json.loads(body)))


class TrialText(TypedDict):
    """A trial as it is kept in its file."""

    answers: dict[str, str]
    repeats: dict[str, int]
    clock: str
    page: str
    saved_at: str
    parts: list[PartEntry]
    removed: NotRequired[RemovedEntry]


@dataclass(frozen=True)
class TrialOutcome:
    """What a trial would hand in: the content, its hash, and the judge's verdict."""

    body: bytes
    content: str
    judgement: Judgement
