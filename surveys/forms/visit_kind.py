"""A kind of visits (记录类型): its names, its words in both languages, its form and its rules."""

from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue]
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from surveys.forms.texts import _l
from surveys.planning.campaigns.registers import registers
from surveys.planning.campaigns.visit_kinds import CHANGEABLE, STARTERS, WORDS, VisitKind

OWN_FORM = ""  # the choice of a form of its own


def starter_names() -> dict[str, str]:
    names = (_("the desk alone"), _("deputies themselves, and the desk"))
    return dict(zip(STARTERS, names, strict=True))


def subject_names(language: str) -> dict[str, str]:
    """The registers by key: what a kind of records may hang on."""
    return {register.key: register.name(language) for register in registers()}


class VisitKindForm(FlaskForm):
    """Used to add a kind and to change one."""

    label = StringField(_l("Name of the kind"), validators=[InputRequired(_l("Give the kind a name.")), Length(max=40)])
    label_en = StringField(_l("Name of the kind in English"), validators=[Length(max=60)])
    visited = StringField(
        _l("What is visited, or the place"), validators=[InputRequired(_l("Give the word.")), Length(max=20)]
    )
    measure = StringField(_l("Counted in"), validators=[InputRequired(_l("Give the word.")), Length(max=10)])
    visiting = StringField(_l("What one does"), validators=[InputRequired(_l("Give the word.")), Length(max=20)])
    visited_en = StringField(_l("What is visited, in English"), validators=[Length(max=40)])
    visiteds_en = StringField(_l("Several of them, in English"), validators=[Length(max=40)])
    visiting_en = StringField(_l("What one does, in English"), validators=[Length(max=40)])
    form_of = SelectField(_l("Questionnaire"))
    starts = SelectField(_l("Who may start one"))
    hangs_on = SelectMultipleField(_l("Hangs on"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())
    opens_on = DateField(_l("Started from"), validators=[Optional()])
    closes_on = DateField(_l("Started until"), validators=[Optional()])
    most_a_day = IntegerField(_l("At most a day for each deputy"), validators=[Optional(), NumberRange(1, 200)])

    def offer(self, kinds: list[VisitKind], own: VisitKind | None, language: str) -> None:
        """The choices of its lists; a form is shared with a kind that has one of its own."""
        sources = [kind for kind in kinds if kind is not own and not kind.form_of]
        self.form_of.choices = [SelectChoice(OWN_FORM, _("a form of its own"))]
        self.form_of.choices += [
            SelectChoice(kind.key, _("that of “%(name)s”", name=kind.name(language))) for kind in sources
        ]
        for field, names in (
            (self.starts, starter_names()),
            (self.hangs_on, subject_names(language)),
        ):
            field.choices = [SelectChoice(*pair) for pair in names.items()]

    def validate_closes_on(self, field: DateField) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_("The last day is before the first. Correct one of the two."))

    def values(self) -> dict[str, Any]:
        """What `add_kind` and `edit_kind` take. An English word that was left empty is the Chinese one."""
        values = {name: self[name].data for name in CHANGEABLE}
        words = {name: (self[name].data or "").strip() for name in WORDS}
        for name in WORDS:
            words[name] = words[name] or words[name.removesuffix("_en").replace("visiteds", "visited")]
        texts = {"label": values["label"].strip(), "label_en": (values["label_en"] or "").strip() or None}
        return values | texts | {"form_of": values["form_of"] or None, "words": words}


def data_of(kind: VisitKind) -> dict[str, Any]:
    """A kind as its form shows it."""
    words = kind.own_words()
    values = {name: getattr(kind, name) for name in CHANGEABLE} | {name: words[name] for name in WORDS}
    return values | {"form_of": kind.form_of or OWN_FORM}
