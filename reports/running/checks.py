"""One thing that the doctor looked at. Touches nothing."""

from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.sheets.faults import Text

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: its name, whether it is well, its status, how to mend it (empty when it is well)."""

    what: str
    ok: bool
    status: Text
    remedy: Text = NOTHING
    required: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "ok": self.ok,
            "required": self.required,
            "found": {"zh": self.status.zh, "en": self.status.en},
            "remedy": {"zh": self.remedy.zh, "en": self.remedy.en},
        }
