"""Files that may be secret are not taken: an upload whose name carries a security mark (绝密, 机密, 秘密) is refused unread.

Nothing of it is stored. The rule of the field: state secrets and work secrets stay off networks like this one (保守国家秘密法 31).
"""

import re

from flask import Flask, Response, request
from flask_babel import gettext as _

from surveys.pages.shell import errors

MARK = re.compile(r"绝密|机密|秘密")


def register(app: Flask) -> None:
    app.before_request(_look_at_names)


def marked(name: str) -> str | None:
    """The security mark in a file's name, or None."""
    mark = MARK.search(name)
    return mark.group() if mark else None


def _look_at_names() -> Response | None:
    if request.method != "POST" or request.mimetype != "multipart/form-data":
        return None
    for files_of_field in request.files.listvalues():
        for file in files_of_field:
            if mark := marked(file.filename or ""):
                return errors.answer(
                    422,
                    title=_("This file is not taken"),
                    place=file.filename or "",
                    cause=_(
                        "Its name carries the security mark “%(mark)s”; nothing of it was read or kept.", mark=mark
                    ),
                    remedy=_(
                        "Secret files must not be handled, stored or sent in this system; follow the rules of secrecy. If the mark "
                        "is in the name by mistake, rename the file and upload it again."
                    ),
                )
    return None
