"""What is handed in, as JSON: the content of one version of a visit and the parts that it names (receiving.md 2).

Phone and server write exactly these keys, `clock` and `parts` always; the bytes are kept as they came, never written anew. Touches nothing.
"""

from typing import Literal, NotRequired, TypedDict


class PartEntry(TypedDict):
    """A picture, sound or file that an answer names; its bytes travel by themselves."""

    name: str  # the answer that names it
    path: str | None  # the question
    sha256: str
    size: int
    type: str | None  # image/jpeg …


class Beside(TypedDict, total=False):
    """What a version says besides its answers; each is left out where it is empty."""

    present: list[str]  # the deputies who went
    replies: dict[str, str]  # what is answered to the office, by question
    entered: str  # where staff filled in for a deputy: from paper, or as told
    reason: str  # why staff put a version right


class VisitContent(Beside):
    """One version of a visit."""

    format: Literal["diaoyan-visit/1"]
    visit: str
    base: str | None  # hash of the version it was made from; none of the first
    questionnaire: str  # hash of the package
    outcome: str  # visited, refused, not_found, closed, other
    clock: NotRequired[str]  # the moment that rules read as now, with its offset
    answers: dict[str, str]  # path → text of every open question that has an answer, calculations too
    repeats: NotRequired[dict[str, int]]  # path of a repeat → how many instances
    parts: NotRequired[list[PartEntry]]
    merges: NotRequired[list[str]]  # hashes of versions that stood beside its base and are taken into it
