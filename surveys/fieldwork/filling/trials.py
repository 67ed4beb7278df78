"""Keeps trials, in which the organizer fills a questionnaire in to try it (试填); they count nowhere.

A trial is no visit: a row of its own, and its files lie where parts lie that no version names. One trial for each account and
version (with and without media). It has what the pages ask of a visit: a form, a draft, a clock.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NotRequired, TypedDict

from sqlalchemy import ColumnElement, delete, select, update

from surveys.database import CHINA, add_once, db, utc_now, writing
from surveys.fieldwork.filling.drafts import DraftAnswers, RemovedEntry
from surveys.fieldwork.filling.trial_records import TrialRecord
from surveys.fieldwork.receiving import parts as kept_parts
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
WANTED_AGAIN = timedelta(
    days=1
)  # files of a trial that goes on are told so once a day: what nobody wants goes after 30


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
    rehearsal = False

    @property
    def id(self) -> str:
        """Under which its files lie."""
        return f"trial-{self.account_id}-{self.version.id}-{self.package_hash[:12]}"

    @property
    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return (
            TrialRecord.account_id == self.account_id,
            TrialRecord.version_id == self.version.id,
            TrialRecord.package_hash == self.package_hash,
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
            body = db.session.scalar(select(TrialRecord.body).where(*self._own))
            trial_text: TrialText = json.loads(body or "")
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
        except (ValueError, KeyError, TypeError):
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
        self._store(canonical(trial_text).decode())
        self._drop_unnamed({part["sha256"] for part in entries})

    def _store(self, body: str) -> None:
        values = {"body": body, "saved_at": utc_now()}
        change = update(TrialRecord).where(*self._own).values(values)
        key = {"account_id": self.account_id, "version_id": self.version.id, "package_hash": self.package_hash}
        with writing() as session:
            changed = session.execute(change, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
            if not changed and not add_once(TrialRecord(**key, **values)):
                session.execute(change, execution_options={"synchronize_session": False})

    def _drop_unnamed(self, hashes: set[str]) -> None:
        saved_at = self.draft.saved_at
        is_new_day = saved_at is not None and self.campaign.now() - saved_at > WANTED_AGAIN
        for part in self.draft.parts:
            if part["sha256"] not in hashes:
                kept_parts.drop_whole(self, part["sha256"])
            elif is_new_day:
                kept_parts.want_again(self, part["sha256"])

    def read_part(self, sha256: str) -> bytes | None:
        entry = next((part for part in self.draft.parts if part["sha256"] == sha256), None)
        return kept_parts.read_whole(entry["sha256"], entry["size"]) if entry else None

    def reset(self) -> None:
        """Delete the trial, with what was filled in and uploaded."""
        self._drop_unnamed(set())
        with writing() as session:
            session.execute(delete(TrialRecord).where(*self._own))

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
    """A trial as it is kept in its row."""

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
