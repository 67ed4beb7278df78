"""What receiving is measured against: a Flask application that puts each body into one table and commits, with no check at all."""

import os
import uuid

from flask import Flask, request
from sqlalchemy import LargeBinary, String, create_engine, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Kept(Base):
    __tablename__ = "bare_kept"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    visit: Mapped[str] = mapped_column(String(36))
    body: Mapped[bytes] = mapped_column(LargeBinary)


def create_table(url: str) -> None:
    """Once, before the processes start: two of them at once would both try."""
    Base.metadata.create_all(create_engine(url))


def create_app() -> Flask:
    app = Flask(__name__)
    engine = create_engine(os.environ["DATABASE_URL"])

    @app.get("/sync/keys")
    def alive() -> str:
        return "{}"

    @app.put("/sync/visits/<visit>")
    def keep(visit: str) -> tuple[dict[str, str], int]:
        own = str(uuid.uuid4())
        with engine.begin() as connection:
            connection.execute(insert(Kept).values(id=own, visit=visit, body=request.get_data()))
        return {"id": own}, 201

    return app
