"""A rehearsal: test devices in a campaign that is open now, for outside clients and load tests (receiving.md 10).

The same number gives the same devices; a larger one adds to them; `fresh` adds visits when those of an earlier run are used up.
Private keys of these devices are kept in the instance folder (mode 600): they open nothing but the rehearsal.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from sqlalchemy import func, select

from surveys.accounts import Device
from surveys.database import CHINA, db, new_id, utc_now, writing
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.contents import content_bytes
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.receiving.versions import read_target
from surveys.fieldwork.visits.locks import UnitLock
from surveys.fieldwork.visits.visits import Decision, Remark, Visit, add_visit
from surveys.keys import instance_keys, public_jwk, to_base64url
from surveys.planning.assigning.assignments import Assignment, AssignmentMove, mint
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.campaigns.units import Unit, unit_tree
from surveys.planning.campaigns.visit_kinds import FIRST, VisitKind, kind_of
from surveys.planning.forms.questionnaire_versions import Package, QuestionnaireVersion
from surveys.planning.people.deputies import Deputy, DeputyLevel
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.people.slips import DeviceHolder, make_code, make_slip
from surveys.planning.words.visit_words import usual_words
from surveys.questionnaire.package.package import package_bytes, package_hash
from surveys.questionnaire.shapes import package_shape

TITLE = "报送演练"
SPECIAL = ("late", "locked", "reassigned", "extra", "withdrawn", "returned", "erased")
ROOT, LEAF, LOCKED_LEAF = "R", "R-1", "R-2"


@dataclass(frozen=True, slots=True)
class RehearsalForm:
    """The questionnaire of the rehearsal with one complete set of answers; `text` and `photo` are paths of questions."""

    package: package_shape.Package
    answers: Mapping[str, str]
    repeats: Mapping[str, int]
    text: str
    photo: str | None = None


def rehearsal(
    count: int, *, form: RehearsalForm, base: str, plain: int = 3, fresh: bool = False, at: datetime | None = None
) -> dict[str, Any]:
    """Enrol `count` devices (made two at a time) and describe them as receiving.md 10 says. `base` is the address of /sync."""
    register = _Register(Path(current_app.instance_path) / "rehearsal.json")
    now = at or utc_now()
    with writing():
        campaign = _campaign(form, now)
        _add_kinds(campaign, now)
        hashes = _packages(campaign, form, now)
        while len(register.devices) < count:
            _add_pair(campaign, register, plain, hashes, now)
        for pair in range((count + 1) // 2):
            _enough_visits(campaign, register.devices[2 * pair : 2 * pair + 2], plain, fresh, hashes[0], now)
        stranger = register.stranger or _stranger(campaign, now)
        slip, names = _slip(campaign, register, base, now)
        started = {"campaign": campaign.id, "unit": LEAF, "other_unit": LOCKED_LEAF}
        started |= {"subject": _listed(campaign, LEAF, now), "other_subject": _listed(campaign, LOCKED_LEAF, now)}
        returned_visits = (
            [one for one in register.devices[0]["visits"] if one["kind"] == "returned"] if register.devices else []
        )
    register.stranger = stranger
    register.save()  # after the commit: what it names exists
    for entry in returned_visits:
        _return_once(entry["visit"], register.devices[0]["device"], form, hashes[0], now)
    keys = instance_keys()
    sample = {"answers": dict(form.answers), "text": form.text, "photo": form.photo}
    if form.repeats:
        sample["repeats"] = dict(form.repeats)
    return {
        "format": "diaoyan-phones/1",
        "base": base,
        "instance": keys.instance,
        "server": {"kid": keys.kid, "key": keys.jwk},
        "sample": dict.fromkeys(hashes, sample),
        "stranger": stranger,
        "slip": {**slip, "names": names},
        "start": started,
        "devices": register.devices[:count],
    }


class _Register:
    """The devices made so far, with their private keys."""

    def __init__(self, place: Path) -> None:
        self.place = place
        data = json.loads(place.read_text()) if place.exists() else {}
        self.devices: list[dict[str, Any]] = data.get("devices", [])
        self.stranger: str | None = data.get("stranger")
        live_ids = set(db.session.scalars(select(Device.id).where(Device.revoked_at.is_(None))))
        if any(one["device"] not in live_ids for one in self.devices):
            self._drop(live_ids)
        if self.stranger and db.session.get(Visit, self.stranger) is None:
            self.stranger = None

    def _drop(self, live_ids: set[str]) -> None:
        """Pairs with a device that was revoked, or of another database, are replaced by new ones; without the first pair, which
        has the special visits, all are."""
        pairs = [self.devices[place : place + 2] for place in range(0, len(self.devices), 2)]
        live_pairs = [pair for pair in pairs if all(one["device"] in live_ids for one in pair)]
        self.devices = [one for pair in live_pairs for one in pair] if live_pairs[:1] == pairs[:1] else []

    def save(self) -> None:
        partial = self.place.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps({"devices": self.devices, "stranger": self.stranger}, ensure_ascii=False))
        partial.replace(self.place)


# --- the campaign ----------------------------------------------------------------------------------------------------


def _campaign(form: RehearsalForm, now: datetime) -> Campaign:
    """The rehearsal's campaign over units of its own, open now; made once, its period moved along."""
    today = now.astimezone(CHINA).date()
    campaign = db.session.scalar(select(Campaign).where(Campaign.title == TITLE))
    if campaign is not None:
        campaign.starts_on, campaign.ends_on = today - timedelta(days=30), today + timedelta(days=30)
        return campaign
    for code, name, parent in ((ROOT, "演练市", None), (LEAF, "演练一区", ROOT), (LOCKED_LEAF, "演练二区", ROOT)):
        if db.session.get(Unit, code) is None:
            tier = "district" if parent else "municipal"
            db.session.add(
                Unit(
                    code=code,
                    name=name,
                    short_name=name,
                    name_en=f"Rehearsal {code}",
                    parent_code=parent,
                    tier=tier,
                    sort=9_000,
                )
            )
            db.session.flush()
    campaign = Campaign(
        number=(db.session.scalar(select(func.max(Campaign.number))) or 0) + 1,
        title=TITLE,
        title_en="Rehearsal of receiving",
        kind="专题调研",
        unit_code=ROOT,
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=30),
        office="演练办公室",
        office_phone="020-00000000",
        settings={"rehearsal": True},
        demonstration=True,
        created_at=now,
    )
    db.session.add(campaign)
    db.session.flush()
    db.session.add_all(CampaignUnit(campaign_id=campaign.id, unit_code=code) for code in (ROOT, LEAF, LOCKED_LEAF))
    db.session.add(UnitLock(campaign_id=campaign.id, unit_code=LOCKED_LEAF, locked_at=now))
    db.session.flush()
    assert unit_tree().is_leaf(LEAF)
    return campaign


def _add_kinds(campaign: Campaign, now: datetime) -> None:
    """Kinds that deputies start themselves: with a title, on a subject of the list, and one whose days are over."""
    if kind_of(campaign.id, "market") is not None:
        return
    long_ago = now.astimezone(CHINA).date() - timedelta(days=20)
    said = {
        "campaign_id": campaign.id,
        "form_of": FIRST,
        "starts": "deputy",
        "words": {**usual_words()},
    }
    db.session.add_all(
        [
            VisitKind(key="market", sort=2, label="演练赶集", hangs_on=[], **said),
            VisitKind(key="walk", sort=3, label="演练走访", hangs_on=["enterprise"], **said),
            VisitKind(key="over", sort=4, label="演练过期", hangs_on=[], closes_on=long_ago, **said),
        ]
    )
    db.session.flush()


def _packages(campaign: Campaign, form: RehearsalForm, now: datetime) -> list[str]:
    """The form as a version in force, and once more as a withdrawn one; gives both hashes."""
    # Only another hash is wanted.
    earlier_package = cast("package_shape.Package", {**form.package, "rehearsal": "withdrawn"})
    hashes = []
    for number, (package, withdrawn_at) in enumerate(((form.package, None), (earlier_package, now)), 1):
        digest = package_hash(package)
        hashes.append(digest)
        if db.session.get(Package, digest) is None:
            db.session.add(Package(hash=digest, body=package_bytes(package), made_at=now))
            db.session.flush()
        version_query = select(QuestionnaireVersion).where(
            QuestionnaireVersion.campaign_id == campaign.id, QuestionnaireVersion.package_hash == digest
        )
        if db.session.scalar(version_query) is None:
            newest = select(func.max(QuestionnaireVersion.number)).where(
                QuestionnaireVersion.campaign_id == campaign.id
            )
            db.session.add(
                QuestionnaireVersion(
                    campaign_id=campaign.id,
                    number=(db.session.scalar(newest) or 0) + 1,
                    title=f"演练问卷 {number}",
                    file_name="rehearsal.xlsx",
                    workbook=digest,
                    package_hash=digest,
                    media_hash=digest,
                    uploaded_at=now,
                    published_at=now,
                    withdrawn_at=withdrawn_at,
                )
            )
            db.session.flush()
    return hashes


# --- devices ---------------------------------------------------------------------------------------------------------


def _add_pair(campaign: Campaign, register: _Register, plain: int, hashes: list[str], now: datetime) -> None:
    """Two deputies of one group with a device each; the very first pair has one visit of each special kind."""
    is_first = not register.devices
    group = _group(campaign, LEAF, now)
    pair = []
    for _ in range(2):
        deputy = _deputy(group, now)
        with_secret = (len(register.devices) + len(pair)) % 4 == 3
        pair.append(_device(campaign, deputy, with_secret=with_secret, now=now))
    shared_visit = _visit(campaign, group, LEAF, now)
    for entry in pair:
        for _ in range(plain):
            entry["visits"].append(_visit_row(_visit(campaign, group, LEAF, now), hashes[0], "plain"))
        entry["visits"].append(_visit_row(shared_visit, hashes[0], "shared"))
    if is_first:
        pair[0]["visits"] += [_special(campaign, group, kind, hashes, now) for kind in SPECIAL]
    register.devices += pair


def _device(campaign: Campaign, deputy: Deputy, *, with_secret: bool, now: datetime) -> dict[str, Any]:
    secret = to_base64url(secrets.token_bytes(32)) if with_secret else None
    private = None if with_secret else ec.generate_private_key(ec.SECP256R1())
    public = public_jwk(private.public_key()) if private else None
    device = Device(
        id=new_id(),
        kind="secret" if with_secret else "key",
        public_key=public,
        secret=instance_keys().encrypt(secret) if secret else None,
        name="演练设备",
        kept=True,
        enrolled_at=now,
    )
    db.session.add(device)
    db.session.flush()
    db.session.add(DeviceHolder(device_id=device.id, deputy_id=deputy.id, campaign_id=campaign.id))
    db.session.flush()
    key = None
    if private and public:
        key = {**public, "d": to_base64url(private.private_numbers().private_value.to_bytes(32, "big"))}
    return {"device": device.id, "key": key, "secret": secret, "visits": []}


def _group(campaign: Campaign, unit_code: str, now: datetime) -> Group:
    newest = select(func.max(Group.number)).where(Group.campaign_id == campaign.id, Group.unit_code == unit_code)
    number = (db.session.scalar(newest) or 0) + 1
    group = Group(
        id=new_id(),
        campaign_id=campaign.id,
        unit_code=unit_code,
        number=number,
        name=f"演练第{number}小组",
        liaison_name="演练联络员",
        liaison_phone="020-00000001",
    )
    db.session.add(group)
    db.session.flush()
    return group


def _deputy(group: Group, now: datetime) -> Deputy:
    deputy = Deputy(id=new_id(), name=f"演练代表{secrets.token_hex(3)}", unit_code=group.unit_code, created_at=now)
    deputy.levels = [DeputyLevel(level_code="district", sort=0)]
    db.session.add(deputy)
    db.session.flush()
    db.session.add(GroupMember(group_id=group.id, deputy_id=deputy.id))
    db.session.flush()
    return deputy


# --- visits ----------------------------------------------------------------------------------------------------------


def _visit(
    campaign: Campaign, group: Group, unit_code: str, now: datetime, *, due_on: date | None = None, extra: bool = False
) -> Visit:
    in_unit = select(func.max(ListEntry.number)).where(
        ListEntry.campaign_id == campaign.id, ListEntry.unit_code == unit_code
    )
    number = (db.session.scalar(in_unit) or 0) + 1
    subject = Subject(id=new_id(), name=f"演练企业{secrets.token_hex(4)}", created_at=now)
    db.session.add(subject)
    db.session.flush()
    entry = ListEntry(
        id=new_id(), campaign_id=campaign.id, unit_code=unit_code, subject_id=subject.id, number=number, added_at=now
    )
    db.session.add(entry)
    db.session.flush()
    assignment = mint(entry, group.id, number=number, due_on=due_on, made_at=now, extra=extra)
    db.session.flush()
    visit = add_visit(assignment)
    db.session.flush()
    return visit


def _special(campaign: Campaign, group: Group, kind: str, hashes: list[str], now: datetime) -> dict[str, Any]:
    yesterday = now.astimezone(CHINA).date() - timedelta(days=1)
    visit = _visit(
        campaign,
        group,
        LOCKED_LEAF if kind == "locked" else LEAF,
        now,
        due_on=yesterday if kind == "late" else None,
        extra=kind == "extra",
    )
    if kind == "reassigned":
        other_group = _group(campaign, LEAF, now)
        db.session.add(
            AssignmentMove(
                assignment_id=visit.assignment_id,
                from_group_id=group.id,
                to_group_id=other_group.id,
                moved_at=now,
                reason="演练",
            )
        )
        db.session.get_one(Assignment, visit.assignment_id).group_id = other_group.id
    if kind == "erased":
        visit.erased_at = now
    db.session.flush()
    return _visit_row(visit, hashes[1] if kind == "withdrawn" else hashes[0], kind)


def _listed(campaign: Campaign, unit_code: str, now: datetime) -> str:
    """A subject of the unit's list."""
    of_unit = (ListEntry.campaign_id == campaign.id) & (ListEntry.unit_code == unit_code)
    known = db.session.scalar(select(ListEntry.subject_id).where(of_unit).order_by(ListEntry.number).limit(1))
    if known is None:
        _visit(campaign, _group(campaign, unit_code, now), unit_code, now)
        return _listed(campaign, unit_code, now)
    return known


def _stranger(campaign: Campaign, now: datetime) -> str:
    return _visit(campaign, _group(campaign, LEAF, now), LEAF, now).id


def _visit_row(visit: Visit, package: str, kind: str) -> dict[str, Any]:
    return {"visit": visit.id, "questionnaire": package, "kind": kind}


def _enough_visits(
    campaign: Campaign, pair: list[dict[str, Any]], plain: int, fresh: bool, package: str, now: datetime
) -> None:
    """As many plain visits as asked for; with `fresh`, those that hold a version are taken off the list and made anew."""
    if fresh:
        visit_ids = [one["visit"] for entry in pair for one in entry["visits"] if one["kind"] in ("plain", "shared")]
        used_ids = set(db.session.scalars(select(Visit.id).where(Visit.id.in_(visit_ids), Visit.head.is_not(None))))
        for entry in pair:
            entry["visits"] = [one for one in entry["visits"] if one["visit"] not in used_ids]
    group = db.session.get_one(Group, _group_of(pair[0]["device"]))
    for entry in pair:
        for _ in range(plain - sum(one["kind"] == "plain" for one in entry["visits"])):
            entry["visits"].insert(0, _visit_row(_visit(campaign, group, LEAF, now), package, "plain"))
    if not all(any(one["kind"] == "shared" for one in entry["visits"]) for entry in pair):
        shared_row = _visit_row(_visit(campaign, group, LEAF, now), package, "shared")
        for entry in pair:
            entry["visits"] = [*[one for one in entry["visits"] if one["kind"] != "shared"], dict(shared_row)]


def _group_of(device_id: str) -> str:
    return db.session.scalars(
        select(GroupMember.group_id)
        .join(DeviceHolder, DeviceHolder.deputy_id == GroupMember.deputy_id)
        .where(DeviceHolder.device_id == device_id)
        .limit(1)
    ).one()


def _return_once(visit_id: str, device_id: str, form: RehearsalForm, package: str, now: datetime) -> None:
    """One version handed in and returned with a comment."""
    target, sender = read_target(visit_id), senders.of_device(device_id)
    compiled = package_of(package)
    if target is None or sender is None or compiled is None or target.head is not None:
        return
    clock = (now - timedelta(hours=2)).astimezone(CHINA).isoformat(timespec="seconds")
    body = content_bytes(
        compiled, form.answers, form.repeats, visit_id=visit_id, base=None, clock=clock, questionnaire=package
    )
    outcome = receive(sender, visit_id, body, via="phone", at=now - timedelta(hours=1))
    assert outcome.facts is not None
    with writing() as session:
        decision = Decision(
            id=new_id(), visit_id=visit_id, number=1, content=outcome.facts.content, verdict="return", decided_at=now
        )
        session.add(decision)
        session.flush()
        session.add(
            Remark(
                visit_id=visit_id,
                decision_id=decision.id,
                content=outcome.facts.content,
                path=form.text,
                text="请补充具体事项",
                made_at=now,
            )
        )


def _slip(campaign: Campaign, register: _Register, base: str, now: datetime) -> tuple[dict[str, str], list[str]]:
    """A fresh slip with a code, for a deputy of its own, and the names its page must not show."""
    group = _group(campaign, LEAF, now)
    deputy = _deputy(group, now)
    visit = _visit(campaign, group, LEAF, now)
    slip, token = make_slip(campaign.id, group_id=group.id, at=now)
    code = make_code(slip.id, deputy.id, printed=True, at=now)
    names = [deputy.name, group.name, visit.name]
    return {"address": f"{base.removesuffix('/sync')}/s/{token}", "code": code}, names
