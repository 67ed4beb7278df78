"""What is installed is pinned by hash, names no address, and the lists say what their sources ask for."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "deploy").glob("requirements*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_python_package_is_pinned_with_its_hashes(lock: Path) -> None:
    logical = lock.read_text().replace("\\\n", " ").splitlines()
    for line in filter(None, (line.strip() for line in logical)):
        if not line.startswith("#"):
            assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,._-]+\])?==\S+", line, re.IGNORECASE), line
            assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_what_a_source_asks_for_is_in_its_lock(lock: Path) -> None:
    asked = [line.split("#")[0].strip() for line in lock.with_suffix(".in").read_text().splitlines()]
    names = {re.split(r"[\[<>=~! ]", line)[0] for line in asked if line and not line.startswith("-r")}
    pinned = {_plain(line.split("==")[0].split("[")[0]) for line in lock.read_text().splitlines() if "==" in line}
    assert {_plain(name) for name in names} <= pinned


def test_development_has_every_pin_of_the_program() -> None:
    assert _pins("requirements.txt") <= _pins("requirements-dev.txt")


def test_npm_packages_have_a_hash_and_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, entry in packages.items():
        if name:
            assert entry["integrity"].startswith("sha512-"), name
            assert "resolved" not in entry, name


def test_no_tracked_file_names_a_registry() -> None:
    addresses = ("pypi" + ".org", "registry.npmjs" + ".org", "files.pythonhosted" + ".org", "deb.debian" + ".org")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            text = path.read_bytes()
            assert not [address for address in addresses if address.encode() in text], name


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(name: str) -> set[str]:
    lines = (ROOT / "deploy" / name).read_text().splitlines()
    return {line.split(" \\")[0].split(";")[0].strip() for line in lines if re.match(r"[A-Za-z0-9]", line)}
