"""`flask audit verify`, `flask audit head`. Touches the chain of the audit trail. Exit status: 0 it follows, 1 it does not."""

import json
import sys

import click

from surveys.command_group import CommandGroup

audit_cli = CommandGroup("audit", help="The audit trail and its chain.")


@audit_cli.command("verify")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
def verify_trail(as_json: bool) -> None:
    """Check every entry of the audit trail; ends with 1 and names the first row that does not follow."""
    from surveys.auditing.checking import check_and_record

    outcome = check_and_record()
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=2))
    elif outcome.broken is None:
        head = f"，链尾 {outcome.head.hash}" if outcome.head else ""
        click.echo(f"连得上：从第1条核对到第{outcome.checked}条，一条不少、一字未改{head}。")
        click.echo(f"Sound: {outcome.checked} entries follow each other; {outcome.anchors} heads written down agree.")
    if outcome.broken is not None:
        for language in ("zh", "en"):
            click.echo(" ".join(outcome.broken.words(part, language) for part in ("cause", "remedy")), err=True)
        sys.exit(1)


@audit_cli.command("head")
def show_head() -> None:
    """The newest link (position, hash, time) as JSON: what a backup or a sheet of paper writes down."""
    from surveys.auditing.chain import head

    newest = head(linked_up=True)
    click.echo(json.dumps(newest.as_json() if newest else None))
