"""A sentence for people in both languages, and the two sentences of a fault: its cause and its remedy."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people in both languages; `{name}` stands for a value of the fault."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a kind of fault says."""

    cause: Text
    remedy: Text


class Kind(Enum):
    """Kinds of faults, one member each, its value a `Wording`. Names are stable: pages and tests refer to them."""

    @property
    def code(self) -> str:
        return self.name.lower()
