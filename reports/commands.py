"""`flask reports …`, `flask findings …`, `flask doctor`, `flask serve`, `flask worker`. Touches everything in reports but its pages.

JSON goes to standard output alone, everything else to standard error. Exit status: 0 good, 1 the input or the data is at fault
(said with place, cause, remedy), 2 wrong call, 3 something is missing on this machine. Heavy rooms are imported where used.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from reports.faults import DataFault, ReportFault
from surveys.command_group import CommandGroup

reports_cli = CommandGroup("reports", help="Print reports, and verify what was printed.")
findings_cli = CommandGroup("findings", help="Near-duplicates, categories, groups, number checks: JSON in, JSON out.")


def register(app: Flask) -> None:
    """Make the commands known to the application."""
    for command in (reports_cli, findings_cli, doctor_command, serve_command, worker_command):
        app.cli.add_command(command)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _say(zh: str, en: str) -> None:
    click.echo(f"{zh}\n{en}", err=True)


def _fail(zh: str, en: str, status: int = 1) -> NoReturn:
    _say(zh, en)
    sys.exit(status)


def _with_place(place: str, words: str, mark: str) -> str:
    """The place before the words, unless they name it themselves."""
    names_it = any(part and part in words for part in (place, place.split(" ")[0], place.split("、")[0]))
    return words if names_it or (mark == ": " and not place.isascii()) else f"{place}{mark}{words}"


def say_progress(stage: str, done: int, whole: int) -> None:
    """One line for each part of a volume that is set, on standard error."""
    words = {"parts": "排版 setting", "contents": "目录 contents", "binding": "合并 binding"}
    click.echo(f"{words.get(stage, stage)} {done}/{whole}", err=True)


# --- reports -------------------------------------------------------------------------------------------------------


@reports_cli.command("build")
@click.argument("campaign")
@click.option("--unit", "unit_code", help="Code of a unit: its report alone.")
@click.option("--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write.")
@click.option(
    "--profile", type=click.Choice(["A", "B", "C"]), help="A report, B letter, C volume. Default: C, with --unit A."
)
@click.option("--edition", type=click.Choice(["outgoing", "internal"]), default="outgoing", show_default=True)
def build(campaign: str, unit_code: str | None, out: Path, profile: str | None, edition: str) -> None:
    """Print a campaign's consolidated report (or one unit's) and write the PDF."""
    from reports.issuing import archive, issuing
    from reports.issuing.issuing import NotReady
    from reports.printing.volume import PrintFault

    report = _report(campaign, unit_code)
    profile = profile or ("A" if unit_code and unit_code != report.campaign.unit_code else "C")
    try:
        if profile == "C":
            issuing.check_children(report)
        version = issuing.version_to_print(report)
        printout = issuing.print_version(version, profile, edition, progress=say_progress)
    except NotReady as error:
        for one in error.checks:
            _say(f"{one.place}\n{one.as_json()['zh']}", one.as_json()["en"])
        sys.exit(1)
    except PrintFault as error:
        for fault in error.faults:
            _say(_with_place(fault.place, fault.zh, "："), _with_place(fault.place, fault.en, ": "))
        sys.exit(3 if any(fault.code == "font_missing" for fault in error.faults) else 1)
    except (ReportFault, DataFault) as fault:
        _fail(_with_place(fault.place, fault.zh, "："), _with_place(fault.place, fault.en, ": "))
    _write(out, archive.read(printout))
    _say(
        f"{out}：{printout.pages}页，校验值 {printout.file}", f"{out}: {printout.pages} pages, SHA-256 {printout.file}"
    )
    _print_json(
        {
            "file": str(out.resolve()),
            "pages": printout.pages,
            "sha256": printout.file,
            "profile": profile,
            "edition": edition,
            "version": {"unit": report.unit_code, "number": version.number, "digest": version.digest},
        }
    )


@reports_cli.command("draft")
@click.argument("campaign")
@click.option(
    "--unit", "unit_code", help="Code of a unit. Default: the organizing unit, whose report is the consolidated one."
)
@click.option("--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write.")
def print_draft(campaign: str, unit_code: str | None, out: Path) -> None:
    """Print a report's draft as it stands, on the answers there are (过程稿); nothing is kept."""
    from reports.issuing.working_copies import print_working_copy
    from reports.printing.volume import PrintFault

    found, unit = _campaign_and_unit(campaign, unit_code)
    try:
        printed = print_working_copy(found, unit, progress=say_progress)
    except PrintFault as error:
        fault = error.faults[0]
        _fail(_with_place(fault.place, fault.zh, "："), _with_place(fault.place, fault.en, ": "))
    except (ReportFault, DataFault) as fault:
        _fail(_with_place(fault.place, fault.zh, "："), _with_place(fault.place, fault.en, ": "))
    _write(out, printed.pdf)
    _say(f"{out}：{printed.pages}页", f"{out}: {printed.pages} pages")
    _print_json({"file": str(out.resolve()), "pages": printed.pages, "unit": unit.code})


@reports_cli.command("word")
@click.argument("campaign")
@click.option(
    "--unit", "unit_code", help="Code of a unit. Default: the organizing unit, whose report is the consolidated one."
)
@click.option("--section", default="", help="Key of a section (problems): that section alone.")
@click.option("--volume", "is_volume", is_flag=True, help="The whole volume of the newest version.")
@click.option("--draft", "is_draft", is_flag=True, help="The draft, also where a version was handed up.")
@click.option(
    "--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The .docx to write."
)
def word(campaign: str, unit_code: str | None, section: str, is_volume: bool, is_draft: bool, out: Path) -> None:
    """Write a report as a Word file: the version that was handed up, else the draft; or the volume."""
    from reports.papers.steps import newest_version, state
    from reports.word.outgoing import draft_docx, version_docx, volume_docx

    report = _report(campaign, unit_code)
    handed_up = state(report) in ("submitted", "accepted", "final")
    version = newest_version(report) if is_volume or (handed_up and not is_draft) else None
    try:
        if is_volume and (version is None or not report.is_root):
            _fail(
                f"--volume：{report.title}还没有可以成册的版本；汇总稿送审后才有。",
                f"--volume: {report.title} has no version that is bound; a consolidated report has one once it was sent for review.",
            )
        if version is None:
            data = draft_docx(report, section)
        else:
            data = volume_docx(version) if is_volume else version_docx(version, section)
    except (ReportFault, DataFault) as fault:
        _fail(_with_place(fault.place, fault.zh, "："), _with_place(fault.place, fault.en, ": "))
    _write(out, data)
    number = version.number if version else None
    _say(f"{out}：{len(data) // 1024 + 1} KB", f"{out}: {len(data) // 1024 + 1} KB")
    _print_json({"file": str(out.resolve()), "unit": report.unit_code, "section": section, "version": number})


def _campaign_and_unit(name: str, unit_code: str | None) -> tuple[Any, Any]:
    """The campaign and the unit of it that are meant, without one the organizing unit. Ends with 1 for what is not there."""
    from surveys.planning.campaigns.campaigns import campaign_units
    from surveys.planning.words.visit_words import speak_of

    campaign = named_campaign(name)
    speak_of(campaign.settings)
    code = unit_code or campaign.unit_code
    units = {row.unit_code: row.unit for row in campaign_units(campaign.id)} | {campaign.unit_code: campaign.unit}
    if code not in units:
        codes = [one for one in units if one != campaign.unit_code]
        _fail(
            f"--unit {code}：“{campaign.title}”没有这个单位；参加的单位有 {'、'.join(codes)}。",
            f"--unit {code}: no such unit in “{campaign.name('en')}”; those that take part are {', '.join(codes)}.",
        )
    return campaign, units[code]


def _report(name: str, unit_code: str | None) -> Any:
    """The report that is meant. Ends with 1 for a campaign, unit or report that is not there."""
    from reports.papers.steps import report_of

    campaign, unit = _campaign_and_unit(name, unit_code)
    report = report_of(campaign.id, unit.code)
    if report is None:
        _fail(
            f"{unit.code}：还没有开始写报告；请在“报告”页开始起草。",
            f"{unit.code}: no report was begun; begin it on its page.",
        )
    return report


def named_campaign(name: str) -> Any:
    """The campaign that a command names by its id or number. Ends with 1 where there is none."""
    from sqlalchemy import or_, select

    from surveys.database import db
    from surveys.planning.campaigns.campaigns import Campaign

    number = int(name) if name.isascii() and name.isdecimal() and len(name) < 9 else -1
    campaign = db.session.scalar(select(Campaign).where(or_(Campaign.id == name, Campaign.number == number)))
    if campaign is None:
        _fail(
            f"没有编号为“{name}”的调研活动；运行 flask campaigns list 查看全部活动。",
            f"No campaign “{name}”; flask campaigns list shows all of them.",
        )
    return campaign


def _write(out: Path, data: bytes) -> None:
    """The whole file or none: a half-written PDF is worse than an old one."""
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(out)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        _fail(
            f"--out {out}：写不进去（{problem.strerror}）；请换一个位置。",
            f"--out {out}: cannot be written ({problem.strerror}); choose another place.",
        )


@reports_cli.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
def verify_command(file: Path) -> None:
    """Check a printed PDF against the submissions it names; exit status 1 on any difference."""
    from reports.evidence.other_evidence import kind_names
    from reports.issuing.issuing import verify
    from surveys.planning.words.visit_words import words_here

    try:
        pdf = file.read_bytes()
    except OSError as problem:
        _fail(
            f"{file}：打不开（{problem.strerror}）；请检查路径。",
            f"{file}: cannot be read ({problem.strerror}); check the path.",
        )
    outcome = verify(pdf)
    _print_json(outcome.as_json())
    words = words_here()
    for one in outcome.differences:
        _say(_with_place(one.place, one.zh, "："), _with_place(one.place, one.en, ": "))
    if outcome.newer:
        _say(
            f"另有{outcome.newer}次{words.visiting}在印制后有新的填报版本（不影响核验）。",
            f"{outcome.newer} visits have newer versions since (this is no difference).",
        )
    for kind, number in outcome.later.items():
        zh, en = kind_names(kind)
        _say(
            f"另有{number}条{zh}记录在封存后经系统修改（操作日志有记录，不影响核验）。",
            f"{number} records were changed through the program since, as the audit trail says: {en} (this is no difference).",
        )
    if outcome.erased:
        _say(
            f"有{len(outcome.erased)}份填报应个人或企业请求、或按期限删除了能识别身份的内容（有记录，不影响核验）；数字照常重算，列出原话和名称的地方不再比对。",
            f"Of {len(outcome.erased)} submissions, what names people or firms was erased on request or by term (on record, no difference); figures were worked out again, lists of words and names were not compared.",
        )
    if outcome.unsealed:
        _say(
            f"有{outcome.unsealed}个版本封存较早，没有留存代表、任务、活动、问题和建议等记录的校验值，这些记录未核对。",
            f"{outcome.unsealed} versions were frozen before deputies, assignments, events and findings were hashed; these were not compared.",
        )
    if outcome.ok:
        rest = (
            ""
            if outcome.unsealed
            else f"代表、任务、活动、问题和建议、{words.visited}名录等记录与封存时相同，或经系统修改而有据可查；"
        )
        rest_en = (
            ""
            if outcome.unsealed
            else "; deputies, assignments, events, findings and the register are as when frozen, or were changed with a trace"
        )
        _say(
            f"核验通过：文件与留存的原件相同；{outcome.submissions}份填报未改动；{rest}据此重算，正文{outcome.figures}处数据和指标表一致。",
            f"Verified: the file is the one kept; {outcome.submissions} submissions are unchanged{rest_en}; worked out anew, {outcome.figures} figures of the text and the indicator tables agree.",
        )
    sys.exit(0 if outcome.ok else 1)


# --- findings ------------------------------------------------------------------------------------------------------


def _answer(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """JSON from standard input through `work` to standard output; 1 for input that cannot be read."""
    try:
        payload = json.loads(sys.stdin.buffer.read().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as problem:
        _fail(
            f"标准输入不是 UTF-8 的 JSON（{problem}）；请检查输入的文件。",
            f"Standard input is no JSON in UTF-8 ({problem}); check what is sent.",
        )
    try:
        result = work(payload)
    except ValueError as problem:
        zh, en = getattr(problem, "zh", str(problem)), getattr(problem, "en", str(problem))
        _fail(zh, en)
    click.echo(json.dumps(result, ensure_ascii=False))


@findings_cli.command("near-duplicates")
def near_duplicates_command() -> None:
    """Texts that ask for the same thing in other words, and each text's nearest."""
    from surveys.fieldwork.findings.similarity import near_duplicates

    _answer(near_duplicates)


@findings_cli.command("suggest-category")
def suggest_category_command() -> None:
    """Up to five categories for each text."""
    from surveys.fieldwork.findings.categories import suggest_category

    _answer(suggest_category)


@findings_cli.command("group")
def group_command() -> None:
    """Small groups of texts that could stand under one headline."""
    from surveys.fieldwork.findings.similarity import group

    _answer(group)


@findings_cli.command("check-numbers")
def check_numbers_command() -> None:
    """Typed numbers in sentences against a table of figures."""
    from reports.checking.number_checks import check_numbers

    _answer(check_numbers)


# --- this machine --------------------------------------------------------------------------------------------------


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
def doctor_command(as_json: bool) -> None:
    """Fonts, database, storage, jobs, clock, TLS: what is missing and how to get it."""
    from reports.running import doctor

    checks = doctor.examine(current_app._get_current_object())  # type: ignore[attr-defined]
    if as_json:
        _print_json({"checks": [check.as_json() for check in checks]})
    else:
        for check in checks:
            mark = "✓" if check.ok else "✗" if check.required else "?"
            click.echo(f"{mark} {check.what}：{check.status.zh}  {check.status.en}")
            if not check.ok:
                click.echo(f"    → {check.remedy.zh}\n    → {check.remedy.en}")
    sys.exit(3 if any(check.required and not check.ok for check in checks) else 0)


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, envvar="HOST")
@with_appcontext
def serve_command(port: int, host: str) -> None:
    """The production server and its worker under one parent."""
    from reports.running import doctor, migrations, serving
    from surveys.command_group import end_for
    from surveys.database import db
    from surveys.unfit_database import UnfitDatabase, check_connection

    url = db.engine.url
    file = Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None
    try:
        check_connection(db.engine)
        migrations.refuse_newer_than_this(db.engine)
    except UnfitDatabase as unfit:
        end_for(unfit)
    if strange := doctor.of_another_instance(current_app):
        _say(f"{strange.status.zh}。{strange.remedy.zh}", f"{strange.status.en}. {strange.remedy.en}")
        sys.exit(3)
    db.engine.dispose()
    sys.exit(serving.serve(port, host, instance=Path(current_app.instance_path), database=file))


@click.command("worker")
@click.option("--once", is_flag=True, help="Do the jobs that wait now, then end.")
def worker_command(once: bool) -> None:
    """Do the jobs that wait (prints, long lists), until told to end. `flask serve` starts one."""
    import signal
    import threading

    from flask import current_app

    from reports.issuing import issuing
    from reports.running.backups import runs
    from surveys import event_log, jobs
    from surveys.auditing import chain, checking
    from surveys.authentication import old_sessions
    from surveys.personal_data import retention
    from surveys.planning.imports import list_uploads

    event_log.show()
    kinds = (issuing.KIND, list_uploads.READ_LIST, checking.KIND, old_sessions.KIND, runs.KIND, retention.KIND)
    assert all(kinds)  # the import of their modules makes these kinds of jobs known
    if once:
        jobs.work_off()
        chain.link_new()
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with chain.kept_linked(current_app._get_current_object()):  # type: ignore[attr-defined]
        jobs.work_forever(until=stop.is_set)
