"""`flask data export …`: a data set of a campaign as a file. Touches the room, and the commands of reports.

The command has no person: it reads what committee and organizer read, never personal answers (L3), and is in the audit trail as
the program's own act.
"""

import json
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from werkzeug.exceptions import NotFound

from reports.commands import named_campaign
from reports.faults import DataFault
from surveys.command_group import CommandGroup

data_cli = CommandGroup("data", help="Answers as data sets.")
FORMATS = ("csv", "xlsx", "sav", "geojson", "codebook", "media", "all")


def register(app: Flask) -> None:
    """Make the commands known to the application."""
    app.cli.add_command(data_cli)


@data_cli.command("export")
@click.argument("campaign")
@click.option(
    "--format", "kind", required=True, type=click.Choice(FORMATS), help="all: every table in every format, zipped."
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option(
    "--set", "key", default="", help="visits, findings, events or a repeat. Default: visits; of xlsx all, a sheet each."
)
@click.option("--unit", "unit_code", default="", help="Code of a unit: of it and what lies below it alone.")
@click.option("--edition", type=click.Choice(["outgoing", "internal"]), default="outgoing", show_default=True)
@click.option(
    "--all-versions", "every", is_flag=True, help="Every version that was handed in, with its state and number."
)
def export_command(campaign: str, kind: str, out: Path, key: str, unit_code: str, edition: str, every: bool) -> None:
    """Export the accepted visits of a campaign: one row a visit, entries of repeats, findings and events beside them."""
    from reports.exports.dataset import Asked, Dataset
    from reports.exports.faults import ExportFault, ExportFaultKind
    from reports.exports.files import hash_of, whole_or_none, write_file
    from reports.exports.rights import rights_of_command, within
    from surveys.audit import SYSTEM, record
    from surveys.database import writing

    chosen = named_campaign(campaign)
    try:
        whole = rights_of_command(chosen)
        try:
            rights = within(whole, unit_code)
        except NotFound:
            known = {"campaign": chosen.title, "unit": unit_code, "units": "、".join(whole.levels)}
            raise ExportFault(ExportFaultKind.NOT_YOUR_UNIT, "--unit", **known) from None
        dataset = Dataset(chosen, rights, Asked(edition, every))
        with whole_or_none(out) as partial:
            rows = write_file(dataset, kind, key, partial)
            size, sha256 = partial.stat().st_size, hash_of(partial)
            facts = {"format": kind, "set": key, "edition": edition, "every_version": every}
            facts |= {"rows": rows, "sha256": sha256}
            with writing():  # before the file has its name: none leaves without a trace
                record(SYSTEM, "data.exported", campaign_id=chosen.id, unit_code=unit_code or None, **facts)
    except (ExportFault, DataFault) as fault:
        _fail(f"{fault.place}：{fault.zh}", f"{fault.place}: {fault.en}")
    except OSError as problem:
        _fail(
            f"--out {out}：写不进去（{problem.strerror}）；请换一个位置。",
            f"--out {out}: cannot be written ({problem.strerror}); choose another place.",
        )
    total = sum(rows.values())
    _say(f"{out}：{total}行，{size}字节，校验值 {sha256}", f"{out}: {total} rows, {size} bytes, SHA-256 {sha256}")
    click.echo(json.dumps({"file": str(out.resolve()), "bytes": size, **facts}, ensure_ascii=False, indent=2))


def _say(zh: str, en: str) -> None:
    click.echo(f"{zh}\n{en}", err=True)


def _fail(zh: str, en: str) -> NoReturn:
    _say(zh, en)
    sys.exit(1)
