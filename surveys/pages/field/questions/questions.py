"""One questionnaire page as the template shows it: each question with its error, its echo, the desk's remark, what stood before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveys.fieldwork.filling.fillings import Filling
from surveys.fieldwork.filling.trials import Trial
from surveys.fieldwork.reviewing.personal_numbers import holds_number
from surveys.forms.answer_fields import fault_of, field_id, is_position
from surveys.pages.field import texts
from surveys.pages.field.questions import media
from surveys.pages.field.questions.choice_layout import Layout, layout_of
from surveys.pages.field.questions.long_lists import LongList, with_search
from surveys.pages.field.questions.media import MediaShown
from surveys.pages.field.texts import say, say_number
from surveys.questionnaire.facts.facts import fact_row
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.state.ranges import bounds_of
from surveys.questionnaire.views.definition import Choice, PageView, QuestionView
from surveys.questionnaire.views.summary import place_words

READ_ALOUD = 40  # a note longer than this is set as something to be read aloud
WARNING_SIGN = "⚠"


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question with everything around it. `kind` of a note: lead, read, warning."""

    question: QuestionView
    id: str
    kind: str
    label: str
    error: str
    echo: str
    choices: list[Choice]
    stale: frozenset[str]
    layout: Layout
    remarks: list[str] = field(default_factory=list)
    reply: str = ""  # what is answered to them so far
    before: str = ""  # the answer that was returned, as people read it
    described_by: str = ""
    from_attendance: bool = False
    source: str = "assignment"  # what gives a read-only answer: assignment, attendance, or the form itself
    media: MediaShown | None = None  # of a picture, sound, file or place
    label_media: list[tuple[str, str, str]] = field(default_factory=list)  # (image or audio, name, address or empty)
    long: LongList | None = None
    position: str = ""  # of a place that was read by a phone, as people say it
    holds_number: bool = False  # of an ID or a bank card, which nobody asked for

    @property
    def given_by(self) -> str:
        return "attendance" if self.from_attendance else self.source

    @property
    def shows_unit(self) -> bool:
        """Units are the workbook's own words: where they are not in the page's language, the label has them."""
        return texts.is_chinese() or self.question.measured_in.isascii()

    @property
    def has_error(self) -> bool:
        return bool(self.error)


def shown_page(
    filling: Filling | Trial,
    form: FormState,
    view: PageView,
    *,
    strict: bool,
    file_faults: Mapping[str, str] | None = None,
    looked_for: Mapping[str, str] | None = None,
) -> list[ShownQuestion]:
    """The questions of a page. `strict`: what is missing is an error too, not only what is wrong. `file_faults`: path → what was
    wrong with a file that was brought just now; `looked_for`: path → what was looked for in its list."""
    remarks: dict[str, list[str]] = {}
    for remark in filling.remarks():
        if remark.path:
            remarks.setdefault(remark.path, []).append(remark.text)
    before = _answers_before(filling) if remarks else {}
    replies = filling.draft.replies if filling.draft else {}
    questions = [
        _shown(
            form,
            question,
            (file_faults or {}).get(question.path, "") or _error(question, strict),
            remarks.get(question.path, []),
            before,
            replies.get(question.path, ""),
            media.media_of(filling, question),
            media.label_media(filling, form, question),
            layout_of(question, media.attached_address(filling)),
            has_number(question, filling.clock()),
        )
        for question in view.questions
    ]
    return [
        with_search(form.package, form.node(path).index, one, (looked_for or {}).get(path, ""))
        for path, one in ((one.question.path, one) for one in questions)
    ]


def _error(question: QuestionView, strict: bool) -> str:
    if question.relevant and (strict or question.problem not in (None, "required")):
        return error_text(question)
    return ""


def _answers_before(filling: Filling | Trial) -> Mapping[str, str]:
    return filling.head["answers"] if filling.head else {}


def _shown(
    form: FormState,
    question: QuestionView,
    error: str,
    remarks: list[str],
    before: Mapping[str, str],
    reply: str,
    of_media: MediaShown | None,
    of_label: list[tuple[str, str, str]],
    layout: Layout,
    number: bool,
) -> ShownQuestion:
    own = field_id(question.path)
    error = error or fault_text(question)
    choices, stale = _choices(form, question)
    echo = echo_of(question)
    earlier = before.get(question.path, "") if remarks else ""
    lines = (("h", question.hint), ("c", remarks), ("e", error), ("s", number), ("u", echo))
    described_names = [name for name, there in lines if there]
    return ShownQuestion(
        question=question,
        id=own,
        kind=_note_kind(form, question) if question.type == "note" else "question",
        label=question.label.removeprefix(WARNING_SIGN).strip(),
        error=error,
        echo=echo,
        choices=choices,
        stale=stale,
        layout=layout,
        remarks=remarks,
        reply=reply,
        before=readable(form, question, earlier) if earlier and earlier != question.raw else "",
        described_by=" ".join(f"{own}-{name}" for name in described_names),
        from_attendance=_is_attendance(form, question),
        source="assignment" if fact_row(form.package, question.path).get("preload") else "form",
        media=of_media,
        label_media=of_label,
        position=_position(question),
        holds_number=number,
    )


def has_number(question: QuestionView, clock: str) -> bool:
    """Whether a text holds the number of an ID or a bank card that the question does not ask for: it is said, and stops nothing."""
    is_text = question.type == "text" and question.relevant and not question.readonly
    return is_text and holds_number(question.raw, question.label, clock[:10])


def _is_attendance(form: FormState, question: QuestionView) -> bool:
    """Whether the answer is who went, or follows from it: it is changed where that is chosen."""
    return question.readonly and str(fact_row(form.package, question.path).get("means", "")).startswith("attendance")


def error_text(question: QuestionView) -> str:
    """What is wrong with an answer, in words."""
    if question.problem is None:
        return ""
    general = {
        "required": say("This is still missing."),
        "type": _type_text(question.type),
        "choice": say("This choice is no longer offered. Please choose again."),
        "constraint": say("This answer does not fit."),
    }
    return question.message or general[question.problem]


def fault_text(question: QuestionView) -> str:
    """What is wrong with an answer that no rule of the form judges: a place, or a number outside its bounds."""
    match fault_of(question):
        case "long":
            return texts.too_long()
        case "place":
            return texts.no_place()
        case "nowhere":
            return texts.nowhere()
        case "number":
            return say("Please type a number.")
        case "bounds":
            return say("Please give a number from %(least)s to %(most)s.", **_bounds(question))
        case "step":
            return say(
                "From %(least)s to %(most)s in steps of %(step)s: please give one of these.", **_bounds(question)
            )
    return ""


def _bounds(question: QuestionView) -> dict[str, str]:
    return dict(zip(("least", "most", "step"), bounds_of(question.parameters) or ("", "", ""), strict=True))


def _type_text(kind: str) -> str:
    if kind == "integer":
        return say("Please type a whole number.")
    if kind == "decimal":
        return say("Please type a number.")
    return say("Please type a date.") if kind == "date" else say("This cannot be read.")


def _choices(form: FormState, question: QuestionView) -> tuple[list[Choice], frozenset[str]]:
    """What is offered; and what is still ticked though it is offered no longer: nothing is lost in silence."""
    offered = {choice.name for choice in question.choices}
    if question.type not in ("select_one", "select_multiple", "rank"):
        return question.choices, frozenset()
    stale = [word for word in question.raw.split() if word not in offered] if question.relevant else []
    more = [Choice(word, form.choice_label(question.path, word) or word, None) for word in stale]
    return [*question.choices, *more], frozenset(stale)


def _note_kind(form: FormState, question: QuestionView) -> str:
    definition = form.package["defs"][form.node(question.path).index]
    return note_kind(form.package, question, always="relevant" not in definition)


def note_kind(package: Package, question: QuestionView, *, always: bool) -> str:
    """A note with ⚠ before it is a remark on the answers; a long one that always stands is to be read aloud, unless the sheet says
    that it is the notice: that was read aloud at the start already."""
    label = question.label
    if fact_row(package, question.path.replace("[]", "")).get("means") == "notice":
        return "said"
    if label.startswith(WARNING_SIGN):
        return "warning"
    return "read" if always and len(label) > READ_ALOUD else "lead"


def echo_of(question: QuestionView) -> str:
    """What was typed, read back: an amount in yuan, a date with its weekday, how much was written or ticked."""
    raw = question.raw
    if question.type == "date":
        return texts.day_read_back(raw) if raw else ""
    if question.type in ("integer", "decimal") and "万元" in question.measured_in:
        return texts.amount_in_yuan(raw) if raw else ""
    if question.type == "text" and question.max_length and question.template == "multiline":
        return count_text(len(raw), question.max_length)
    if question.type == "select_multiple":
        number = len(raw.split())
        return say_number("%(number)d ticked", "%(number)d ticked", number) if number else ""
    if question.type == "rank" and raw:
        labels = {choice.name: choice.label for choice in question.choices}
        lines = enumerate((labels.get(word, word) for word in raw.split()), 1)
        return say("Your order: %(order)s", order=say("; ").join(f"{number}. {label}" for number, label in lines))
    return ""


def count_text(length: int, most: int) -> str:
    if length > most:
        return say("%(written)d characters, %(over)d too many", written=length, over=length - most)
    if length >= most * 0.9:
        return say("%(written)d characters, %(left)d left: nearly full", written=length, left=most - length)
    return say("%(written)d characters, %(left)d left", written=length, left=most - length)


def _position(question: QuestionView) -> str:
    is_read = question.type == "geopoint" and is_position(question.raw)
    return place_words(question.raw, texts.is_chinese()) if is_read else ""


def readable(form: FormState, question: QuestionView, raw: str) -> str:
    """A raw answer as people read it."""
    if question.type in ("select_one", "select_multiple", "rank"):
        return "、".join(form.choice_label(question.path, word) or word for word in raw.split())
    return f"{raw}{question.measured_in if texts.is_chinese() else ''}"


def faults(questions: Iterable[ShownQuestion]) -> list[ShownQuestion]:
    return [one for one in questions if one.has_error]
