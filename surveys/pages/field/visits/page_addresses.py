"""The addresses of the questionnaire pages, for a visit or for a rehearsal of the organizer: the same pages for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from flask import url_for

from surveys.fieldwork.filling.drafts import RemovedEntry
from surveys.fieldwork.filling.fillings import Filling, save
from surveys.pages.field.frame import filling_of, page_address
from surveys.questionnaire.shapes.content_shape import PartEntry
from surveys.questionnaire.state.evaluation import FormState


class Walk(Protocol):
    """A filling with the addresses of its pages; `again` is the same after a change. `trial` is what a template says of a rehearsal, `desk` of staff
    who fill in for a deputy; None otherwise."""

    @property
    def filling(self) -> Any: ...

    @property
    def trial(self) -> Mapping[str, Any] | None: ...

    @property
    def desk(self) -> Mapping[str, Any] | None: ...

    def page(self, key: str, anchor: str = "", **more: Any) -> str: ...

    def check(self) -> str: ...

    def home(self) -> str: ...

    def again(self) -> "Walk": ...

    def keep(
        self,
        form: FormState,
        *,
        page: str,
        removed: RemovedEntry | None = None,
        parts: Sequence[PartEntry] | None = None,
        replies: Mapping[str, str] | None = None,
    ) -> None: ...


def with_anchor(address: str, anchor: str) -> str:
    """The address, at a place in the page."""
    return f"{address}#{quote(anchor)}" if anchor else address


@dataclass(frozen=True)
class FillingWalk:
    """A visit whose draft is kept on the server at each step."""

    filling: Filling
    trial: None = None

    def keep(
        self,
        form: FormState,
        *,
        page: str,
        removed: RemovedEntry | None = None,
        parts: Sequence[PartEntry] | None = None,
        replies: Mapping[str, str] | None = None,
    ) -> None:
        save(self.filling, form, page=page, removed=removed, parts=parts, replies=replies)


@dataclass(frozen=True)
class VisitWalk(FillingWalk):
    """A visit of the sender's group."""

    desk: None = None

    def page(self, key: str, anchor: str = "", **more: Any) -> str:
        return page_address(self.filling.visit_id, key, anchor, **more)

    def check(self) -> str:
        return url_for("field.check", visit_id=self.filling.visit_id)

    def home(self) -> str:
        return url_for("field.visits")

    def again(self) -> Walk:
        """The same visit as it stands after a change."""
        filling = filling_of(self.filling.visit_id)
        return VisitWalk(filling) if filling else self
