"""Simulates an interview: a firm's traits and findings become raw answers that obey every rule of the form.

Pure and repeatable by seed. It goes through the package's questions in document order, asks the form what is open, offered
and wrong, and draws each answer by the tendencies in stock/tendencies.json (keyed by stable id). What an answer *is* comes
from the package's facts (`means`): the outcome, the consent, a finding's text and category. No question is named here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from reports.demonstration.stock import draw, stock_json, trades
from reports.demonstration.texts import Text
from reports.demonstration.traits import weigh
from surveys.questionnaire.facts.facts import begin, plain_path
from surveys.questionnaire.shapes.package_shape import Definition, Package
from surveys.questionnaire.state.evaluation import FormState

TRIES = 8


@dataclass(frozen=True, slots=True)
class Interview:
    """All that one visit's answers are made from; plain data, so that it can go to another process.

    `facts` are what tendencies may `take` (of the name list and of the plan); `preload` path → text as the visit page fills
    in; `clock` the moment of the last recompute, with its offset; `story_answers` stable id → answer of a story.
    """

    key: tuple[str, int]
    facts: Mapping[str, Any]
    traits: Mapping[str, float]
    outcome: str
    clock: str
    preload: Mapping[str, str]
    problems: Sequence[Text] = ()
    suggestions: Sequence[Text] = ()
    clause: str = ""
    story_answers: Mapping[str, str] = field(default_factory=dict)


def answer(package: Package, interview: Interview, *, seed: int, pages: int | None = None) -> FormState:
    """The form as it stands at the end of one interview; `pages` stops after so many pages (an unfinished draft).

    Raises ValueError when no answer obeys the form: the tendencies do not fit the questionnaire.
    """
    talk = _Talk(package, interview, seed)
    talk.walk(0, "", pages)
    if pages is None:
        talk.state.finish()
    return talk.state


class _Talk:
    """One interview under way."""

    def __init__(self, package: Package, interview: Interview, seed: int) -> None:
        self.defs = package["defs"]
        self.facts = {row["path"]: row for row in package["facts"]["rows"]}
        self.codes = _codes(package)
        self.tendencies = stock_json("tendencies")
        self.interview = interview
        self.chance = draw(seed, "interview", *interview.key)
        self.values: dict[str, float] = {
            **interview.traits,
            **_category_traits([*interview.problems, *interview.suggestions]),
        }
        self.state: FormState = begin(package, interview.preload, now=interview.clock)
        self.card: Text | None = None

    # Going through the form.

    def walk(self, number: int, prefix: str, pages: int | None = None) -> None:
        """Everything below one definition, in document order; `prefix` is the path of the instance it stands in."""
        for place, kid in enumerate(self.defs[number].get("kids", ())):
            definition = self.defs[kid]
            if pages is not None and place >= pages and not prefix:
                return
            path = f"{prefix}/{definition['name']}"
            if definition["kind"] == "group":
                self.walk(kid, path)
            elif definition["kind"] == "repeat":
                self.repeat(kid, definition, path)
            else:
                self.ask(definition, path)

    def repeat(self, number: int, definition: Definition, path: str) -> None:
        """A list whose findings have a category holds problems, another suggestions: one entry for each that is told."""
        inside = (row for own, row in self.facts.items() if own.startswith(f"{path}/"))
        has_categories = any(row.get("means") == "finding.category" for row in inside)
        cards = self.interview.problems if has_categories else self.interview.suggestions
        if self.interview.outcome != "visited":
            return
        if "count" not in definition:
            for _ in cards:
                self.state.add(path)
        for place, card in enumerate(cards, 1):
            self.card = card
            self.walk(number, f"{path}[{place}]")
        self.card = None

    def ask(self, definition: Definition, path: str) -> None:
        """One question, if it is open and still without an answer."""
        node = self.state.node(path)
        row = self.facts.get(definition["path"], {})
        is_given = bool(node.raw) and path in self.interview.preload  # a default of the form is only offered
        if not node.relevant or node.readonly or is_given or definition.get("type") == "calculate":
            return
        texts = self.drafts(row, path)
        for text in texts:
            if not text:
                return
            self.state.set(path, text)
            if self.state.node(path).problem is None and self.as_planned(row):
                self.note(row, text)
                return
        raise ValueError(f"{path}: no answer obeys the form; tried {texts}")

    def as_planned(self, row: Mapping[str, Any]) -> bool:
        """A reason for not visiting must lead to the outcome that was planned."""
        if row.get("means") != "outcome.reason":
            return True
        outcome = next(path for path, other in self.facts.items() if other.get("means") == "outcome")
        return self.state.node(outcome).value == self.interview.outcome

    def note(self, row: Mapping[str, Any], text: str) -> None:
        """Let later answers lean on this one."""
        name = row.get("stable_id", "")
        for word in text.split(" "):
            self.values[f"{name}={word}"] = 1.0
        try:
            self.values[name] = float(text)
        except ValueError:
            pass  # not a number: nothing to lean on

    # One answer, several tries.

    def drafts(self, row: Mapping[str, Any], path: str) -> list[str]:
        """Answers to try, the likeliest first; an empty one leaves the question alone."""
        means = row.get("means") or ""
        story_answer = self.interview.story_answers.get(row.get("stable_id", ""))
        if story_answer and self.interview.outcome == "visited":
            return [story_answer]
        if means == "consent" and self.interview.outcome != "visited":
            return [name for name, code in self.choices_of(path) if code == "none"]
        if means.startswith("finding."):
            answers = self.finding(means, row, path)
            if answers is not None:
                return answers
        tendency = self.tendencies.get(row.get("stable_id", ""))
        return self.by_tendency(tendency, path) if tendency else [""]

    def choices_of(self, path: str) -> list[tuple[str, str]]:
        """The choices offered now: name and code."""
        codes = self.codes.get(plain_path(path), {})
        return [(name, codes.get(name, "")) for name in self.state.node(path).choices or ()]

    def finding(self, means: str, row: Mapping[str, Any], path: str) -> list[str] | None:
        """What a finding's own row says: its text, its codes; None leaves the rest to the tendencies."""
        card = self.card
        if card is None:
            return [self.interview.clause] if means == "finding.text" else None
        if means == "finding.text":
            return [card.text]
        if means == "finding.category":
            return self.names_of_code(path, card.category, "99")
        if means == "finding.category2":
            near_code = stock_json("codes")["near"].get(card.category2, "")
            return self.names_of_code(path, card.category2, near_code) or [self.chance.choice(self.choices_of(path))[0]]
        by_code = {"finding.department": card.department, "finding.level": card.level, "finding.urgency": card.urgency}
        if means in by_code:
            return self.names_of_code(path, by_code[means]) or [""]
        return None

    def names_of_code(self, path: str, *codes: str) -> list[str]:
        """The offered choices that stand for the first of these codes that any stands for."""
        for code in codes:
            names = [name for name, own in self.choices_of(path) if code and own == code]
            if names:
                self.chance.shuffle(names)
                return names
        return []

    def by_tendency(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        kinds: dict[str, Callable[[Mapping[str, Any], str], list[str]]] = {
            "take": self.take,
            "bands": self.band,
            "codes": self.own_codes,
            "scale": self.scale,
            "choose": self.choose,
            "tick": self.tick,
            "number": self.number,
            "part_of": self.part,
            "text": self.text,
        }
        return next(make for kind, make in kinds.items() if kind in tendency)(tendency, path)

    def take(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        fact = str(self.interview.facts[tendency["take"]])
        names = self.names_of_code(path, fact)
        return names[:1] or [fact]

    def band(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        figure = self.interview.facts[tendency["bands"]]
        return [next(name for name, below in tendency["limits"] if figure < below)]

    def own_codes(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        own = self.interview.facts[tendency["codes"]]
        return [" ".join(name for name, code in self.choices_of(path) if code in own) or tendency["none"]]

    def scale(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        rule = tendency["scale"]
        names = [name for name, _ in self.choices_of(path)]
        place = rule["mean"] + weigh(rule["by"], self.values) + self.chance.gauss(0, rule["spread"])
        return sorted(names, key=lambda name: abs(float(name) - place))

    def choose(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        """The offered choices, drawn one after another by their weights."""
        rule = tendency["choose"]
        weights = {name: math.exp(weigh(rule[name], self.values)) for name, _ in self.choices_of(path) if name in rule}
        order: list[str] = []
        while weights:
            name = self.chance.choices(list(weights), list(weights.values()))[0]
            order.append(name)
            del weights[name]
        return order

    def tick(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        """Each offered choice by its own odds; at least one, at most `most`, in the order of the list."""
        rule = tendency["tick"]
        pulls = {name: weigh(rule[name], self.values) for name, _ in self.choices_of(path) if name in rule}
        scores = {name: pull - _logistic(self.chance) for name, pull in pulls.items()}
        names = sorted((name for name in scores if scores[name] > 0), key=lambda name: -scores[name])
        names = names[: tendency.get("most", len(names))]
        if not names:
            names = [tendency["none"]] if "none" in tendency else [max(scores, key=lambda name: scores[name])]
        return [" ".join(name for name, _ in self.choices_of(path) if name in names)]

    def number(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        rule = tendency["number"]
        middle = math.log(rule["median"]) + weigh(rule["by"], self.values)
        amounts = (math.exp(self.chance.gauss(middle, rule["spread"])) for _ in range(TRIES))
        return [_figure(min(rule["most"], max(rule["least"], amount)), rule) for amount in amounts]

    def part(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        """A share of an earlier amount, now and then none of it."""
        whole = self.values[tendency["part_of"]]
        if self.chance.random() < tendency.get("zero", 0):
            return ["0"]
        share = self.chance.gauss(tendency["mean"] + weigh(tendency["by"], self.values), tendency["spread"])
        step = tendency.get("step", 1)
        return [_figure(math.floor(whole * min(1.0, max(0.05, share)) / step) * step, {})]

    def text(self, tendency: Mapping[str, Any], path: str) -> list[str]:
        """One of the words given; those of the outcome where there are any."""
        words = tendency.get("by_outcome", {}).get(self.interview.outcome)
        if words is None and self.chance.random() < tendency.get("leave", 0):
            return [""]
        return [self.chance.choice(words or tendency["text"])]


def _codes(package: Package) -> dict[str, dict[str, str]]:
    """Question path → choice name → code, for the questions whose choices come from a list."""
    lists = package["sec"]
    codes_by_question: dict[str, dict[str, str]] = {}
    for definition in package["defs"]:
        name = (definition.get("items") or {}).get("list")
        if name in lists:
            codes_by_question[definition["path"]] = {row["name"]: row.get("code") or "" for row in lists[name]}
    return codes_by_question


def _category_traits(cards: Sequence[Text]) -> dict[str, float]:
    """Traits told:01 and told:0101 of the categories that are told."""
    return {f"told:{code}": 1.0 for card in cards for code in (card.category, card.category2) if code}


def _logistic(chance: Random) -> float:
    odds = chance.random()
    return math.log(odds / (1 - odds)) if 0 < odds < 1 else 0.0


def _figure(amount: float, rule: Mapping[str, Any]) -> str:
    """A number as people type it: whole, in steps, or with the digits the question asks for."""
    if "digits" in rule:
        return f"{amount:.{rule['digits']}f}".rstrip("0").rstrip(".")
    step = rule.get("step", 1)
    return str(max(step, round(amount / step) * step) if "step" in rule else round(amount))


def facts_of(firm: Any, *, visited_on: str, mode: str) -> dict[str, Any]:
    """What a tendency may take of a firm on the name list and of its visit's plan."""
    return {
        "section": firm.section,
        "division": firm.division,
        "size_class": firm.size_class if firm.size_class != "unknown" else "small",
        "control": firm.control,
        "flags": firm.flags,
        "founded": firm.founded,
        "staff": firm.staff,
        "revenue": firm.revenue,
        "contact": firm.contact,
        "contact_phone": firm.contact_phone,
        "visited_on": visited_on,
        "mode": mode,
        "trade": trades()[firm.division].words[0],
    }
