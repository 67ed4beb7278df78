"""`flask campaigns …`, `questionnaire …`, `devices …`, `visits …`, `units …`, `users …`, `audit …`. Touches all of surveys but its pages.

JSON goes to standard output alone, everything else to standard error. Exit status: 0 good, 1 the input or the data is at
fault, 2 wrong call, 3 something is missing on this machine.
"""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask

from surveys.auditing.commands import audit_cli
from surveys.command_group import CommandGroup

campaigns_cli = CommandGroup("campaigns", help="Campaigns and where they stand.")
questionnaire_cli = CommandGroup("questionnaire", help="Check a questionnaire workbook.")
devices_cli = CommandGroup("devices", help="Deputies' phones.")
visits_cli = CommandGroup("visits", help="Visits and what came in.")
units_cli = CommandGroup("units", help="The tree of units.")
users_cli = CommandGroup("users", help="Members of staff.")


def register(app: Flask) -> None:
    """Make the commands known to the application."""
    for group in (campaigns_cli, questionnaire_cli, devices_cli, visits_cli, units_cli, users_cli, audit_cli):
        app.cli.add_command(group)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _fail(text: str) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(1)


# --- campaigns -----------------------------------------------------------------------------------------------------


def _campaign(name: str) -> Any:
    """The campaign by its id or number; ends the command with status 1 when there is none."""
    from sqlalchemy import or_, select

    from surveys.database import db
    from surveys.planning.campaigns.campaigns import Campaign

    by_number = Campaign.number == int(name) if name.isdecimal() and len(name) < 9 else Campaign.id == name
    campaign = db.session.scalar(select(Campaign).where(or_(Campaign.id == name, by_number)))
    if campaign is None:
        _fail(
            f"没有编号为“{name}”的调研活动。运行 flask campaigns list 查看全部活动。\n"
            f"No campaign “{name}”. Run: flask campaigns list"
        )
    return campaign


@campaigns_cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
def list_campaigns(as_json: bool) -> None:
    """All campaigns in order of creation."""
    from sqlalchemy import select

    from surveys.database import db
    from surveys.planning.campaigns.campaigns import Campaign

    campaigns = db.session.scalars(select(Campaign).order_by(Campaign.number)).all()
    if as_json:
        _print_json([{"id": campaign.id, "title": campaign.title, "number": campaign.number} for campaign in campaigns])
        return
    for campaign in campaigns:
        click.echo(f"{campaign.number}\t{campaign.id}\t{campaign.title}\t{campaign.starts_on}–{campaign.ends_on}")
    if not campaigns:
        click.echo("还没有调研活动。 No campaign yet.", err=True)


@campaigns_cli.command("show")
@click.argument("campaign_id")
@click.option("--json", "as_json", is_flag=True)
def show_campaign(campaign_id: str, as_json: bool) -> None:
    """What a campaign is: kind, period, units, questionnaire in force."""
    from surveys.planning.campaigns.campaigns import campaign_units
    from surveys.planning.forms.questionnaire_versions import version_in_force

    campaign = _campaign(campaign_id)
    version = version_in_force(campaign.id)
    facts: dict[str, Any] = {
        "id": campaign.id,
        "number": campaign.number,
        "title": campaign.title,
        "kind": campaign.kind,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "as_of": campaign.as_of.isoformat() if campaign.as_of else None,
        "unit": campaign.unit_code,
        "units": [{"code": row.unit_code, "name": row.unit.name} for row in campaign_units(campaign.id)],
        "questionnaire": version
        and {"number": version.number, "title": version.title, "package": version.package_hash},
        "demonstration": campaign.demonstration,
    }
    if as_json:
        _print_json(facts)
        return
    for key, value in facts.items():
        text = "、".join(unit["name"] for unit in value) if key == "units" else value
        click.echo(f"{key}\t{text}")


@campaigns_cli.command("progress")
@click.argument("campaign_id")
@click.option("--json", "as_json", is_flag=True)
def show_progress(campaign_id: str, as_json: bool) -> None:
    """Every leaf's visits by state; they add up to what is assigned."""
    from surveys.fieldwork.reviewing.progress import total, unit_progress
    from surveys.planning.campaigns.campaigns import campaign_units
    from surveys.planning.campaigns.units import unit_tree

    campaign, tree = _campaign(campaign_id), unit_tree()
    leaves = [row.unit_code for row in campaign_units(campaign.id) if tree.is_leaf(row.unit_code)]
    rows = unit_progress(campaign.id, leaves)
    units = [row.as_json(tree[row.code].name) for row in rows]
    whole = {key: value for key, value in total(rows).as_json("").items() if key not in ("code", "name")}
    if as_json:
        _print_json({"units": units, "total": whole})
        return
    heads = list(whole)
    click.echo("\t".join(["code", "name", *heads]))
    for unit in units:
        click.echo("\t".join(str(unit[key]) for key in ("code", "name", *heads)))
    click.echo("\t".join(["", "total", *(str(whole[key]) for key in heads)]))


# --- questionnaires ------------------------------------------------------------------------------------------------


@questionnaire_cli.command("check")
@click.argument("files", type=click.Path(path_type=Path, dir_okay=False), nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True)
def check_questionnaire(files: tuple[Path, ...], as_json: bool) -> None:
    """Name every fault of a form at once: place, cause, remedy. FILES: the form, and the lists and pictures that come with it."""
    from surveys.questionnaire.package.check import check_files, lines

    contents = []
    for file in files:
        try:
            contents.append((file.name, file.read_bytes()))
        except OSError as problem:
            _fail(
                f"读不到文件 {file}：{problem.strerror}。请核对路径。\n"
                f"Cannot read {file}: {problem.strerror}. Check the path."
            )
    report = check_files(contents)
    if as_json:
        _print_json(report)
    else:
        for line in lines(report, contents[0][0]):
            click.echo(line, err=True)
    sys.exit(1 if report["errors"] else 0)


@questionnaire_cli.command("check-case")
def check_case() -> None:
    """One conformance case as JSON on standard input → its outcome as JSON."""
    from surveys.questionnaire.judging.check_case import contract_fault, run_case

    try:
        case = json.loads(sys.stdin.buffer.read())
    except (ValueError, RecursionError):
        _fail("标准输入不是 JSON。请给出一个用例对象。\nStandard input is no JSON. Give one case as an object.")
        return
    if (fault := contract_fault(case)) is not None:
        _fail(f"标准输入不是一个用例：{fault.zh}。\nStandard input is no case: {fault.en}.")
        return
    click.echo(json.dumps(run_case(case), ensure_ascii=False))


# --- devices and visits --------------------------------------------------------------------------------------------


@devices_cli.command("revoke")
@click.argument("device_id")
@click.option("--reason", default=None, help="Kept with the device.")
def revoke_device(device_id: str, reason: str | None) -> None:
    """Sign a lost phone out: from now on every request of it is refused."""
    from surveys import devices
    from surveys.audit import SYSTEM

    if not devices.revoke(device_id, reason=reason, actor=SYSTEM):
        _fail(
            f"没有编号为“{device_id}”的设备。编号见“手机准备情况”中该代表的页面，也可在那里停用。\n"
            f"No device “{device_id}”. Its number stands on the deputy’s page under 手机准备情况, where it can be revoked too."
        )
    click.echo("已停用。 Revoked.", err=True)


@visits_cli.command("judge")
def judge_visits() -> None:
    """Judge again the versions that could not be judged when they came in."""
    from surveys.fieldwork.receiving.receiving import judge_again

    count = judge_again()
    click.echo(f"已重新核对 {count} 份。 Judged again: {count}.", err=True)


# --- the first steps of an office: units, and the first administrator -----------------------------------------------


@units_cli.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_units(file: Path) -> None:
    """Take in the units of a table (代码、名称、上级代码、层级); with a fault nothing is written."""
    from surveys.planning.imports.unit_imports import commit_units, read_units

    preview = read_units(file.read_bytes(), file.name)
    if preview.faults:
        _print_json({"errors": [fault.as_json() for fault in preview.faults]})
        _fail(f"{len(preview.faults)} 处须改正，没有写入。\n{len(preview.faults)} faults; nothing was written.")
    result = commit_units(preview)
    _print_json({"added": result.added, "known": result.known})


@users_cli.command("reset-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Take the second factor from an account whose device is lost, and end its sessions: for an administrator alone in office."""
    from sqlalchemy import select

    from surveys.accounts import Account
    from surveys.audit import SYSTEM
    from surveys.authentication import second_factors, staff_sessions
    from surveys.database import db

    account = db.session.scalar(select(Account).where(Account.username == username))
    if account is None:
        _fail(f"没有账号“{username}”。\nThere is no account “{username}”.")
    second_factors.reset(account, actor=SYSTEM, unit_code=None, address=None)
    staff_sessions.end_all(account.id, reason="by_administrator", actor=SYSTEM, address=None)
    click.echo("已重置，下次登录时重新设置。 Reset; it is set up again at the next sign-in.", err=True)


@users_cli.command("invite")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--unit", required=True, help="Code of the unit.")
@click.option("--role", default="administrator", show_default=True)
def invite_user(username: str, name: str, unit: str, role: str) -> None:
    """Make an account with a role, or give a known one a new link; prints the path of the one-time link."""
    from sqlalchemy import select

    from surveys import accounts
    from surveys.accounts import Account
    from surveys.audit import SYSTEM, record
    from surveys.database import db, writing
    from surveys.planning.campaigns import staff
    from surveys.planning.words.planning_faults import Refusal

    if role not in staff.ROLES:
        _fail(
            f"没有角色“{role}”。可用：{'、'.join(staff.ROLES)}\nNo role “{role}”. Use one of: {', '.join(staff.ROLES)}"
        )
    try:
        account = db.session.scalar(select(Account).where(Account.username == username))
        if account is None:
            account = staff.invite(username=username, name=name, post=None, phone=None, role=role, unit_code=unit)
        else:
            staff.grant(account, role, unit)
    except Refusal as refusal:
        _fail("\n".join(f"{refusal.cause(language)}{refusal.remedy(language)}" for language in ("zh", "en")))
    link = f"/sign-in/link/{accounts.make_link(account)}"
    with writing():
        record(SYSTEM, "link.made", target=("account", account.id), days=accounts.LINK_LIFE.days)
    _print_json({"username": username, "link": link})
