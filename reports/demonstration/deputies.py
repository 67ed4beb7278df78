"""Invented deputies and their groups: for each leaf a roster, mixed groups of 5–15, a leader and a liaison for each.

Pure and repeatable by seed. Levels are a set: a deputy may be one of the district and of the city at once. The city's own
roster has national, provincial and municipal deputies; township deputies exist only where the district has towns.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from reports.demonstration.enterprises import CITY_OWN
from reports.demonstration.stock import districts, draw, syllables, trades
from surveys.planning.words.reference_lists import rows

GROUP_VISITS = 4  # main places of one group
LIAISONS = 5  # of one unit; each looks after several groups
_CITY = (
    (("municipal",), 66),
    (("provincial", "municipal"), 8),
    (("provincial",), 17),
    (("national",), 5),
    (("national", "provincial"), 4),
)
_DISTRICT = (
    (("district",), 60),
    (("municipal", "district"), 6),
    (("municipal",), 17),
    (("provincial",), 4),
    (("provincial", "district"), 2),
    (("national",), 1),
    (("national", "district"), 1),
)
_TOWN = ((("district", "township"), 4), (("township",), 19))
_FEMALE = "丽美秀玉淑慧雪敏婉颖绮碧凤桂兰英芳玲娟红霞萍燕琳珍仪怡欣婷莹彤妍瑜琪"


@dataclass(frozen=True, slots=True)
class Person:
    """One deputy. `number` is the roster's own; `levels` codes of deputy_levels.csv, in order."""

    unit: str
    number: str
    name: str
    levels: tuple[str, ...]
    employer: str
    phone: str


@dataclass(frozen=True, slots=True)
class Team:
    """One 代表小组 of one leaf: members by roster number, the leader among them."""

    unit: str
    number: int
    name: str
    members: tuple[Person, ...]
    leader: Person
    liaison: str
    liaison_phone: str


def person_name(chance: Random) -> str:
    """A name of two or three characters, surnames as frequent as they are in the delta."""
    stock = syllables()
    surname = chance.choice(stock["surnames"])
    if chance.random() < 0.16:
        return surname + chance.choice(stock["given_second"])
    while True:
        first, second = chance.choice(stock["given_first"]), chance.choice(stock["given_second"])
        if first != second and (first in _FEMALE) <= (second in _FEMALE or chance.random() < 0.3):
            return surname + first + second


def teams(seed: int, unit: str, quota: int = 100) -> list[Team]:
    """The groups of one leaf: one for four main places, seven or eight people each on average."""
    chance = draw(seed, "teams", unit)
    sizes = [_size(chance) for _ in range(max(1, -(-quota // GROUP_VISITS)))]
    people = _roster(seed, unit, sum(sizes))
    clerks = [(person_name(chance), f"020-0002{chance.randrange(10000):04d}") for _ in range(LIAISONS)]
    groups = _spread(chance, people, sizes)
    return [_team(unit, number, members, clerks[number % LIAISONS]) for number, members in enumerate(groups, 1)]


def _size(chance: Random) -> int:
    return min(15, max(5, round(chance.gauss(7.35, 1.7))))


def _roster(seed: int, unit: str, size: int) -> list[Person]:
    chance = draw(seed, "roster", unit)
    mix = _CITY if unit == CITY_OWN else _DISTRICT + (_TOWN if districts()[unit].towns else ())
    people: list[Person] = []
    names: set[str] = set()
    while len(people) < size:
        name = person_name(chance)
        if name in names:
            continue
        names.add(name)
        levels = chance.choices([levels for levels, _ in mix], [weight for _, weight in mix])[0]
        number = f"{unit}-{len(people) + 1:04d}"
        people.append(
            Person(unit, number, name, levels, _employer(chance, unit), f"020-0001{chance.randrange(10000):04d}")
        )
    return people


def _employer(chance: Random, unit: str) -> str:
    """Where a deputy works, said in general: no real institution is named."""
    place = chance.choice(districts()[unit if unit != CITY_OWN else chance.choice(list(districts()))].places())
    trade = chance.choice(list(trades().values()))
    return chance.choice(
        (
            f"{place}某{chance.choice(trade.words)}企业",
            f"{place}某{chance.choice(trade.words)}企业",
            f"{place}社区居委会" if place.endswith("街道") else f"{place}村委会",
            f"{place}办事处" if place.endswith("街道") else f"{place}人民政府",
            "某律师事务所",
            "某中学",
            "某医院",
            "某高校",
            "某商业银行",
            "某行业协会",
        )
    )


def _spread(chance: Random, people: list[Person], sizes: list[int]) -> list[list[Person]]:
    """Deal the people out so that those of several and higher levels stand in different groups."""
    groups: list[list[Person]] = [[] for _ in sizes]
    for person in sorted(people, key=lambda one: (_rank(one), chance.random())):
        open_groups = [place for place, size in enumerate(sizes) if len(groups[place]) < size]
        groups[
            min(open_groups, key=lambda place: (_alike(groups[place], person), len(groups[place]) / sizes[place]))
        ].append(person)
    return groups


def _alike(group: list[Person], person: Person) -> int:
    return sum(other.levels == person.levels for other in group)


@cache
def _order() -> dict[str, int]:
    return {row["code"]: place for place, row in enumerate(rows("deputy_levels"))}


def _rank(person: Person) -> int:
    return min(_order()[level] for level in person.levels)


def _team(unit: str, number: int, members: list[Person], clerk: tuple[str, str]) -> Team:
    leader = min(members, key=lambda person: (_rank(person), -len(person.levels), person.number))
    return Team(
        unit=unit,
        number=number,
        name=f"第{number}代表小组",
        members=tuple(sorted(members, key=lambda person: person.number)),
        leader=leader,
        liaison=clerk[0],
        liaison_phone=clerk[1],
    )
