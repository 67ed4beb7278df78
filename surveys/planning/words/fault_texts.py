"""The sentences of a fault: cause and remedy in both languages, with its values. Touches the wording of faults."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from surveys.planning.words.visit_words import words_here
from surveys.questionnaire.sheets.faults import Text


class CauseAndRemedy:
    """The cause and remedy of a fault, from its `kind` (whose member holds a `Wording`) and the `values` they name."""

    __slots__ = ()
    if TYPE_CHECKING:
        kind: Any  # a member of a catalogue
        values: Any  # name → value, as its sentences have them

    @property
    def code(self) -> str:
        """Stable: pages and tests refer to it."""
        return self.kind.name.lower()

    def cause(self, language: str) -> str:
        return sentence(self.kind.value.cause, language, self.values)

    def remedy(self, language: str) -> str:
        return sentence(self.kind.value.remedy, language, self.values)


def sentence(text: Text, language: str, values: Mapping[str, Any]) -> str:
    """A sentence with its values; a value that is a `Text` is said in the same language."""
    english = language.startswith("en")
    words = {
        key: (value.en if english else value.zh) if isinstance(value, Text) else value for key, value in values.items()
    }
    return (text.en if english else text.zh).format_map({**words_here(language)._asdict(), **words})
