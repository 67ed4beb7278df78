"""The card of a subject where its visit begins: facts, whom to see there, by when, and the liaison's telephone.

The contact is L3: whoever opens a filling is of the visit's own group, and no other page shows this card. A phone keeps it with the
visit, so that it stands there without a network too.
"""

from typing import NamedTuple

from surveys.fieldwork.filling.fillings import Filling
from surveys.pages.field import texts
from surveys.pages.field.texts import say


class Line(NamedTuple):
    label: str
    text: str
    telephone: str = ""


class Card(NamedTuple):
    lines: list[Line]
    liaison: str


def card_of(filling: Filling) -> Card:
    subject = filling.subject
    of_subject = (
        [
            Line(say("Address"), subject.address or subject.town or ""),
            Line(say("Contact"), subject.contact or "", subject.contact_phone or ""),
            Line(say("Credit code"), subject.uscc or ""),
        ]
        if subject
        else []
    )
    lines = [
        *of_subject,
        Line(say("District"), filling.area.label(texts.language()) if filling.area else ""),
        Line(say("Reference"), filling.visit.reference()),
        Line(say("Visit by"), texts.day_and_weekday(filling.deadline)),
    ]
    liaison = (filling.group.liaison_phone if filling.group else None) or ""
    return Card([line for line in lines if line.text or line.telephone], liaison)
