"""The fonts of this machine, a typesetter and a bound volume, made once for all tests of the print shop."""

from pathlib import Path

import pytest

from reports.printing.fonts import FontSet, find_fonts
from reports.printing.typesetting import Typesetter
from reports.printing.volume import PrintedVolume
from reports.printing.workers import print_volume
from tests.reports.printing.volumes import bound_volume


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    """Fandol and Noto, as set-up put them there."""
    return find_fonts()


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The print shop's folder for cut faces and finished sheets."""
    return tmp_path_factory.mktemp("print-shop")


@pytest.fixture(scope="session")
def typesetter(fonts: FontSet, shop_folder: Path) -> Typesetter:
    """A typesetter in this process."""
    return Typesetter(fonts, shop_folder / "faces")


@pytest.fixture(scope="session")
def bound(fonts: FontSet, shop_folder: Path) -> PrintedVolume:
    """A small bound volume: cover, contents, two reports, two annexes, two attachments."""
    return print_volume(bound_volume(), cache_dir=shop_folder, fonts=fonts)
