"""以代表身份试填: the organizer fills a version in on the deputies' own pages. A trial counts nowhere; at its end stands what would be sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from surveys import access
from surveys.fieldwork.filling.drafts import RemovedEntry
from surveys.fieldwork.filling.trials import Trial
from surveys.pages.field import frame
from surveys.pages.field.filling.page_flow import one_page
from surveys.pages.field.filling.questionnaire import send_attached, send_file_of
from surveys.pages.field.questions import media
from surveys.pages.field.texts import language, say
from surveys.pages.field.visits.checking import show_check
from surveys.pages.field.visits.page_addresses import with_anchor
from surveys.pages.shell.sign_in import signed_in
from surveys.planning.forms.questionnaire_versions import versions_of
from surveys.questionnaire.shapes.content_shape import PartEntry
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys
from surveys.questionnaire.views.summary import summarise_state

bp = Blueprint("trying", __name__)
bp.before_request(signed_in)
BASE = "/campaigns/<int:number>/setup/questionnaire/<int:version>/try"


@bp.context_processor
def _context() -> dict[str, Any]:
    """What every page of a deputy may use; the mark of a demonstration is the campaign's."""
    trial = g.get("trial")
    return {**frame.context(), "demonstration": trial is not None and trial.campaign.demonstration}


@dataclass(frozen=True)
class TrialWalk:
    """A trial with the addresses of its pages."""

    filling: Trial
    desk: None = None

    @property
    def trial(self) -> Mapping[str, Any]:
        return {
            "version": self.filling.version.number,
            "home": self.home(),
            "check": self.check(),
            "reset": self._at("reset"),
            "outcome": self._at("outcome"),
        }

    def _at(self, endpoint: str, **more: Any) -> str:
        return url_for(
            f"trying.{endpoint}", number=self.filling.campaign.number, version=self.filling.version.number, **more
        )

    def page(self, key: str, anchor: str = "", **more: Any) -> str:
        return with_anchor(self._at("page", key=key, **more), anchor)

    def check(self) -> str:
        return self._at("check")

    def home(self) -> str:
        filling = self.filling
        return url_for("questionnaires.version", number=filling.campaign.number, version=filling.version.number)

    def again(self) -> "TrialWalk":
        """The same trial as it stands after a change."""
        return TrialWalk(replace(self.filling))

    def keep(
        self,
        form: FormState,
        *,
        page: str,
        removed: RemovedEntry | None = None,
        parts: Sequence[PartEntry] | None = None,
        replies: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is returned in a trial: there is nobody to answer to."""
        self.filling.keep(form, page=page, removed=removed, parts=parts)


def _walk(number: int, version: int) -> TrialWalk:
    """The trial of this person. Raises 404 and 403 like every page of the campaign's settings."""
    campaign = access.planned_campaign(g.staff, number)
    questionnaire = next((one for one in versions_of(campaign.id, None) if one.number == version), None) or abort(404)
    g.trial = Trial(campaign, questionnaire, g.staff.account.id, language())
    return TrialWalk(g.trial)


@bp.get(BASE)
def begin(number: int, version: int) -> ResponseReturnValue:
    """Where the trial goes on: at the page it was left at, else at the first."""
    walk = _walk(number, version)
    keys = page_keys(walk.filling.form)
    page = walk.filling.draft.page
    return redirect(walk.page(page if page in keys else keys[0]), 303)


@bp.route(f"{BASE}/pages/<path:key>", methods=["GET", "POST"])
def page(number: int, version: int, key: str) -> ResponseReturnValue:
    walk = _walk(number, version)
    return one_page(walk, walk.filling.form, key)


@bp.get(f"{BASE}/parts/<sha256>")
def part(number: int, version: int, sha256: str) -> ResponseReturnValue:
    """A picture, sound or file that was brought to the trial."""
    trial = _walk(number, version).filling
    part = next((one for one in trial.draft.parts if one["sha256"] == sha256), None) or abort(404)
    return send_file_of(part, trial.read_part(sha256))


@bp.get(f"{BASE}/files/<name>")
def attached(number: int, version: int, name: str) -> ResponseReturnValue:
    """A picture or sound that goes with a label of the questionnaire."""
    return send_attached(_walk(number, version).filling.package, name)


@bp.get(f"{BASE}/check")
def check(number: int, version: int) -> ResponseReturnValue:
    walk = _walk(number, version)
    return show_check(walk, walk.filling.form, office=walk.filling.campaign.office)


@bp.get(f"{BASE}/outcome")
def outcome(number: int, version: int) -> ResponseReturnValue:
    """What the judge says, the answers as a person reads them, and the content as it would be handed in."""
    walk = _walk(number, version)
    trial, form = walk.filling, walk.filling.form
    result = trial.outcome(media.manifest(form, trial.draft.parts))
    body = json.loads(result.body)
    return render_template(
        "field/trial_outcome.html",
        visit=trial,
        trial=walk.trial,
        form=frame.buttons(),
        sound=result.judgement.summary_ok,
        problems=[
            _line(form, one.path, form.node(one.path).message or one.message) for one in result.judgement.problems
        ],
        differences=[_line(form, one.path, _difference(one)) for one in result.judgement.differences],
        pages=summarise_state(form),
        kind=body["outcome"],
        answered=len(body["answers"]),
        size=len(result.body),
        content=result.content,
        text=json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True),
    )


def _line(form: FormState, path: str, message: str) -> dict[str, str]:
    return {"path": path, "label": form.label(path) if path in form.by_path and path else path, "message": message}


def _difference(one: Any) -> str:
    return say(
        "handed in as “%(received)s”, worked out as “%(computed)s”", received=one.received, computed=one.computed
    )


@bp.post(f"{BASE}/reset")
def reset(number: int, version: int) -> ResponseReturnValue:
    """Begin anew."""
    walk = _walk(number, version)
    walk.filling.reset()
    return redirect(url_for("trying.begin", number=number, version=version), 303)
