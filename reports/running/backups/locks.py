"""What a backup is locked to and opened with: a passphrase from the environment or a file, a key on the command line. Touches the environment and files."""

import os
from pathlib import Path

from reports.running.backups import age
from reports.running.backups.faults import BackupFault, BackupFaultKind

PASSPHRASE = "DIAOYAN_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable
LEAST_PASSPHRASE = 10


def lock_of(recipient: str | None = None, passphrase_file: str | None = None) -> age.Lock:
    """The key named, else the passphrase in the file named, else the one of the environment. Raises BackupFault."""
    if recipient:
        try:
            return age.Recipient.of(recipient)
        except ValueError:
            raise BackupFault(BackupFaultKind.BAD_RECIPIENT, recipient[:80]) from None
    passphrase = _first_line(Path(passphrase_file)) if passphrase_file else os.environ.get(PASSPHRASE, "")
    if not passphrase:
        raise BackupFault(BackupFaultKind.NO_LOCK, f"${PASSPHRASE}")
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BackupFault(BackupFaultKind.SHORT_PASSPHRASE, passphrase_file or f"${PASSPHRASE}", least=LEAST_PASSPHRASE)
    return passphrase


def opener_of(identity: Path | None = None) -> age.Opener:
    """The secret key in the file named, else the passphrase of the environment. Raises BackupFault."""
    if identity is not None:
        try:
            return age.Identity.of(identity.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise BackupFault(BackupFaultKind.BAD_IDENTITY, str(identity)) from None
    passphrase = os.environ.get(PASSPHRASE, "")
    if not passphrase:
        raise BackupFault(BackupFaultKind.NO_OPENER, f"${PASSPHRASE}")
    return passphrase


def _first_line(place: Path) -> str:
    try:
        with place.open(encoding="utf-8") as file:
            line = file.readline(1000).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "UTF-8"
        raise BackupFault(BackupFaultKind.PASSPHRASE_FILE, str(place), reason=reason) from None
    if not line:
        raise BackupFault(BackupFaultKind.PASSPHRASE_FILE, str(place), reason="empty")
    return line
