"""The indicators that a sentence names (所指指标). Pure.

Rule    a longer name leaves no room for a shorter one of the same unit inside it; a choice that several questions offer is that of
        the question whose wording stands in the sentence, else of the first; a name of two characters counts where firms or a
        figure follow it at once. `…` in a name stands for a few words, `……` for more.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from reports.checking.stated_figures import same_family
from reports.checking.table import Entry

_GAP = {"…": r"[^，。；！？、\d不]{0,6}", "……": r"[^，。；！？\d不]{0,20}"}


_ENDS = {"high": "low", "low": "high"}


class Mention(NamedTuple):
    """An indicator named in a sentence, from `start` to `end`; `exact` is false for a name with words in between."""

    entry: Entry
    start: int
    end: int
    exact: bool


class Namer:
    """Finds the names of a table's entries in sentences."""

    def __init__(self, entries: Sequence[Entry], visited: str) -> None:
        self.entries = entries
        self.by_name: dict[str, list[Entry]] = defaultdict(list)
        self.with_gap: list[tuple[re.Pattern[str], Entry]] = []
        self.scattered: list[tuple[Entry, list[re.Pattern[str]]]] = []
        for entry in entries:
            for name in entry.names:
                if "…" in name:
                    self.with_gap.append((_with_gap(name), entry))
                else:
                    self.by_name[name].append(entry)
            self.scattered.append((entry, [_apart(name) for name in entry.names if len(name) >= 4 and "…" not in name]))
        by_key = {entry.key: entry for entry in entries}
        self.topics: set[tuple[str, str]] = set()
        self.other_end: dict[str, tuple[Entry, str]] = {}
        for entry in entries:
            stem, _, end = entry.key.rpartition(".")
            other = by_key.get(f"{stem}.{_ENDS.get(end, '')}")
            if other is not None:
                pairs = zip(entry.label, other.label, strict=False)
                topic = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
                self.other_end[entry.key] = other, other.label[topic:]
                self.topics.add((entry.label[:topic], entry.label[topic:].removeprefix("不")))
        counter = r"(?:的|者)?(?:受访)?(?:" + re.escape(visited) + r"|业|类|行业)?(?:的)?"
        self.short_name_end = re.compile(rf"{counter}(?:\d|占|为|有|※|（|[近超约逾]|{re.escape(visited)})|的")

    def mentions(self, sentence: str) -> list[Mention]:
        """The indicators named, in order; those of one name with the likeliest question first."""
        named = self._named(sentence)
        longest = [one for one in named if not any(_covers(other, one) for other in named)]
        longest = _by_question(longest, sentence)
        known_keys = {mention.entry.key for mention in named}
        for entry, patterns in self.scattered:
            if entry.key not in known_keys and not any(name in sentence for name in entry.names):
                place = next((match.span() for pattern in patterns if (match := pattern.search(sentence))), None)
                if place and not any(m.start < place[1] and place[0] < m.end for m in longest):
                    longest.append(Mention(entry, *place, False))
        return sorted(longest, key=lambda mention: (mention.start, -mention.end))

    def _named(self, sentence: str) -> list[Mention]:
        mentions: list[Mention] = []
        for name, entries in self.by_name.items():
            start = sentence.find(name)
            while start >= 0:
                end = start + len(name)
                for entry in entries:
                    if self._stands(entry, name, sentence, start, end):
                        mentions.append(Mention(entry, start, end, True))
                start = sentence.find(name, start + 1)
        for pattern, entry in self.with_gap:
            mentions += [Mention(entry, *match.span(), True) for match in pattern.finditer(sentence)]
        return [*mentions, *self._other_ends(mentions, sentence)]

    def _other_ends(self, mentions: Sequence[Mention], sentence: str) -> list[Mention]:
        """The other end of a scale, named without its question: 对政务服务满意的占59.1%，不满意的占6.5%."""
        other_ends: list[Mention] = []
        for mention in mentions:
            other, word = self.other_end.get(mention.entry.key, (None, ""))
            if other is not None:
                marks = re.finditer(rf"(?<=[，、；和])(?:表示|持)?{re.escape(word)}", sentence[mention.end :])
                other_ends += [Mention(other, mention.end + m.start(), mention.end + m.end(), True) for m in marks]
        return other_ends

    def _stands(self, entry: Entry, name: str, sentence: str, start: int, end: int) -> bool:
        if not entry.question:
            return True
        if any(name in topic and word in sentence for topic, word in self.topics):
            return False  # 政务服务 in 对政务服务表示满意 is no choice
        if len(name) > 2:
            return True
        clause = re.split("[，；。]", sentence[:start])[-1]
        if not entry.parts and sentence[end : end + 1] in tuple("，。；") and re.search(r"[\d成半]|分之", clause):
            return True
        is_listed = "分别" in sentence and sentence[end : end + 1] in tuple("、和及与")
        return bool(self.short_name_end.match(sentence, end)) or is_listed


def _with_gap(name: str) -> re.Pattern[str]:
    return re.compile("".join(_GAP.get(part) or re.escape(part) for part in re.split("(…+)", name)))


def _apart(name: str) -> re.Pattern[str]:
    """A name of four or more with a word in between: 走访企业 in 走访民营企业."""
    half = len(name) // 2
    return re.compile("[^，。；！？\\d]{0,2}".join(map(re.escape, (name[:half], name[half:]))))


def _covers(other: Mention, one: Mention) -> bool:
    is_longer = other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
    return is_longer and (same_family(one.entry.unit, other.entry.unit) or one.entry.unit == other.entry.unit)


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def _by_question(mentions: list[Mention], sentence: str) -> list[Mention]:
    """Of choices with one name, the one whose question the sentence words, and behind it the first of them."""
    by_place: dict[tuple[int, int], list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_place[mention.start, mention.end].append(mention)
    chosen: list[Mention] = []
    sentence_pairs = _pairs(sentence.replace("首位", "第一位"))
    for group in by_place.values():
        choices = [mention for mention in group if mention.entry.question]
        if len(choices) > 1:
            scores = [
                _worded(mention.entry.question, [m.entry.question for m in choices], sentence_pairs)
                for mention in choices
            ]
            best = max(range(len(choices)), key=lambda place: (scores[place], -place))
            best = best if scores[best] >= 0.5 else 0
            choices = list(dict.fromkeys((choices[best], choices[0])))
        chosen += [*choices, *(mention for mention in group if not mention.entry.question)]
    return chosen


def _worded(question: str, others: Sequence[str], said: set[str]) -> float:
    """How much of what tells a question from the others stands in the sentence, from 0 to 1."""
    own = _pairs(question) - set().union(*(_pairs(other) for other in others if other != question))
    return len(own & said) / len(own) if own else 0.0
