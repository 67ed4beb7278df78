"""The demonstration's reports through LibreOffice and back: nothing is changed, nothing is lost, and both print the same words."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from reports.papers.steps import Report, draft, newest_version
from reports.printing.pdf_text import page_texts
from reports.text import content as contents
from reports.word.outgoing import draft_docx, version_docx
from reports.word.reading import read_word
from reports.word.returning import returned
from surveys.database import db

pytestmark = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not on this machine")


def converted(file: Path, kind: str, folder: Path) -> Path:
    """The file as LibreOffice saves it."""
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation=file://{folder.parent / 'profile'}"
    call = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(file)]
    subprocess.run(call, check=True, capture_output=True, timeout=300)
    return folder / f"{file.stem}.{kind}"


def bare(text: str) -> str:
    """Words alone: marks that hang over the end of a line are not always in the text of a PDF."""
    return "".join(re.findall(r"[\w%]+", text))


def words_of(pdf: Path) -> str:
    """The words of a PDF without page numbers."""
    return bare("".join(re.sub(r"—\s*\d+\s*—", "", page) for page in page_texts(pdf.read_bytes())))


@pytest.mark.parametrize("code", ["440100", "440113"])
def test_a_report_goes_through_libreoffice_unchanged(demonstration: Flask, code: str, tmp_path: Path) -> None:
    with demonstration.app_context():
        report = db.session.scalar(select(Report).where(Report.unit_code == code).order_by(Report.created_at))
        assert report is not None
        version = newest_version(report)
        now = draft(report)
        file = tmp_path / "out.docx"
        file.write_bytes(version_docx(version) if version is not None else draft_docx(report))
        saved = converted(converted(file, "odt", tmp_path / "odt"), "docx", tmp_path / "again")
        made = returned(report.id, now, read_word(saved.read_bytes()), lambda key: "{{" + key + "}}")
        assert [(one.kind, one.before) for one in made.changes] == []
        assert made.losses == []
        assert made.content == now
        first, second = (
            words_of(converted(one, "pdf", tmp_path / f"pdf-{at}")) for at, one in enumerate((file, saved))
        )
        assert first == second
        printed = version.frozen if version is not None else None
        for _, block in contents.blocks_of(printed) if printed else ():
            if block["type"] in ("paragraph", "case"):
                assert bare(contents.block_text(block)) in first
