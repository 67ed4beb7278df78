"""The settings of the timed backup: folder, hour, how many stay, key or passphrase file."""

from typing import cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    IntegerField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue]
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange


def _l(text: str) -> str:
    """A text in the language of whoever is shown it."""
    return cast("str", lazy_gettext(text))


class BackupPlanForm(FlaskForm):
    """Whether they work is found out when they are kept: the folder is written to, the key is read."""

    folder = StringField(_l("Folder for backups"), validators=[InputRequired(_l("Type the folder.")), Length(max=300)])
    hour = SelectField(
        _l("Hour"), coerce=int, choices=[SelectChoice(hour, f"{hour:02}:00") for hour in range(24)], default=7
    )
    keep = IntegerField(
        _l("How many are kept"),
        validators=[InputRequired(_l("Type a number.")), NumberRange(1, 400, _l("From 1 to 400."))],
        default=30,
    )
    recipient = StringField(_l("Public key"), validators=[Length(max=100)])
    passphrase_file = StringField(_l("Passphrase file"), validators=[Length(max=300)])
