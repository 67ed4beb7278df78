"""Finds the fonts that a printed page may be set in: for each role a file, its coverage and its fallbacks.

A role (title, hei, kai, fang, song) is what GB/T 9704 asks for; the file is what this machine has for it. An office
that holds licences puts its own files, named by role (`fang.ttf`, `title.otf`), into a folder; without them the free
Fandol fonts stand in. No free 仿宋 has every character of people's and firms' names, so each role ends in a fallback,
and a run the role lacks is set in the fallback as a span of its own that does not touch the line's height.

The name used on the page is the PostScript name read from the file: so the names found in a finished PDF prove which
files it was really set in.
"""

import functools
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.printing.volume import Fault, PrintFault

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("title", "hei", "kai", "fang", "song")

# What stands in for a role when the office gave no file of its own.
STAND_INS = {
    "title": "FandolSong-Bold.otf",
    "hei": "FandolHei-Regular.otf",
    "kai": "FandolKai-Regular.otf",
    "fang": "FandolFang-Regular.otf",
    "song": "FandolSong-Regular.otf",
}
# Fallbacks of a role in their order: file names, the first that has the character is taken. Those after the first
# required one are used when present.
FALLBACKS = {
    "title": ("NotoSerifCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc", "BabelStoneHan.ttf"),
    "hei": ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc", "BabelStoneHan.ttf"),
    "kai": ("LXGWWenKai-Regular.ttf", "NotoSerifCJK-Regular.ttc", "BabelStoneHan.ttf"),
    "fang": ("NotoSerifCJK-Regular.ttc", "BabelStoneHan.ttf"),
    "song": ("NotoSerifCJK-Regular.ttc", "BabelStoneHan.ttf"),
}
REQUIRED_FALLBACKS = ("NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc")
DEBIAN_FOLDERS = (
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"),
    Path("/usr/share/fonts/opentype"),
    Path("/usr/share/fonts/truetype"),
    Path("/usr/local/share/fonts"),
)
SIMPLIFIED_FACE = re.compile(r"CJKsc-")
# Characters that carry no ink: they are dropped, not set and not missed.
INKLESS = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad]")


@dataclass(frozen=True)
class Font:
    """One face of one file."""

    file: Path
    face: int
    name: str  # PostScript name

    @functools.cached_property
    def coverage(self) -> frozenset[int]:
        """Code points the face has a glyph for."""
        return frozenset(_face(self.file, self.face).unicodes)

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the file, so that another file under the same name is another font."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()


@dataclass(frozen=True)
class FontSet:
    """The fonts of a print shop: one per role, and the fallbacks in their order."""

    roles: dict[str, Font]
    fallbacks: dict[str, tuple[Font, ...]]
    stand_ins: tuple[str, ...]  # roles set in a free stand-in instead of the office's own file

    @functools.cached_property
    def fonts(self) -> tuple[Font, ...]:
        """Every font of the set once."""
        unique_fonts = dict.fromkeys(self.roles.values())
        for chain in self.fallbacks.values():
            unique_fonts.update(dict.fromkeys(chain))
        return tuple(unique_fonts)

    @property
    def names(self) -> frozenset[str]:
        """The allow-list: no other name may stand in a finished PDF."""
        return frozenset(font.name for font in self.fonts)

    def chain(self, role: str) -> tuple[Font, ...]:
        """The role's font and its fallbacks."""
        return (self.roles[role], *self.fallbacks[role])

    def missing(self, text: str, role: str = "fang") -> list[str]:
        """Characters of `text` no font of the role's chain has, each once, in their order."""
        unknown_characters = dict.fromkeys(INKLESS.sub("", text))
        for font in self.chain(role):
            unknown_characters = {
                character: None
                for character in unknown_characters
                if ord(character) not in font.coverage and not character.isspace()
            }
            if not unknown_characters:
                break
        return list(unknown_characters)

    def runs(self, text: str, role: str) -> Iterator[tuple[str, Font]]:
        """`text` cut where the font changes; a character nobody has stays with the role's font."""
        own_font = self.roles[role]
        if own_font.coverage.issuperset(map(ord, text)):
            if text:
                yield text, own_font
            return
        chain = self.chain(role)
        run, current_font = "", own_font
        for character in text:
            code = ord(character)
            font = (
                own_font if character.isspace() else next((font for font in chain if code in font.coverage), own_font)
            )
            if font is not current_font and run:
                yield run, current_font
                run = ""
            current_font = font
            run += character
        if run:
            yield run, current_font

    def as_json(self) -> dict[str, Any]:
        """The set as JSON, for a worker process."""

        def one(font: Font) -> list[Any]:
            return [str(font.file), font.face, font.name]

        return {
            "roles": {role: one(font) for role, font in self.roles.items()},
            "fallbacks": {role: [one(font) for font in chain] for role, chain in self.fallbacks.items()},
            "stand_ins": list(self.stand_ins),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "FontSet":
        """The set `as_json` wrote; the same face becomes the same `Font`."""
        font_by_face: dict[tuple[str, int], Font] = {}

        def one(row: list[Any]) -> Font:
            return font_by_face.setdefault((row[0], row[1]), Font(Path(row[0]), row[1], row[2]))

        return cls(
            roles={role: one(row) for role, row in value["roles"].items()},
            fallbacks={role: tuple(one(row) for row in rows) for role, rows in value["fallbacks"].items()},
            stand_ins=tuple(value["stand_ins"]),
        )


def find_fonts(folder: Path | None = None) -> FontSet:
    """The fonts of this machine: the office's folder first, then the project's `.fonts`, then Debian's folders."""
    places = [place for place in (folder, ROOT / ".fonts", *DEBIAN_FOLDERS) if place is not None]
    names = {*STAND_INS.values(), *(name for chain in FALLBACKS.values() for name in chain)}
    file_by_name = _files(places, names)
    roles, stand_ins, faults = {}, [], []
    for role in ROLES:
        own_file = _own_file(folder, role)
        file = own_file or file_by_name.get(STAND_INS[role])
        if file is None:
            faults.append(_font_missing(STAND_INS[role], role))
            continue
        if own_file is None:
            stand_ins.append(role)
        roles[role] = open_font(file)
    faults += [_font_missing(name, "fallback") for name in REQUIRED_FALLBACKS if name not in file_by_name]
    if faults:
        raise PrintFault(faults)
    font_by_name = {
        name: open_font(file_by_name[name]) for chain in FALLBACKS.values() for name in chain if name in file_by_name
    }
    fallbacks = {role: tuple(font_by_name[name] for name in FALLBACKS[role] if name in font_by_name) for role in ROLES}
    return FontSet(roles=roles, fallbacks=fallbacks, stand_ins=tuple(stand_ins))


def open_font(file: Path) -> Font:
    """The face of `file` a Chinese page needs: the simplified one of a collection, else the only one."""
    hb = harfbuzz()

    count = hb.Blob.from_file_path(str(file))
    faces = [_face(file, index) for index in range(max(1, hb.Face(count).count))]
    names = [face.get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME) or file.stem for face in faces]
    index = next((place for place, name in enumerate(names) if SIMPLIFIED_FACE.search(name)), 0)
    return Font(file, index, names[index])


def single_face(font: Font, folder: Path) -> Path:
    """A file that holds this face alone: WeasyPrint's `@font-face` cannot say which face of a collection it means."""
    if font.file.suffix.lower() not in (".ttc", ".otc"):
        return font.file
    target = folder / f"{font.name}-{font.digest[:16]}.otf"
    if not target.exists():
        from fontTools.ttLib import TTFont

        folder.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(f".{os.getpid()}.part")
        with TTFont(font.file, fontNumber=font.face, lazy=True, recalcTimestamp=False) as face:
            face.save(draft, reorderTables=None)
        draft.replace(target)
    return target


def font_faces(fonts: FontSet, files: dict[str, Path], classes: dict[str, str], markup: str) -> str:
    """The `@font-face` rules: file addresses only, named by PostScript name.

    Every role has its rule; a fallback, 25 MB of it, only where the markup uses it by its class or its name.
    """
    role_fonts = set(fonts.roles.values())
    return "\n".join(
        f'@font-face {{ font-family: "{font.name}"; src: url("{files[font.name].as_uri()}");'
        " font-weight: normal; font-style: normal; font-stretch: normal }"
        for font in fonts.fonts
        if font in role_fonts or f'"{classes[font.name]}"' in markup or f'"{font.name}"' in markup
    )


def harfbuzz() -> Any:
    """HarfBuzz, imported where a font is opened: a `flask` command that prints nothing does not load it."""
    import uharfbuzz

    return uharfbuzz


def _face(file: Path, index: int) -> Any:
    hb = harfbuzz()

    return hb.Face(hb.Blob.from_file_path(str(file)), index)


def _files(places: list[Path], file_names: set[str]) -> dict[str, Path]:
    """Where each wanted file lies; an earlier place wins."""
    file_by_name: dict[str, Path] = {}
    for place in places:
        if not place.is_dir():
            continue
        for path, folders, names in os.walk(place, followlinks=True):
            folders.sort()
            for name in file_names.intersection(names) - file_by_name.keys():
                file_by_name[name] = Path(path) / name
    return file_by_name


def _own_file(folder: Path | None, role: str) -> Path | None:
    """The office's own file for a role, named by the role."""
    if folder is None or not folder.is_dir():
        return None
    return next(
        (folder / f"{role}{ending}" for ending in (".otf", ".ttf", ".ttc") if (folder / f"{role}{ending}").is_file()),
        None,
    )


def _font_missing(name: str, role: str) -> Fault:
    return Fault(
        "font_missing",
        name,
        f"缺少字体文件 {name}（用于 {role}）。请运行 make setup 安装字体，或把同类字体以 {role} 为文件名放入单位字体文件夹。",
        f"The font file {name} (role {role}) is missing. Run “make setup”, or put a file named after the role into the "
        "office's font folder.",
    )
