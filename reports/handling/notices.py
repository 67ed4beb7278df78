"""催办函 and 督办函: letters that hand nothing over, but ask again. Touches letters, the course and the print shop.

Rule    an item without an answer is reminded of on the days its campaign names (60 and 80 after it went out, then each week); more time
        given moves those days on by as much. One letter a body and day gathers its items; a worker makes them, the office may too.
Kept    numbers come from the campaign's one series; letters and steps are written in one transaction, or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from reports.handling.bodies import Body, by_code
from reports.handling.course import OPEN_TO_BODY, OUT, add_step, begin_supervised, newest, rule, staff
from reports.handling.deadlines import reminders_passed
from reports.handling.faults import HandlingFault, HandlingFaultKind
from reports.handling.letters import TRIES, kept_letter, next_number, said_day
from reports.handling.records import Item, Letter, LetterItem, Step
from reports.handling.states import MOVES, newest_move, newest_move_on, state_column
from reports.issuing.archive import store
from reports.printing.volume import Part, Volume
from surveys.audit import SYSTEM, Actor, record
from surveys.database import CHINA, db, in_turn, writing
from surveys.planning.campaigns.campaigns import Campaign


@dataclass(frozen=True, slots=True)
class Asked:
    """An item that is asked for again."""

    item: Item
    body_code: str
    due_on: date | None
    days: int  # since it went out


def to_remind(campaign: Campaign, body_code: str = "") -> dict[str, list[Asked]]:
    """Body → its items to be reminded of today; of the body named every one without an answer. None for a body that was today."""
    today, move = campaign.today(), newest_move()
    query = select(Item, move).join(move, newest_move_on(move)).where(Item.campaign_id == campaign.id)
    query = query.where(state_column(move, today).in_(OPEN_TO_BODY)).order_by(Item.kind, Item.number)
    rows = db.session.execute(query.where(move.body_code == body_code) if body_code else query).all()
    steps = _steps(campaign)
    done = _reminded_today(campaign)
    by_body: dict[str, list[Asked]] = {}
    for item, step in rows:
        days, is_due = _is_due(campaign, steps[item.id])
        if (is_due or body_code) and step.body_code not in done:
            by_body.setdefault(step.body_code, []).append(Asked(item, step.body_code, step.due_on, days))
    return by_body


def _steps(campaign: Campaign) -> dict[str, list[Step]]:
    kinds = (*MOVES, "reminded")
    query = select(Step).join(Item, Item.id == Step.item_id).where(Item.campaign_id == campaign.id)
    by_item: dict[str, list[Step]] = {}
    for step in db.session.scalars(query.where(Step.kind.in_(kinds)).order_by(Step.item_id, Step.number)):
        by_item.setdefault(step.item_id, []).append(step)
    return by_item


def _is_due(campaign: Campaign, steps: Sequence[Step]) -> tuple[int, bool]:
    """Days since the item went out, and whether a day of reminding has passed since the last reminder."""
    place = max(number for number, step in enumerate(steps) if step.kind in (*OUT, "sent_again", "reopened"))
    out, after = steps[place], steps[place:]
    moves = [step for step in after if step.kind in MOVES]
    longer = (moves[-1].due_on - out.due_on).days if moves[-1].due_on and out.due_on else 0
    terms = [rule(campaign, name) for name in ("remind_first_days", "remind_second_days", "remind_every_days")]

    def days(day: date) -> int:
        return (day - _day(out)).days

    last = max((days(_day(step)) for step in after if step.kind == "reminded"), default=-1)
    passed = reminders_passed(days(campaign.today()) - longer, *terms)
    return days(campaign.today()), passed > reminders_passed(last - longer, *terms)


def _day(step: Step) -> date:
    return step.happened_at.astimezone(CHINA).date()


def _reminded_today(campaign: Campaign) -> set[str]:
    query = select(Letter.body_code, Letter.made_at).where(Letter.campaign_id == campaign.id, Letter.kind == "reminder")
    query = query.where(Letter.withdrawn_at.is_(None))
    today = campaign.today()
    return {body for body, made_at in db.session.execute(query) if made_at.astimezone(CHINA).date() == today}


def remind(campaign: Campaign, by: Actor = SYSTEM, body_code: str = "") -> int:
    """Make today's reminders, all or none; gives how many letters. Raises PrintFault; for a body that is named, HandlingFault for none."""
    for _ in range(TRIES):
        asked, first = to_remind(campaign, body_code), next_number(campaign, campaign.today().year)
        if not asked:
            break
        known = by_code()
        bodies = sorted((known[code] for code in asked), key=lambda body: (body.sort, body.code))
        numbered = [(body, first + place, asked[body.code]) for place, body in enumerate(bodies)]
        files = set_notices([reminder(campaign, *one) for one in numbered])
        with writing():
            in_turn(campaign)
            if next_number(campaign, campaign.today().year) != first or _other(campaign, body_code, asked):
                continue
            for (body, number, items), file in zip(numbered, files, strict=True):
                letter = _keep(campaign, body, number, file, by, "reminder", [one.item for one in items])
                for one in items:
                    add_step(one.item, "reminded", staff(by), newest(one.item.id), letter_id=letter.id)
        return len(numbered)
    if body_code:
        raise HandlingFault(HandlingFaultKind.REMINDED_TODAY, campaign.title)
    return 0


def _other(campaign: Campaign, body_code: str, asked: dict[str, list[Asked]]) -> bool:
    """Whether something was answered, rerouted or reminded of since it was set."""

    def ids(of: dict[str, list[Asked]]) -> set[tuple[str, str]]:
        return {(code, one.item.id) for code, items in of.items() for one in items}

    return ids(to_remind(campaign, body_code)) != ids(asked)


def _keep(
    campaign: Campaign, body: Body, number: int, file: str, by: Actor, kind: str, items: Sequence[Item]
) -> Letter:
    letter = kept_letter(campaign, body, number, file, by, None)
    letter.kind = kind
    db.session.add(letter)
    db.session.flush()
    db.session.add_all(LetterItem(letter_id=letter.id, item_id=item.id, part="lead") for item in items)
    facts = {"number": letter.reference, "body": body.short_name, "items": len(items)}
    record(by, "item.letter", target=("letter", letter.id), campaign_id=campaign.id, **facts)
    return letter


def supervise(item: Item, by: Actor, words: str) -> Letter:
    """挂号督办, by a letter of its own to the body that has the item. Raises HandlingFault, PrintFault."""
    campaign = item.campaign
    for _ in range(TRIES):
        move, first = newest(item.id), next_number(campaign, campaign.today().year)
        body = by_code()[move.body_code]
        (file,) = set_notices([supervision(campaign, body, first, item, move, words.strip())])
        with writing():
            in_turn(campaign)
            step = begin_supervised(item, words)
            if next_number(campaign, campaign.today().year) != first or step.body_code != body.code:
                continue
            letter = _keep(campaign, body, first, file, by, "supervision", [item])
            add_step(item, "supervised", staff(by), step, words=words.strip(), letter_id=letter.id)
            return letter
    raise RuntimeError("others make letters all the time")


# --- paper ---------------------------------------------------------------------------------------------------------


def set_notices(volumes: Sequence[Volume]) -> list[str]:
    """Set them; gives their files in the store, in order."""
    from reports.checking.report_evidence import font_folder
    from reports.printing.fonts import find_fonts
    from reports.printing.workers import print_volumes

    folder = Path(current_app.instance_path) / "cache" / "print"
    printed = print_volumes(list(volumes), cache_dir=folder, fonts=find_fonts(font_folder()))
    return [store().put(one.pdf) for one in printed]


def reminder(campaign: Campaign, body: Body, number: int, asked: Sequence[Asked]) -> Volume:
    """催办函: its items without an answer, with the day each is due and how late it is."""
    today = campaign.today()
    late = sum(one.due_on is not None and one.due_on < today for one in asked)
    text = f"{campaign.title}中交你单位办理的{len(asked)}项意见建议（见附件）还没有答复"
    text += f"，其中{late}项已经逾期。" if late else "。"
    rows = [[one.item.reference, one.item.text, f"{one.days}天", *_due(one.due_on, today)] for one in asked]
    return _volume(campaign, body, number, f"关于催办{campaign.title}有关意见建议的函", [text, CLOSING], rows)


def supervision(campaign: Campaign, body: Body, number: int, item: Item, move: Step, words: str) -> Volume:
    """督办函: one item, and why it is supervised."""
    text = f"{campaign.title}中交你单位办理的{item.reference}，现列为挂号督办事项。理由：{words}"
    today = campaign.today()
    days = (today - _day(move)).days
    rows = [[item.reference, item.text, f"{days}天", *_due(move.due_on, today)]]
    return _volume(campaign, body, number, f"关于督办{campaign.title}有关意见建议的函", [text, CLOSING], rows)


CLOSING = "请抓紧办理，按期书面答复，也可以用原交办函上的网址和验证码在网上答复。"


def _due(day: date | None, today: date) -> tuple[str, str]:
    if day is None:
        return "—", ""
    return said_day(day), f"逾期{(today - day).days}天" if day < today else ""


def _volume(
    campaign: Campaign, body: Body, number: int, title: str, paragraphs: Sequence[str], rows: list[Any]
) -> Volume:
    today = campaign.today()
    letter = {
        "issuer": campaign.office,
        "number": f"〔{today.year}〕{number}号",
        "title": title,
        "addressee": f"{body.name}：",
        "blocks": [{"type": "paragraph", "text": text} for text in paragraphs],
        "attachments": ["有关事项"],
        "signature": campaign.office,
        "date": said_day(today),
    }
    columns = [("编号", 1.3, "left"), ("事项", 6.5, "left"), ("已交办", 1.4, "left"), ("期限", 2.4, "left"), ("说明", 2, "left")]  # fmt: skip
    annex = {
        "number": "附件",
        "title": "有关事项",
        "note": "说明：只列本单位的事项。",
        "landscape": False,
        "total": False,
        "columns": [{"title": head, "width": width, "align": align} for head, width, align in columns],
        "rows": rows,
    }
    facts = {
        "issuer": campaign.office,
        "date": said_day(today),
        "marks": ("演示数据",) if campaign.demonstration else (),
        "metadata": {"created": campaign.now().astimezone(CHINA).isoformat(timespec="seconds")},
    }
    parts = (Part("letter", "letter", title, letter), Part("items", "annex", "有关事项", annex))
    return Volume("B", "outgoing", title, parts, **facts)
