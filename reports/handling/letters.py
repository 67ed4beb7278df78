"""交办函: all letters of one press, made as a job: every one of them or none. Touches routing, the course, the archive and the print shop.

Takes   matters with their bodies.  Gives  one letter a body, its own rows alone as annex, link and code at its end.
Rule    the PDFs are set first, with the numbers that come next; then, in turn for the campaign, letters, items and steps are written
        in one transaction, if those numbers are still the next and nothing was handed over meanwhile; else it is set anew.
Kept    a number is given once; a withdrawn letter keeps its own. A job that was taken up again finds its letters by its id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select

from reports.evidence.accepted_answers import campaign_data
from reports.evidence.consents import Names
from reports.handling.bodies import Body
from reports.handling.course import add_step, newest, rule, staff
from reports.handling.deadlines import months_after
from reports.handling.faults import HandlingFault, HandlingFaultKind
from reports.handling.links import link_for
from reports.handling.records import BodyLink, Item, ItemFinding, Letter, LetterItem
from reports.handling.routing import Matter, handed_findings, matters
from reports.handling.states import newest_move, newest_move_on
from reports.issuing.archive import PrintedReport, store
from reports.papers.steps import Report, ReportStep, ReportVersion
from reports.printing.volume import Part, Volume
from surveys.audit import Actor, record
from surveys.database import CHINA, db, in_turn, new_id, writing
from surveys.jobs import Job, Progress
from surveys.planning.campaigns.campaigns import Campaign
from surveys.questionnaire.sheets.bilingual import Text

TRIES = 5
WHAT = {"problem": Text("问题", "problem"), "suggestion": Text("建议", "suggestion")}


def last_handover(campaign_id: str) -> date | None:
    """The day of a campaign's last letter; None while nothing was handed over."""
    last = db.session.scalar(select(func.max(Letter.made_at)).where(Letter.campaign_id == campaign_id))
    return last.astimezone(CHINA).date() if last else None


def letters_of(campaign: Campaign) -> list[Letter]:
    """All letters of a campaign, the newest first."""
    query = select(Letter).where(Letter.campaign_id == campaign.id)
    return list(db.session.scalars(query.order_by(Letter.year.desc(), Letter.number.desc())))


def make_letters(campaign: Campaign, job: Job, progress: Progress) -> int:
    """Make them; gives how many. Raises HandlingFault, PrintFault: then there is none."""
    made = db.session.scalar(select(func.count()).select_from(Letter).where(Letter.job_id == job.id))
    if made:
        return made
    kind, id, name = job.arguments["by"]
    by, refs = Actor(kind, id, name), set(job.arguments["matters"])
    for _ in range(TRIES):
        chosen = [matter for matter in matters(campaign) if matter.ref in refs]
        if len(chosen) < len(refs):
            raise HandlingFault(HandlingFaultKind.HANDED_MEANWHILE, campaign.title, count=len(refs) - len(chosen))
        if gone := sum(matter.lead is None for matter in chosen):
            raise HandlingFault(HandlingFaultKind.BODY_RETIRED, campaign.title, count=gone)
        batch = Batch(campaign, chosen, job.arguments["base"], by)
        files = batch.set_pdfs(progress)
        if batch.write(files, job.id):
            return len(batch.drafts)
    raise RuntimeError("others make letters all the time")


@dataclass(slots=True)
class Draft:
    """A letter to be made."""

    body: Body
    number: int
    link: BodyLink
    token: str
    code: str
    rows: list[tuple[Matter, str, str]]  # matter, its item's reference, lead or assist


class Batch:
    """The letters of one press, with the numbers that come next."""

    def __init__(self, campaign: Campaign, chosen: Sequence[Matter], base: str, by: Actor) -> None:
        self.campaign, self.chosen, self.by = campaign, chosen, by
        self.base = base.rstrip("/")
        self.today = campaign.today()
        self.due = months_after(self.today, rule(campaign, "answer_months"))
        self.assist_due = months_after(self.today, rule(campaign, "assist_months"))
        self.names = Names(campaign.id, campaign_data(campaign))
        self.report, self.report_file = _final(campaign)
        self.first, self.numbers = next_number(campaign, self.today.year), _next_items(campaign)
        self.waiting = _waiting(campaign)
        self.references = self._references()
        self.drafts = self._drafts()

    def _references(self) -> dict[str, tuple[str, int]]:
        """Matter → kind and number of its item."""
        numbers, references = dict(self.numbers), dict[str, tuple[str, int]]()
        for matter in self.chosen:
            if (item := self.waiting.get(matter.ref)) is not None:  # its letter was withdrawn: it keeps its number
                references[matter.ref] = (item.kind, item.number)
                continue
            references[matter.ref] = (matter.kind, numbers[matter.kind])
            numbers[matter.kind] += 1
        return references

    def _drafts(self) -> list[Draft]:
        bodies = {body.code: body for m in self.chosen for body in (m.lead, *m.assisting) if body is not None}
        drafts = []
        for place, body in enumerate(sorted(bodies.values(), key=lambda one: (one.sort, one.code))):
            link, token, code = link_for(self.campaign, body)
            rows = [(m, self._reference(m), "lead") for m in self.chosen if m.lead is body or m.lead == body]
            rows += [(m, self._reference(m), "assist") for m in self.chosen if body in m.assisting]
            drafts.append(Draft(body, self.first + place, link, token, code, rows))
        return drafts

    def _reference(self, matter: Matter) -> str:
        kind, number = self.references[matter.ref]
        return f"{'Q' if kind == 'problem' else 'W'}-{number:03d}"

    def text_of(self, matter: Matter) -> str:
        """Its words as they leave the office: without names that may not be printed."""
        subject = matter.rows[0].subject_id if matter.ref[0] == "f" else None
        return self.names.mask(matter.text, subject)

    def subjects_of(self, matter: Matter) -> int:
        return matter.subjects

    def set_pdfs(self, progress: Progress) -> list[str]:
        """Set every letter; gives their files in the store, in order."""
        from reports.checking.report_evidence import font_folder
        from reports.printing.fonts import find_fonts
        from reports.printing.workers import print_volumes

        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

        def tell(step: str, done: int, whole: int) -> None:
            with app.app_context():  # the print shop tells it from threads of its own
                progress(step, done, whole)

        printed = print_volumes(
            [self._volume(draft) for draft in self.drafts],
            cache_dir=Path(current_app.instance_path) / "cache" / "print",
            fonts=find_fonts(font_folder()),
            progress=tell,
        )
        return [store().put(one.pdf) for one in printed]

    def _volume(self, draft: Draft) -> Volume:
        title = f"关于交办{self.campaign.title}有关意见建议的函"
        letter = {
            "issuer": self.campaign.office,
            "number": f"〔{self.today.year}〕{draft.number}号",
            "title": title,
            "addressee": f"{draft.body.name}：",
            "blocks": [{"type": "paragraph", "text": text} for text in self._paragraphs(draft)],
            "attachments": ["交办事项", *([f"《{self.report.report.title}》"] if self.report else [])],
            "signature": self.campaign.office,
            "date": said_day(self.today),
        }
        parts = (Part("letter", "letter", title, letter), Part("items", "annex", "交办事项", self._annex(draft)))
        moment = self.campaign.now().astimezone(CHINA).isoformat(timespec="seconds")
        marks = ("演示数据",) if self.campaign.demonstration else ()
        facts = {
            "issuer": self.campaign.office,
            "date": said_day(self.today),
            "marks": marks,
            "metadata": {"created": moment},
        }
        return Volume("B", "outgoing", title, parts, **facts)

    def _paragraphs(self, draft: Draft) -> list[str]:
        leads = sum(part == "lead" for _, _, part in draft.rows)
        assists = len(draft.rows) - leads
        what = "，".join(
            filter(None, (f"由你单位主办的{leads}项" if leads else "", f"会办的{assists}项" if assists else ""))
        )
        terms = []
        if leads:
            terms.append(f"主办事项请于{said_day(self.due.day)}前书面答复")
        if assists:
            terms.append(f"会办事项请于{said_day(self.assist_due.day)}前将意见交主办单位")
        days = rule(self.campaign, "give_back_days")
        paragraphs = [
            f"现将{self.campaign.title}中{what}意见建议（见附件）交你单位研究处理。{'，'.join(terms)}。",
            f"不属于你单位职责的，请在{days}个工作日内说明理由和应归单位后退回；逾期未退回的，由你单位办理。",
            f"可以书面答复，也可以在网上答复，不用账号，验证码{draft.code}。网址：",
            f"{self.base}/d/{draft.token}",
        ]
        if self.report and self.report_file:
            groups = " ".join(self.report_file[place : place + 8] for place in range(0, 64, 8))
            paragraphs[1:1] = [f"随函附《{self.report.report.title}》，其校验值（SHA-256）为：", groups]
        return paragraphs

    def _annex(self, draft: Draft) -> dict[str, Any]:
        columns = [("编号", 1.3, "left"), ("事项", 6, "left"), ("反映", 1.6, "left"), ("角色", 1, "center"), ("主办单位", 2.6, "left"), ("期限", 2.2, "left")]  # fmt: skip
        rows = [
            [
                reference,
                self.text_of(matter),
                f"{self.subjects_of(matter)}家（件）",
                "主办" if part == "lead" else "会办",
                matter.lead.short_name if matter.lead else "",
                said_day(self.due.day if part == "lead" else self.assist_due.day),
            ]
            for matter, reference, part in draft.rows
        ]
        return {
            "number": "附件",
            "title": "交办事项",
            "note": "说明：只列交给本单位的事项。",
            "landscape": False,
            "total": False,
            "columns": [{"title": title, "width": width, "align": align} for title, width, align in columns],
            "rows": rows,
        }

    def write(self, files: Sequence[str], job_id: str | None) -> bool:
        """Write letters, items and steps as one; False where others were quicker. Nothing is written then."""
        with writing() as session:
            in_turn(self.campaign)
            carried = {row.id for matter in self.chosen for row in matter.rows}
            if (
                next_number(self.campaign, self.today.year) != self.first
                or _next_items(self.campaign) != self.numbers
                or carried & handed_findings(self.campaign.id)
            ):
                return False
            items = {matter.ref: self._item(matter) for matter in self.chosen}
            for draft, file in zip(self.drafts, files, strict=True):
                self._letter(draft, file, job_id, items)
            session.flush()
        return True

    def _item(self, matter: Matter) -> Item:
        if (waiting := self.waiting.get(matter.ref)) is not None:
            carried = set(db.session.scalars(select(ItemFinding.finding_id).where(ItemFinding.item_id == waiting.id)))
            new = [row.id for row in matter.rows if row.id not in carried]
            db.session.add_all(ItemFinding(item_id=waiting.id, finding_id=id) for id in new)
            return waiting
        kind, number = self.references[matter.ref]
        matter_id = {"headline_id" if matter.ref[0] == "h" else "finding_id": matter.ref[2:]}
        item = Item(
            id=new_id(),
            campaign_id=self.campaign.id,
            kind=kind,
            number=number,
            text=self.text_of(matter),
            category=matter.category,
            tier=matter.tier,
            made_at=self.campaign.now(),
            **matter_id,
        )
        item.campaign = self.campaign
        db.session.add(item)
        db.session.flush()
        db.session.add_all(ItemFinding(item_id=item.id, finding_id=row.id) for row in matter.rows)
        return item

    def _letter(self, draft: Draft, file: str, job_id: str | None, items: dict[str, Item]) -> None:
        if db.session.get(BodyLink, draft.link.id) is None:
            db.session.add(draft.link)
        letter = kept_letter(self.campaign, draft.body, draft.number, file, self.by, job_id)
        letter.version_id, letter.report_file = (self.report.id if self.report else None), self.report_file
        db.session.add(letter)
        db.session.flush()
        for matter, _, part in draft.rows:
            item = items[matter.ref]
            db.session.add(LetterItem(letter_id=letter.id, item_id=item.id, part=part))
            if part == "lead":
                facts: dict[str, Any] = {"body_code": draft.body.code, "letter_id": letter.id}
                before = newest(item.id) if matter.ref in self.waiting else None
                facts["round_number"] = before.round_number if before else 1
                add_step(item, "handed", staff(self.by), before, reckoned=self.due, **facts)
        facts = {"number": letter.reference, "body": draft.body.short_name, "items": len(draft.rows)}
        record(self.by, "item.letter", target=("letter", letter.id), campaign_id=self.campaign.id, **facts)


def kept_letter(campaign: Campaign, body: Body, number: int, file: str, by: Actor, job_id: str | None) -> Letter:
    return Letter(
        id=new_id(),
        campaign_id=campaign.id,
        year=campaign.today().year,
        number=number,
        body_code=body.code,
        office=campaign.office,
        made_at=campaign.now(),
        made_by=by.id if by.kind == "staff" else None,
        file=file,
        job_id=job_id,
    )


def next_number(campaign: Campaign, year: int) -> int:
    """The number that comes next in the campaign's series of a year."""
    used = select(func.max(Letter.number)).where(Letter.campaign_id == campaign.id, Letter.year == year)
    return (db.session.scalar(used) or 0) + 1


def _next_items(campaign: Campaign) -> dict[str, int]:
    query = select(Item.kind, func.max(Item.number)).where(Item.campaign_id == campaign.id).group_by(Item.kind)
    used = dict(db.session.execute(query).all())
    return {kind: used.get(kind, 0) + 1 for kind in ("problem", "suggestion")}


def _waiting(campaign: Campaign) -> dict[str, Item]:
    """Matter → its item, of those whose letter was withdrawn."""
    move = newest_move()
    query = (
        select(Item).join(move, newest_move_on(move)).where(Item.campaign_id == campaign.id, move.kind == "withdrawn")
    )
    return {
        f"h:{one.headline_id}" if one.headline_id else f"f:{one.finding_id}": one for one in db.session.scalars(query)
    }


def _final(campaign: Campaign) -> tuple[ReportVersion | None, str | None]:
    """The final version of the consolidated report and its outgoing print, where there are both."""
    query = (
        select(ReportVersion, PrintedReport.file)
        .join(ReportStep, ReportStep.version_id == ReportVersion.id)
        .join(Report, Report.id == ReportVersion.report_id)
        .join(PrintedReport, PrintedReport.version_id == ReportVersion.id)
        .where(Report.campaign_id == campaign.id, Report.unit_code == campaign.unit_code, ReportStep.step == "final")
        .where(PrintedReport.edition == "outgoing", PrintedReport.profile != "B")
        .order_by(PrintedReport.printed_at.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else (None, None)


def said_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# --- withdrawing and rerouting -------------------------------------------------------------------------------------


def withdraw(letter: Letter, reason: str, by: Actor) -> None:
    """撤回: the letter keeps its number; the items it hands over wait to be handed over again. Raises HandlingFault."""
    if not reason.strip():
        raise HandlingFault(HandlingFaultKind.WORDS_NEEDED, letter.reference, act=Text("撤回", "withdraw"))
    with writing() as session:
        in_turn(letter)
        session.refresh(letter)
        if letter.withdrawn_at is not None:
            raise HandlingFault(HandlingFaultKind.WITHDRAWN_ALREADY, letter.reference)
        campaign = session.get_one(Campaign, letter.campaign_id)
        letter.withdrawn_at, letter.withdrawn_by, letter.withdrawn_reason = campaign.now(), by.id, reason.strip()[:300]
        for item in session.scalars(select(Item).join(LetterItem).where(LetterItem.letter_id == letter.id)):
            in_turn(item)
            move = newest(item.id)
            if (
                letter.kind == "handover"
                and move.body_code == letter.body_code
                and move.kind not in ("closed", "withdrawn")
            ):
                add_step(item, "withdrawn", staff(by), move, letter_id=letter.id, words=reason.strip(), due_on=None)
        facts = {"number": letter.reference, "reason": reason.strip()[:100]}
        record(by, "item.letter_withdrawn", target=("letter", letter.id), campaign_id=letter.campaign_id, **facts)


def reroute(item: Item, body: Body, by: Actor, words: str, base: str, act: str = "rerouted") -> Letter:
    """改派: to another body, by a letter of its own, with the whole term anew; the same body: it was not theirs to give back.

    `act`: rerouted, or escalated (提请上级办理): to a higher body; what the one before has done stays on record.
    """
    from reports.handling.course import begin_reroute

    campaign = item.campaign
    for _ in range(TRIES):
        batch = Reroute(campaign, item, body, base, by)
        (file,) = batch.set_pdfs(lambda *_: None)
        with writing() as session:
            in_turn(campaign)
            if next_number(campaign, batch.today.year) != batch.first:
                continue
            move = begin_reroute(item, body, act, words)
            if session.get(BodyLink, batch.drafts[0].link.id) is None:
                session.add(batch.drafts[0].link)
            letter = kept_letter(campaign, body, batch.first, file, by, None)
            session.add(letter)
            session.flush()
            session.add(LetterItem(letter_id=letter.id, item_id=item.id, part="lead"))
            facts = {
                "body_code": body.code,
                "letter_id": letter.id,
                "reckoned": batch.due,
                "words": words.strip() or None,
            }
            add_step(item, act, staff(by), move, **facts)
            told = {"number": letter.reference, "body": body.short_name, "items": 1}
            record(by, "item.letter", target=("letter", letter.id), campaign_id=campaign.id, **told)
            return letter
    raise RuntimeError("others make letters all the time")


class Reroute(Batch):
    """The one letter of an item that goes to another body."""

    def __init__(self, campaign: Campaign, item: Item, body: Body, base: str, by: Actor) -> None:
        self.item = item
        count = db.session.scalar(select(func.count()).select_from(ItemFinding).where(ItemFinding.item_id == item.id))
        self.subjects = count or 1
        matter = Matter(f"h:{item.headline_id}", item.kind, item.text, [], lead=body)
        super().__init__(campaign, [matter], base, by)

    def _reference(self, matter: Matter) -> str:
        return self.item.reference

    def text_of(self, matter: Matter) -> str:
        return self.item.text

    def subjects_of(self, matter: Matter) -> int:
        return self.subjects
