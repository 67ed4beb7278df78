"""A campaign's own facts: title, period, office, notice, settings."""

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue]
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from surveys.forms.texts import _l
from surveys.planning.campaigns.campaigns import KINDS, MEDIA_KINDS

SIGN_OFFS = ("征求意见", "会签", "主任会议")


def kind_names() -> dict[str, str]:
    """The kinds in the language of the page."""
    english = (
        _("Thematic investigation"),
        _("Law enforcement check"),
        _("Inspection tour"),
        _("Activities on a theme"),
        _("Reception"),
        _("Standing collection"),
        _("Request for opinions"),
    )
    return dict(zip(KINDS, english, strict=True))


class CampaignForm(FlaskForm):
    """Used to make a campaign and to change it."""

    preset = HiddenField()
    row_version = HiddenField()
    title = StringField(_l("Title"), validators=[InputRequired(_l("Give the campaign a title.")), Length(max=200)])
    title_en = StringField(_l("Title in English"), validators=[Length(max=200)])
    kind = SelectField(_l("Kind"))
    unit_code = SelectField(_l("Organizing unit"))
    starts_on = DateField(_l("First day of visits"), validators=[InputRequired(_l("Give the first day."))])
    ends_on = DateField(_l("Last day of visits"), validators=[InputRequired(_l("Give the last day."))])
    office = StringField(
        _l("Office in charge"), validators=[InputRequired(_l("Deputies see this name.")), Length(max=100)]
    )
    office_phone = StringField(_l("Its phone"), validators=[Length(max=40)])
    topic = TextAreaField(_l("Topic and aim"), validators=[Length(max=4000)])

    def validate_ends_on(self, field: DateField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day is before the first. Correct one of the two."))


class CampaignSettingsForm(CampaignForm):
    """The same with what can wait: notice, media, suppression, sign-offs."""

    notice = TextAreaField(_l("Notice read out before a visit"), validators=[Length(max=8000)])
    notice_version = StringField(_l("Version of the notice"), validators=[Length(max=40)])
    media = BooleanField(_l("Photo, position and signature may be taken (never required)"))
    media_kinds = SelectMultipleField(
        _l("Of these, when they may be taken"),
        choices=[SelectChoice(word) for word in MEDIA_KINDS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    smallest_cell = IntegerField(
        _l("Counts below this are hidden in what leaves the office"), validators=[Optional(), NumberRange(0, 100)]
    )
    words_from = IntegerField(
        _l("Percentages are written from this many answers on"), validators=[Optional(), NumberRange(1, 1000)]
    )
    reply_days = IntegerField(_l("Days a department has to reply"), validators=[Optional(), NumberRange(1, 730)])
    contact_months = IntegerField(
        _l("Months after the hand-over until contacts are removed"), validators=[Optional(), NumberRange(1, 120)]
    )
    sign_offs = SelectMultipleField(
        _l("Sign-offs needed before the report is final"),
        choices=[SelectChoice(word) for word in SIGN_OFFS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def validate_media_kinds(self, field: SelectMultipleField) -> None:
        if self.media.data and not field.data:
            raise ValidationError(
                _("Nothing is ticked that may be taken. Tick at least one kind, or take the tick above away.")
            )
