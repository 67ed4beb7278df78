"""`flask demo guangzhou`, `flask demo links`, `flask demo phones`. Touches all of the demonstration, and only when called.

Progress goes to standard error; standard output holds the print's path, the links, or JSON.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from surveys.command_group import CommandGroup

demo_cli = CommandGroup("demo", help="The Guangzhou demonstration (everything in it is invented).")


def register(app: Flask) -> None:
    """Make the commands known to the application."""
    app.cli.add_command(demo_cli)


def _fail(zh: str, en: str) -> None:
    click.echo(f"{zh}\n{en}", err=True)
    sys.exit(1)


def _address() -> str:
    """Where the server of this instance listens: as told, or where it last did."""
    if address := os.environ.get("DIAOYAN_ADDRESS"):
        return address.rstrip("/")
    address_file = Path(current_app.instance_path) / "address"
    if "PORT" not in os.environ and address_file.exists():
        return address_file.read_text().strip()
    return f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"


@demo_cli.command("guangzhou")
@click.option("--subjects", type=click.IntRange(60, 12000), default=1200, show_default=True, help="Main places in all.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same demonstration.")
@click.option("--no-pdf", is_flag=True, help="Leave the consolidated volume unprinted.")
def guangzhou(subjects: int, seed: int, no_pdf: bool) -> None:
    """Load the demonstration, merge it and print the consolidated report; a second call changes nothing. Makes a new instance's database."""
    from reports.commands import say_progress
    from reports.demonstration import guangzhou as demonstration
    from reports.demonstration.preparation import DemonstrationFault

    def say(line: str) -> None:
        click.echo(line, err=True)

    _make_new_database()
    try:
        result = demonstration.load(seed=seed, subjects=subjects, with_print=not no_pdf, say=say, progress=say_progress)
    except DemonstrationFault as fault:
        _fail(f"演示数据没有载入：{fault}", f"The demonstration was not loaded: {fault}")
        return
    if result.pdf is not None:
        click.echo(f"{_open_copy(result.pdf)}  ({result.pdf.pages} 页 pages)")


def _make_new_database() -> None:
    """One that is there already is left as it is: `flask upgrade` backs it up before it is changed."""
    from flask_migrate import upgrade
    from sqlalchemy import inspect

    from reports.running import migrations
    from surveys.database import db

    with db.engine.connect() as connection:
        is_empty = not migrations.present_heads(connection) and not inspect(connection).has_table("accounts")
    if is_empty:
        upgrade(directory=str(migrations.FOLDER))


def _open_copy(printed_report: Any) -> str:
    """The print under a name people can open: a copy of the stored file in the instance folder."""
    from pathlib import Path

    from reports.issuing import archive

    place = Path(current_app.instance_path) / "demonstration.pdf"
    data = archive.read(printed_report)
    if not place.exists() or place.read_bytes() != data:
        partial = place.with_suffix(".partial")
        partial.write_bytes(data)
        partial.replace(place)
    return str(place)


@demo_cli.command("links")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
def show_links(as_json: bool) -> None:
    """Sign-in links for each kind of person; they work in a demonstration instance only."""
    from reports.demonstration.links import ready_links
    from reports.demonstration.preparation import DemonstrationFault

    try:
        addresses = ready_links(_address())
    except DemonstrationFault as fault:
        _fail("这里没有载入演示数据。请先运行 flask demo guangzhou。", f"{fault}")
        return
    if as_json:
        click.echo(json.dumps(addresses, ensure_ascii=False, indent=2))
        return
    names = {
        "organizer": "组织单位 organizer",
        "unit_desk": "调研单位 unit desk",
        "committee": "经济工委 committee",
        "office": "转送 office",
        "every_desk": "审核各单位走访 every desk",
        "department": "承办单位 department",
        "deputy": "代表 deputy",
        "visit": "一份问卷 one visit",
    }
    for role, address in addresses.items():
        click.echo(f"{names[role]}\t{address}")


@demo_cli.command("phones")
@click.option("--count", type=click.IntRange(1, 2000), required=True, help="How many test devices.")
@click.option("--visits", type=click.IntRange(1, 500), default=3, show_default=True, help="Plain visits a device.")
@click.option("--fresh", is_flag=True, help="Add visits when those of an earlier run are used up.")
@click.option("--json", "as_json", is_flag=True, required=True, help="As JSON on standard output.")
def phones(count: int, visits: int, fresh: bool, as_json: bool) -> None:
    """Test devices for an outside client, in a rehearsal campaign that is open now (receiving.md 10)."""
    from reports.demonstration.phones import rehearsal_form
    from reports.demonstration.rehearsals import rehearsal

    description = rehearsal(count, form=rehearsal_form(), base=f"{_address()}/sync", plain=visits, fresh=fresh)
    click.echo(json.dumps(description, ensure_ascii=False, indent=None if as_json else 2))
