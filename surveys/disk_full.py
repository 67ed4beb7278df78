"""Whether an error says that there is no room left: of a file, of SQLite, of PostgreSQL. Touches nothing."""

import errno

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_SQLITE = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
_POSTGRESQL = "53100"  # disk_full


def is_disk_full(error: BaseException | None) -> bool:
    """Looks at the error and at those it came of."""
    for _ in range(10):
        if error is None:
            return False
        origin = getattr(error, "orig", None)  # what the database's driver said
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return True
        if getattr(origin, "sqlite_errorname", "") in _SQLITE or getattr(origin, "sqlstate", "") == _POSTGRESQL:
            return True
        error = error.__cause__ or error.__context__
    return False
