"""Which structure a database has, and which this program brings it to. Touches the steps of `migrations/` and a connection it is given."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from surveys.unfit_database import UnfitDatabase

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def newest_head() -> str:
    """The migration that this program brings a database to."""
    return str(_scripts().get_current_head())


def present_heads(connection: Connection) -> set[str]:
    """The migration a database stands at; empty: none was run."""
    return set(MigrationContext.configure(connection).get_current_heads())


def knows(head: str) -> bool:
    """Whether a migration is one of this program's."""
    try:
        return _scripts().get_revision(head) is not None
    except CommandError:
        return False


def refuse_newer(connection: Connection) -> None:
    """Raises UnfitDatabase for a database that a newer program has upgraded: this one would write what that one cannot read."""
    newer = sorted(head for head in present_heads(connection) if not knows(head))
    if newer:
        raise UnfitDatabase(
            f"数据库已由更新的版本升级（结构 {newer[0]}，本程序到 {newest_head()}），旧程序不能使用。请装回新版本；"
            "要退回旧版本的，用升级前的备份恢复：flask backup restore 备份文件 --replace。",
            f"The database was upgraded by a newer version (structure {newer[0]}; this program goes to {newest_head()}), an older one"
            " cannot use it. Install the newer version again; to go back to the older, restore the backup made before the upgrade:"
            " flask backup restore FILE --replace.",
        )


def refuse_newer_than_this(engine: Engine) -> None:
    """The same before serving; a server of databases that does not answer yet is waited for elsewhere. Raises UnfitDatabase."""
    try:
        with engine.connect() as connection:
            refuse_newer(connection)
    except OperationalError:
        return


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))
