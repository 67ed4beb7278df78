"""How many acts it takes one person to code and group findings from nothing, with what the program proposes.

The person knows what each text is about (the demonstration's own coding and `same_as`) and presses what the page asks for: a bulk
act over a preview with the wrong ones unticked, then one finding after the other. Typing another category counts its letters.
"""

import csv
from pathlib import Path

from flask import Flask

from surveys.audit import Actor
from surveys.database import utc_now, writing
from surveys.fieldwork.findings import acts, proposals
from surveys.fieldwork.findings.acts import View
from surveys.fieldwork.findings.desk_queue import Card, Line, Queue
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.findings.headlines import headlines_of
from surveys.planning.words.reference_lists import rows as reference
from tests.factories import planning

DESK = Actor("system")
TEXTS = Path("reports/demonstration/findings")
EVERY = 10  # of the texts; all 2,300 take the program some minutes, and the person an afternoon
LEAST = 0.3
TYPED = 5  # 0 and four initials
LEARNED_AFTER = 60  # settled ones, as the worker learns again meanwhile
ACTS_PER_FINDING = 1.05
PRESSES_PER_FINDING = 5.5  # at a second each: 2,500 findings in less than four hours


class Person:
    """Knows the category and the root of each finding; counts what is pressed."""

    def __init__(self, view: View, known: dict[str, tuple[str, str]]) -> None:
        self.view, self.known = view, known
        self.acts = self.presses = 0

    def queue(self) -> Queue:
        return Queue(self.view, [self.view.unit_code])

    def in_bulk(self) -> int:
        """Those whose first suggestion is right; the others are unticked. Gives how many were coded."""
        queue = self.queue()
        lines = queue.suggested(queue.chosen("open"), LEAST)
        right = {line.row.id: self.known[line.row.id][0] for line in lines}
        right = {id: code for id, code in right.items() if queue.lines[id].proposed.category2 == code}
        self.presses += 2 + len(lines) - len(right)
        if right:
            self.acts += 1
            acts.code_many(self.view, DESK, right, LEAST)
        return len(right)

    def settle_next(self, after: str) -> str | None:
        """One finding of the queue; gives its id."""
        queue = self.queue()
        line = queue.after(after, queue.chosen("open"))
        if line is None:
            return None
        card = queue.card(line)
        category, root = self.known[line.row.id]
        if not line.row.category2 and card.chosen != category:
            among = category in [one["category2"] for one in card.candidates]
            self.presses += 1 if among else TYPED
        self._tick(queue, line, card, category, root)
        return line.row.id

    def _tick(self, queue: Queue, line: Line, card: Card, category: str, root: str) -> None:
        free = [near for near in card.near if not near.joined and near.line.headline_id is None]
        mates = [near.line.row.id for near in free if self.known[near.line.row.id][1] == root]
        self.presses += sum(near.ticked != (near.line.row.id in mates) for near in free)
        target = card.target
        if target is not None and all(self.known[row.id][1] != root for row in card.members):
            self.acts, self.presses, target = self.acts + 1, self.presses + 1, None
            acts.refuse(self.view, DESK, line.row.id, [], card.target.id if card.target else None)
        coded = {id: category for id in mates if not queue.lines[id].row.category}
        acts.settle(self.view, DESK, line.row.id, {line.row.id: category} | coded, others=mates, headline=target)
        self.acts, self.presses = self.acts + 1, self.presses + 1


def _entered(app: Flask) -> Person:
    active = {row["code"] for row in reference("suggestion_categories") if row["active"] == "1"}
    texts = {}
    for path in sorted(TEXTS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            texts |= {row["id"]: row for row in csv.DictReader(lines)}

    def root(id: str) -> str:
        return root(texts[id]["same_as"]) if texts[id]["same_as"] else id

    coded = [row for row in texts.values() if row["category2"] in active]
    known: dict[str, tuple[str, str]] = {}
    with writing() as session:
        campaign = planning.guangzhou()
        for row in coded[::EVERY]:
            finding = Finding(
                campaign_id=campaign.id,
                unit_code="440118",
                source="letter",
                kind=row["kind"],
                text=row["text"],
                entered_at=utc_now(),
            )
            session.add(finding)
            session.flush()
            known[finding.id] = (row["category2"], root(row["id"]))
    return Person(View(campaign.id, "440118"), known)


def test_an_afternoon_is_enough(app: Flask) -> None:
    with app.app_context():
        person = _entered(app)
        number, last = len(person.known), ""
        while person.queue().chosen("open"):
            proposals.compute(person.view.campaign_id)
            if person.in_bulk() > LEARNED_AFTER:
                continue
            for _ in range(LEARNED_AFTER):
                settled = person.settle_next(last)
                if settled is None:
                    break
                last = settled
        print(f"{number} findings: {person.acts} acts, {person.presses} presses")
        lines = person.queue().lines
        assert all(line.row.category2 == person.known[id][0] for id, line in lines.items())
        for members in headlines_of(person.view.campaign_id, person.view.unit_code).values():
            assert len({person.known[id][1] for id in members}) == 1, "nothing stands together that does not belong"
        assert person.acts <= ACTS_PER_FINDING * number
        assert person.presses <= PRESSES_PER_FINDING * number
