"""选题交办: the matters of a campaign that may be handed over, each with the bodies proposed and why. Touches the records and findings.

A matter is a headline of the organizing unit's view, or a finding under none. Proposed is what a person chose for it, else the rule
that fits it closest (category, level, unit), else the department its findings are coded with; else a person must say. What is handed
over already, and not withdrawn, is no matter any more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from reports.handling.bodies import Body, by_code, find
from reports.handling.faults import HandlingFault, HandlingFaultKind
from reports.handling.records import Item, ItemFinding, Route, RouteChoice
from reports.handling.states import newest_move, newest_move_on
from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.act_records import FindingMark
from surveys.fieldwork.findings.findings import FindingRow, Headline, counted_findings, finding_rows
from surveys.fieldwork.findings.headlines import headlines_of
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import unit_tree

NONE, RULE, CODED, PERSON = "none", "rule", "coded", "person"


@dataclass(slots=True)
class Matter:
    """One matter. `ref`: h:<headline> or f:<finding>; `why`: none, rule, coded, person."""

    ref: str
    kind: str
    text: str
    rows: list[FindingRow]
    category: str | None = None
    category2: str | None = None
    tier: str | None = None
    lead: Body | None = None
    assisting: list[Body] = field(default_factory=list)
    why: str = NONE
    route: Route | None = None
    typical: bool = False
    gone: Body | None = None  # the body it would go to, which is retired

    @property
    def units(self) -> list[str]:
        return sorted({row.unit for row in self.rows})

    @property
    def subjects(self) -> int:
        """Of how many firms, events and letters it is."""
        return len({row.subject_id or row.id for row in self.rows})


@dataclass(frozen=True, slots=True)
class Facets:
    """What a page narrows by; an empty word stands for all."""

    what: str = ""  # headlines, findings
    category: str = ""
    tier: str = ""
    unit: str = ""
    kind: str = ""
    why: str = ""
    typical: bool = False
    words: str = ""

    def fit(self, matter: Matter, *, of_any_route: bool = False) -> bool:
        return (
            self.what in ("", "headlines" if matter.ref[0] == "h" else "findings")
            and self.category in ("", matter.category or "-", matter.category2)
            and self.tier in ("", matter.tier or "-")
            and (not self.unit or self.unit in matter.units)
            and self.kind in ("", matter.kind)
            and (of_any_route or self.why in ("", matter.why))
            and (matter.typical or not self.typical)
            and self.words in matter.text
        )


def matters(campaign: Campaign) -> list[Matter]:
    """Every matter not handed over, those that a person must decide first, then by category."""
    leaves = [unit.code for unit in unit_tree().leaves(campaign.unit_code)]
    row_by_id = {row.id: row for row in finding_rows(db.session.execute(counted_findings(campaign.id, leaves)))}
    handed = handed_findings(campaign.id)
    found, under = list[Matter](), set[str]()
    words = dict(
        db.session.execute(select(Headline.id, Headline.text).where(Headline.campaign_id == campaign.id)).all()
    )
    for headline, ids in headlines_of(campaign.id, campaign.unit_code).items():
        under |= set(ids)
        rows = [row_by_id[id] for id in ids if id in row_by_id and id not in handed]
        if rows:
            found.append(_matter(f"h:{headline}", words[headline], rows))
    found += [_matter(f"f:{id}", row.text, [row]) for id, row in row_by_id.items() if id not in under | handed]
    _mark_typical(campaign, found)
    _propose(campaign, found)
    return sorted(found, key=lambda one: (one.why != NONE, one.category or "", one.ref[0] != "h", one.ref))


def _matter(ref: str, text: str, rows: list[FindingRow]) -> Matter:
    def most(name: str) -> str | None:
        values = Counter(getattr(row, name) for row in rows if getattr(row, name))
        return min(values, key=lambda value: (-values[value], value)) if values else None

    return Matter(ref, most("kind") or "problem", text, rows, most("category"), most("category2"), most("tier"))


def handed_findings(campaign_id: str) -> set[str]:
    """The findings that stand on an item whose letter was not withdrawn."""
    move = newest_move()
    query = (
        select(ItemFinding.finding_id)
        .join(Item, Item.id == ItemFinding.item_id)
        .join(move, newest_move_on(move))
        .where(Item.campaign_id == campaign_id, move.kind != "withdrawn")
    )
    return set(db.session.scalars(query))


def _mark_typical(campaign: Campaign, found: Iterable[Matter]) -> None:
    marked = set(
        db.session.scalars(
            select(FindingMark.finding_id).where(
                FindingMark.campaign_id == campaign.id, FindingMark.kind == "typical", FindingMark.undone_at.is_(None)
            )
        )
    )
    for matter in found:
        matter.typical = any(row.id in marked for row in matter.rows)


def _propose(campaign: Campaign, found: Iterable[Matter]) -> None:
    known, routes, choices = by_code(), routes_of(campaign), _choices(campaign)
    for matter in found:
        choice = choices.get(matter.ref)
        fitting = [route for route in routes if _fits(route, matter)]
        if choice is not None:
            matter.lead, matter.why = known.get(choice.lead_code), PERSON
            matter.assisting = [known[code] for code in choice.assisting if code in known]
        elif fitting:
            route = max(
                fitting, key=lambda one: (len(one.category or ""), bool(one.tier), bool(one.unit_code), one.made_at)
            )
            matter.lead, matter.why, matter.route = known.get(route.lead_code), RULE, route
            matter.assisting = [known[code] for code in route.assisting if code in known]
        else:
            coded = Counter(row.department for row in matter.rows if row.department in known)
            if coded:
                matter.lead, matter.why = known[min(coded, key=lambda code: (-coded[code], code))], CODED
        if matter.lead is None or not matter.lead.active:
            matter.gone, matter.lead, matter.why = matter.lead, None, NONE
        matter.assisting = [body for body in matter.assisting if body.active]


def _fits(route: Route, matter: Matter) -> bool:
    return (
        route.category in (None, matter.category, matter.category2)
        and route.tier in (None, matter.tier)
        and (route.unit_code is None or matter.units == [route.unit_code])
    )


def routes_of(campaign: Campaign) -> list[Route]:
    """The rules in force."""
    query = select(Route).where(Route.campaign_id == campaign.id, Route.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(Route.category, Route.tier, Route.unit_code, Route.id)))


def _choices(campaign: Campaign) -> dict[str, RouteChoice]:
    query = select(RouteChoice).where(RouteChoice.campaign_id == campaign.id, RouteChoice.undone_at.is_(None))
    rows = db.session.scalars(query.order_by(RouteChoice.chosen_at, RouteChoice.id))
    return {f"h:{row.headline_id}" if row.headline_id else f"f:{row.finding_id}": row for row in rows}


# --- what a person decides -----------------------------------------------------------------------------------------


def typed_bodies(lead: str, assisting: str, known: list[Body]) -> tuple[Body, list[Body]]:
    """The bodies that were typed; several with 、 or commas between them. Raises HandlingFault for one not on the list."""
    names = [name for name in assisting.replace("，", "、").replace(",", "、").split("、") if name.strip()]
    bodies = []
    for name in (lead, *names):
        body = find(name, known)
        if body is None:
            raise HandlingFault(HandlingFaultKind.BODY_UNKNOWN, name, typed=name)
        bodies.append(body)
    return bodies[0], [body for body in bodies[1:] if body is not bodies[0]]


def choose(campaign: Campaign, matter: Matter, lead: Body, assisting: Sequence[Body], by: Actor) -> None:
    """Choose the bodies of a matter; the choice before it is undone."""
    with writing() as session:
        take_back(campaign, matter.ref)
        column = "headline_id" if matter.ref[0] == "h" else "finding_id"
        facts = {column: matter.ref[2:], "lead_code": lead.code, "assisting": [body.code for body in assisting]}
        session.add(RouteChoice(campaign_id=campaign.id, chosen_at=utc_now(), chosen_by=by.id, **facts))
        session.flush()
        record(by, "item.route_chosen", campaign_id=campaign.id, matter=matter.text[:60], lead=lead.short_name)


def take_back(campaign: Campaign, ref: str) -> None:
    """A matter is proposed by rule again."""
    column = RouteChoice.headline_id if ref[0] == "h" else RouteChoice.finding_id
    in_force = (RouteChoice.campaign_id == campaign.id, column == ref[2:], RouteChoice.undone_at.is_(None))
    with writing() as session:
        session.execute(update(RouteChoice).where(*in_force).values(undone_at=utc_now()))


def add_route(campaign: Campaign, lead: Body, assisting: Sequence[Body], by: Actor, **where: str | None) -> Route:
    """A rule for category, tier and unit; one for the same is ended."""
    with writing() as session:
        for route in routes_of(campaign):
            if all(getattr(route, name) == (value or None) for name, value in where.items()):
                route.ended_at = utc_now()
        facts = {name: value or None for name, value in where.items()}
        codes = [body.code for body in assisting]
        route = Route(
            campaign_id=campaign.id, lead_code=lead.code, assisting=codes, made_at=utc_now(), made_by=by.id, **facts
        )
        session.add(route)
        session.flush()
        record(by, "item.route_added", campaign_id=campaign.id, lead=lead.short_name)
        return route


def end_route(campaign: Campaign, route_id: str, by: Actor) -> None:
    """A rule proposes no more."""
    with writing() as session:
        route = session.get(Route, route_id)
        if route is not None and route.campaign_id == campaign.id and route.ended_at is None:
            route.ended_at = utc_now()
            record(by, "item.route_ended", campaign_id=campaign.id)
