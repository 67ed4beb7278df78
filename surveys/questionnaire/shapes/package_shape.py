"""The compiled questionnaire as server, phone and report read it: every key that a package has, and what it means.

It travels and is stored as the JSON of exactly these keys, and its hash names it for ever: a key is added, never renamed, and
never read in another sense. Touches nothing; `package.py` makes it, tests/surveys/questionnaire/test_package_shape.py holds
both together.
"""

from typing import Any, Literal, NotRequired, TypedDict, final

# A rule as a syntax tree, arrays within arrays (`expressions.py` reads it, `expression_functions.mjs` runs it on the phone):
#   ["n", 3]  ["s", "text"]                          a number, a text
#   ["neg", a]  [operator, a, b]                     or and = != < <= > >= + - * div mod, and | for node sets
#   ["f", name, …arguments]                          a call
#   ["f", "indexed", ["n", of], repeat, number, …]   indexed-repeat(): a definition, then pairs of ["n", repeat] and tree
#   ["p", start, [[axis, name, [tests]], …]]         a path; start is "/", "." or a tree; a test is a tree
# Axes: child, self, parent, before, after, within, filter (tests alone).
Tree = list[Any]
Rule = Tree | Literal[True]  # True: always so
Words = str | list[Any]  # a text; with answers in it, a list of texts and of rules that give texts

Row = dict[str, str]  # a choice: name, label (an id of a text), code, image, audio, and every column that the list has
FactRow = dict[str, str]  # a row of the sheet `diaoyan`: those of `fact_sheet.COLUMNS` that are filled in


class Language(TypedDict):
    code: str  # zh-CN
    name: str  # as people call it


@final
class ListItems(TypedDict):
    """The choices of a question that come from a list."""

    filter: NotRequired[list[Tree]]  # what a row has to pass; `.` is the row
    list: str  # a key of `sec`; the last here, since it is also the name of a type


@final
class NodeItems(TypedDict):
    """The choices of a question that come from the answers of a repeat."""

    nodes: Tree  # the instances
    value: str  # the question in them whose answer is the choice
    label: str  # the question in them whose answer is its label


class SharedDefinition(TypedDict):
    """What server and phone both have of a group, a repeat or a question."""

    name: str
    kind: Literal["group", "repeat", "field"]
    par: int  # the definition that it stands in; -1 of the form
    type: NotRequired[
        str
    ]  # of a field: XLSForm's type, or the fact that is filled in by itself (start, end, today, username …)
    default: NotRequired[str]  # the answer that a new visit begins with
    preload: NotRequired[str]  # the fact that fills it in, the same as `type`
    control: NotRequired[str]  # XForms' element that asks it; without one nobody is asked
    appearance: NotRequired[str]  # words of XLSForm on how it looks
    params: NotRequired[dict[str, str]]  # start, end, step, rows, max-pixels, quality …
    media: NotRequired[dict[str, str]]  # image, big-image, audio → id of a text: the name of an attached file
    label: NotRequired[str]  # ids of texts, this one and the four below
    hint: NotRequired[str]
    guidance: NotRequired[str]  # the longer explanation
    cmsg: NotRequired[str]  # what is said where the constraint does not hold
    rmsg: NotRequired[str]  # what is said where an answer is missing
    relevant: NotRequired[Tree]  # whether it is open
    required: NotRequired[Rule]
    readonly: NotRequired[Rule]
    constraint: NotRequired[Tree]
    calculate: NotRequired[Tree]
    count: NotRequired[Tree]  # of a repeat: how many instances; without one people add them
    items: NotRequired[ListItems | NodeItems]


class Definition(SharedDefinition):
    """A group, a repeat or a question. It is named everywhere by its place in `defs`; the first is the form itself."""

    path: str  # from the form on, without its name and without numbers of instances: /site/line/cap
    kids: NotRequired[list[int]]  # what stands in it, in order


class PhoneDefinition(SharedDefinition):
    """A definition as a page carries it: without what the phone can put together itself."""

    path: NotRequired[str]
    kids: NotRequired[list[int]]


Property = Literal["relevant", "required", "readonly", "constraint", "calculate", "count", "items"]


class AtBegin(TypedDict):
    """Sets an answer when a visit begins (first) or an instance is added (repeat)."""

    on: Literal["first", "repeat"]
    ref: int  # the definition that is set
    value: Tree


class OnChange(TypedDict):
    """Sets an answer when another one changes."""

    on: Literal["changed"]
    by: int  # the definition whose answer changes
    ref: int
    value: Tree


Action = AtBegin | OnChange


class Names(TypedDict):
    """What dates are put into words with."""

    months: list[str]
    weekdays: list[str]  # Sunday first


class FactTable(TypedDict):
    """A table of the report."""

    table: str  # T1
    section: str  # a key of the outline
    title: dict[str, str]  # by language


class Facts(TypedDict):
    """What the answers mean to the report and to the visit: the sheets `diaoyan` and `diaoyan_tables`."""

    rows: list[FactRow]
    tables: list[FactTable]


class AttachedFile(TypedDict):
    """A file that came with the form; its bytes are stored under the hash."""

    name: str
    hash: str
    size: int
    type: str  # text/csv, image/png …
    use: str  # list, or the column that shows it


class ListFile(TypedDict):
    """A list that travels in a file of its own (`ListPart`)."""

    hash: str
    rows: int  # how many


class Compiled(TypedDict):
    """What server and phone both have of a questionnaire."""

    v: int  # of this shape
    title: str
    form_id: str
    version: str  # what the workbook calls it
    languages: list[Language]  # the first is the default; on a phone there is one
    itext: dict[str, dict[str, Words]]  # language → id → text; on a phone without what stands in the page already
    acts: list[Action]
    names: Names
    messages: dict[str, dict[str, str]]  # zh, en → kind of problem (or type of question) → what it says
    order: list[list[int | str]]  # [definition, property]: the rules in the order in which they are worked out
    aff: dict[str, list[int]]  # definition → places in `order` that its answer makes stale
    rounds: int  # how often the order is gone through at most
    instance_name: NotRequired[Tree]  # what a visit that is filled in is called
    attachments: NotRequired[list[AttachedFile]]
    parts: NotRequired[dict[str, ListFile]]  # the lists that travel by themselves


class Package(Compiled):
    """A compiled questionnaire."""

    defs: list[Definition]
    sec: dict[str, list[Row]]  # choice lists and look-up tables by name
    facts: Facts


class ListPart(TypedDict):
    """A long list as it travels by itself."""

    rows: list[Row]
    itext: dict[str, dict[str, Words]]
    list: str  # its name


class PhoneFacts(TypedDict):
    rows: list[FactRow]  # those that a phone works with, with the columns it needs


class PhonePackage(Compiled):
    """A package as a form page carries it, in one language; `form_package.mjs` makes a package of it again."""

    defs: list[PhoneDefinition]
    sec: dict[
        str, dict[str, list[Any]]
    ]  # list → column → cells, null where a row has none; labels as texts, not as ids
    facts: PhoneFacts


TextKey = Literal["label", "hint", "guidance", "cmsg", "rmsg"]
NO_FACTS: Facts = {"rows": [], "tables": []}


def list_of(definition: SharedDefinition) -> str:
    """The list that a question takes its choices from; empty where it has none."""
    items = definition.get("items")
    return items["list"] if items and "list" in items else ""
