"""What a running sentence says in place of a number that is not told (不予列示). Pure; touches nothing.

Takes   the pieces of a text in order: words, and figures of which some are withheld.
Gives   as many pieces in the same order. The clause around a withheld number becomes one that an office would print:
        “闲置面积合计（略）平方米，平均已闲置（略）个月” → “闲置厂房面积的合计数、已闲置的平均月数因样本过少不予列示”.
A clause that tells another figure as well keeps its words; there the number alone is replaced. A figure that stands by
itself, as in a cell of a table, is no sentence and stays as it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

FEW = "因样本过少不予列示"
GIVES_AWAY = "按规定不予列示"  # it is not small itself: it would give a small one away
_ENDS = "，。；：、！？（）()\n"
_CLOSING = re.compile(rf"[{re.escape(_ENDS)}]")
_OPENING = re.compile(rf".*[{re.escape(_ENDS)}]", re.DOTALL)
_UNIT = re.compile(r"^(?:平方米|个月|万元|亿元|人次|[元人天年月次分家件条])")
_BETWEEN = ("，", "、", "；")


@dataclass(frozen=True, slots=True)
class Omission:
    """What is not told: the matter (闲置厂房面积) and what of it (的合计数); `few`: it rests on too few itself."""

    matter: str
    part: str
    few: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, or a figure with its key."""

    text: str
    key: str = ""
    omission: Omission | None = None


def as_sentences(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces with every withheld number said in words."""
    sentence = list(pieces)
    if len(sentence) < 2:
        return sentence
    places = [place for place in range(len(sentence)) if sentence[place].omission and _is_alone(sentence, place)]
    for place, piece in enumerate(sentence):
        if piece.omission and place not in places:
            sentence[place] = replace(piece, text=f"（{_reason([piece.omission])}）")
            if place + 1 < len(sentence):
                sentence[place + 1] = replace(sentence[place + 1], text=_UNIT.sub("", sentence[place + 1].text))
    for place in places:
        if place:
            opening = _OPENING.match(sentence[place - 1].text)
            sentence[place - 1] = replace(sentence[place - 1], text=opening[0] if opening else "")
        if place + 1 < len(sentence):
            end = _CLOSING.search(sentence[place + 1].text)
            sentence[place + 1] = replace(
                sentence[place + 1], text=sentence[place + 1].text[end.start() :] if end else ""
            )
    for run in _side_by_side(sentence, places):
        _say_together(sentence, run)
    return sentence


def _is_alone(pieces: Sequence[Piece], place: int) -> bool:
    """Whether no other figure stands in the clause of this one."""
    before = pieces[place - 1] if place else None
    after = pieces[place + 1] if place + 1 < len(pieces) else None
    is_first = before is None or (not before.key and (place == 1 or _OPENING.match(before.text) is not None))
    is_last = after is None or (not after.key and (place + 2 >= len(pieces) or _CLOSING.search(after.text) is not None))
    return is_first and is_last


def _side_by_side(pieces: Sequence[Piece], places: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for place in places:
        if run and not (place == run[-1] + 2 and pieces[place - 1].text in _BETWEEN):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _say_together(pieces: list[Piece], run: Sequence[int]) -> None:
    """甲的合计数、平均数因样本过少不予列示: what several clauses would say again is said once."""
    omissions = [piece.omission for place in run if (piece := pieces[place]).omission]
    matter = ""
    for place, one in zip(run, omissions, strict=True):
        words = one.part.removeprefix("的") if one.matter == matter else one.matter + one.part
        matter = one.matter
        pieces[place] = replace(pieces[place], text=words + (_reason(omissions) if place == run[-1] else ""))
        if place != run[-1]:
            pieces[place + 1] = replace(pieces[place + 1], text="、")


def _reason(omissions: Sequence[Omission]) -> str:
    return FEW if any(one.few for one in omissions) else GIVES_AWAY
