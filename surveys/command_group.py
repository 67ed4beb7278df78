"""How commands end when the database is not as they need it: place, cause, remedy, and status 3. Touches unfit_database alone."""

import atexit
import gc
import sys
from typing import Any, NoReturn

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from surveys.unfit_database import UnfitDatabase, missing_database


class CommandGroup(AppGroup):
    """Commands of the application; a database that is missing or older than the program is said, not shown as a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        atexit.register(gc.freeze)  # an ending command searches nothing for cycles: that was a quarter of its time
        try:
            return super().invoke(ctx)
        except UnfitDatabase as unfit:
            end_for(unfit)
        except (OperationalError, ProgrammingError) as problem:
            address = make_url(ctx.ensure_object(ScriptInfo).load_app().config["SQLALCHEMY_DATABASE_URI"])
            if isinstance(problem, OperationalError) and (unfit := missing_database(address)):
                end_for(unfit)
            url = address.render_as_string(hide_password=True)
            click.echo(
                f"数据库 {url} 不能使用：{problem.orig}。尚未建立或未升级的，请运行 .venv/bin/flask upgrade；再查其余用 .venv/bin/flask doctor。\n"
                f"The database {url} cannot be used: {problem.orig}. If it is new or older than the program, run"
                " .venv/bin/flask upgrade; .venv/bin/flask doctor tells the rest.",
                err=True,
            )
            sys.exit(3)


def end_for(unfit: UnfitDatabase) -> NoReturn:
    """End a command over a database that cannot hold an instance."""
    click.echo(f"{unfit.zh}\n{unfit.en}", err=True)
    sys.exit(3)
