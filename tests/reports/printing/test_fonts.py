"""Role → file: the office's own first, stand-ins named, fallbacks for rare characters, faults that say what to do."""

import shutil
from pathlib import Path

import pytest

from reports.printing import fonts as font_module
from reports.printing.fonts import FontSet, find_fonts, single_face
from reports.printing.volume import PrintFault

RARE = "堃喆珺翀赟玥犇镕昇燊㙦𬭎㎡㎞"


def test_fandol_stands_in_for_every_role(fonts: FontSet) -> None:
    assert {role: font.name for role, font in fonts.roles.items()} == {
        "title": "FandolSong-Bold",
        "hei": "FandolHei-Regular",
        "kai": "FandolKai-Regular",
        "fang": "FandolFang-Regular",
        "song": "FandolSong-Regular",
    }
    assert set(fonts.stand_ins) == {"title", "hei", "kai", "fang", "song"}


@pytest.mark.parametrize("role", font_module.ROLES)
def test_every_role_prints_rare_names_through_its_fallback(fonts: FontSet, role: str) -> None:
    assert fonts.missing(RARE, role) == []
    runs = list(fonts.runs(f"陈{RARE}。", role))
    assert "".join(text for text, _ in runs) == f"陈{RARE}。"
    assert runs[0][1] == fonts.roles[role] == runs[-1][1]
    assert len({font.name for _, font in runs}) > 1


def test_characters_nobody_has_are_listed_once(fonts: FontSet) -> None:
    assert fonts.missing("甲\ue123乙\ue123\U00030020 \n\u200b") == ["\ue123", "\U00030020"]


def test_an_offices_own_file_takes_its_role(fonts: FontSet, tmp_path: Path) -> None:
    shutil.copy(fonts.roles["kai"].file, tmp_path / "fang.otf")
    own = find_fonts(tmp_path)
    assert own.roles["fang"].name == "FandolKai-Regular"
    assert "fang" not in own.stand_ins
    assert "hei" in own.stand_ins


def test_a_missing_font_says_its_role_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(font_module, "ROOT", tmp_path)
    monkeypatch.setattr(font_module, "DEBIAN_FOLDERS", ())
    with pytest.raises(PrintFault) as caught:
        find_fonts(None)
    assert {fault.code for fault in caught.value.faults} == {"font_missing"}
    assert {fault.place for fault in caught.value.faults} >= {"FandolFang-Regular.otf", "NotoSerifCJK-Regular.ttc"}
    assert all("make setup" in fault.en and "make setup" in fault.zh for fault in caught.value.faults)


def test_the_simplified_face_is_taken_out_of_a_collection(fonts: FontSet, shop_folder: Path) -> None:
    noto = fonts.fallbacks["fang"][0]
    assert noto.name == "NotoSerifCJKsc-Regular"
    alone = font_module.open_font(single_face(noto, shop_folder / "faces"))
    assert alone.name == noto.name
    assert alone.coverage == noto.coverage


def test_a_font_set_goes_to_json_and_back(fonts: FontSet) -> None:
    assert FontSet.from_json(fonts.as_json()) == fonts
