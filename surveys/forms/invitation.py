"""Inviting one person: account, name, role and unit."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from surveys.forms.texts import _l


class InvitationForm(FlaskForm):
    """The choices of unit and role are those the inviting person may give."""

    name = StringField(_l("Name"), validators=[InputRequired(_l("Type the name.")), Length(max=60)])
    username = StringField(
        _l("Account"),
        validators=[
            InputRequired(_l("Type an account name.")),
            Regexp(r"^[A-Za-z0-9._-]{3,64}$", message=_l("3 to 64 letters, digits, dots or hyphens.")),
        ],
    )
    post = StringField(_l("Post"), validators=[Length(max=100)])
    phone = StringField(_l("Phone"), validators=[Length(max=40)])
    unit_code = SelectField(_l("Unit"))
    role = SelectField(_l("Role"))
