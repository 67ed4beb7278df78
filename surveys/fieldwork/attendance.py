"""Who went: a fact of the visit, chosen from the group. Touches visits and deputies."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import db
from surveys.fieldwork.visits import Visit
from surveys.planning.deputies import Deputy


class Attendance(db.Model):
    """One deputy at one visit."""

    __tablename__ = "attendances"

    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), primary_key=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"), primary_key=True, index=True)
    noted_at: Mapped[datetime]
    visit: Mapped[Visit] = relationship()
    deputy: Mapped[Deputy] = relationship()
