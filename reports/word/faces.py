"""The faces, sizes and page of a Word paper (GB/T 9704—2012), as the print shop sets them; fonts are named, none is carried.

三号 is 16 points; a twentieth of 5 points less between characters makes 28 of them a line, as on the printed page.
Touches the document it is given.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from reports.word.marks import Origin, properties_of

FANG, KAI, HEI, SONG, TITLE = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
BODY, LARGE, SMALL, TINY, PAGE_NUMBER = 16, 22, 12, 10.5, 14  # points: 三号, 二号, 小四, 五号, 四号
LINE = 28.95  # points: 22 lines a page
TIGHTER = -5  # twentieths of a point
WIDTH = 8845  # twentieths of a point: 156 mm

# Style id → name, based on, face, size, line height in points, alignment, indented by two characters, kept with what follows
STYLES: dict[str, tuple[str, str, str, float, float, str, bool, bool]] = {
    "Byline": ("署名", "Normal", KAI, BODY, LINE, "center", False, False),
    "Case": ("案例", "Normal", KAI, BODY, LINE, "both", True, False),
    "TableCaption": ("表题", "Normal", HEI, SMALL, LINE, "center", False, True),
    "ChartCaption": ("图题", "Normal", HEI, SMALL, LINE, "center", False, False),
    "Picture": ("图", "Normal", FANG, BODY, 0, "center", False, True),
    "Measure": ("计量单位", "Normal", FANG, TINY, 14, "right", False, True),
    "Note": ("表注", "Normal", FANG, TINY, 14.5, "left", False, False),
    "TableHead": ("表头", "Normal", HEI, SMALL, 15, "center", False, True),
    "TableText": ("表内文字", "Normal", SONG, SMALL, 15, "left", False, False),
    "TableDense": ("表内小字", "Normal", SONG, TINY, 14, "left", False, False),
    "TableList": ("表内小五", "Normal", SONG, 9, 12, "left", False, False),
    "PartNumber": ("附件序号", "Normal", HEI, BODY, LINE, "left", False, True),
    "Entry": ("目录条目", "Normal", FANG, BODY, LINE, "left", False, False),
}
HEADINGS = {"Heading1": HEI, "Heading2": KAI, "Heading3": FANG, "Heading4": FANG}
_THEMES = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def new_document(*, header: str = "") -> Any:
    """An empty document (python-docx) with the page, the styles and the page numbers of a paper; `header` stands atop each page."""
    from docx import Document

    document: Any = Document()
    for paragraph in list(document.paragraphs):
        paragraph._p.getparent().remove(paragraph._p)
    _set_page(document)
    _set_styles(document)
    _number_pages(document)
    if header:
        _head_pages(document, header)
    return document


def _set_page(document: Any) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Mm

    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    page.footer_distance, page.header_distance = Mm(26), Mm(20)
    for grid in page._sectPr.findall(qn("w:docGrid")):
        page._sectPr.remove(grid)
    page._sectPr.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{round(LINE * 20)}"/>'))
    settings = document.settings.element
    zoom = settings.find(qn("w:zoom"))
    settings.insert(
        0 if zoom is None else list(settings).index(zoom) + 1, parse_xml(f"<w:mirrorMargins {nsdecls('w')}/>")
    )
    document.settings.odd_and_even_pages_header_footer = True


def _set_styles(document: Any) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    styles = document.styles.element
    for fonts in styles.iter(qn("w:rFonts")):
        for theme in _THEMES:
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
    by_id = {style.get(qn("w:styleId")): style for style in styles.iter(qn("w:style"))}
    own = {
        "Normal": ("Normal", "", FANG, BODY, LINE, "both", True, False),
        "Title": ("Title", "Normal", TITLE, LARGE, LINE, "center", False, True),
        **{
            one: (one[:-1] + " " + one[-1], "Normal", HEADINGS[one], BODY, LINE, "both", True, True) for one in HEADINGS
        },
        **STYLES,
    }
    for identity, given in own.items():
        style = by_id.get(identity)
        if style is None:
            style = parse_xml(
                f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="{identity}">'
                f'<w:name w:val="{given[0]}"/><w:basedOn w:val="{given[1]}"/><w:qFormat/></w:style>'
            )
            styles.append(style)
        for tag in ("w:pPr", "w:rPr"):
            for old in style.findall(qn(tag)):
                style.remove(old)
        level = int(identity[-1]) if identity in HEADINGS else 0
        style.append(parse_xml(_paragraph_properties(given, level, nsdecls("w"))))
        style.append(parse_xml(_run_properties(given, nsdecls("w"))))


def _paragraph_properties(style: Sequence[Any], level: int, declared: str) -> str:
    _name, _based_on, _face, size, line, alignment, indented, keeps_next = style
    indent = (
        f'w:firstLineChars="200" w:firstLine="{round(size * 40)}"'
        if indented
        else 'w:firstLineChars="0" w:firstLine="0"'
    )
    spacing = f'w:line="{round(line * 20)}" w:lineRule="exact"' if line else 'w:line="240" w:lineRule="auto"'
    outline = f'<w:outlineLvl w:val="{level - 1}"/>' if level else ""
    keep = "<w:keepNext/>" if keeps_next else ""
    return (
        f'<w:pPr {declared}>{keep}<w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" {spacing}/><w:ind {indent}/><w:jc w:val="{alignment}"/>'
        f"{outline}</w:pPr>"
    )


def _run_properties(given: Sequence[Any], declared: str) -> str:
    face, size = given[2], given[3]
    tighter = f'<w:spacing w:val="{TIGHTER}"/>' if size == BODY else '<w:spacing w:val="0"/>'
    return (
        f'<w:rPr {declared}><w:rFonts w:ascii="{face}" w:hAnsi="{face}" w:eastAsia="{face}" w:cs="{face}"/>'
        f'<w:b w:val="0"/><w:i w:val="0"/><w:color w:val="000000"/>{tighter}<w:kern w:val="0"/>'
        f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/></w:rPr>'
    )


def _number_pages(document: Any) -> None:
    """— 1 — in 四号宋体, outside: right on odd pages, left on even ones, one character in."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    page = document.sections[0]
    for footer, side in ((page.footer, "right"), (page.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]._p
        face = (
            f'<w:rPr><w:rFonts w:ascii="{SONG}" w:hAnsi="{SONG}" w:eastAsia="{SONG}"/><w:spacing w:val="0"/>'
            f'<w:sz w:val="{PAGE_NUMBER * 2}"/><w:szCs w:val="{PAGE_NUMBER * 2}"/></w:rPr>'
        )
        runs = "".join(
            f"<w:r>{face}{content}</w:r>"
            for content in (
                '<w:t xml:space="preserve">— </w:t>',
                '<w:fldChar w:fldCharType="begin"/>',
                '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
                '<w:fldChar w:fldCharType="separate"/>',
                "<w:t>1</w:t>",
                '<w:fldChar w:fldCharType="end"/>',
                '<w:t xml:space="preserve"> —</w:t>',
            )
        )
        made = parse_xml(
            f'<w:p {nsdecls("w")}><w:pPr><w:spacing w:line="240" w:lineRule="auto"/>'
            f'<w:ind w:{side}="{PAGE_NUMBER * 20}" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="{side}"/></w:pPr>{runs}</w:p>'
        )
        paragraph.getparent().replace(paragraph, made)


def _head_pages(document: Any, words: str) -> None:
    from docx.shared import Pt

    page = document.sections[0]
    for header in (page.header, page.even_page_header):
        header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        paragraph.style = document.styles["表注"]
        paragraph.add_run(words).font.size = Pt(TINY)


def set_properties(document: Any, *, title: str, office: str, subject: str, origin: Origin | None) -> None:
    """The office's properties; and, where it may come back, which report it is."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    core = document.core_properties
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    core.title, core.subject, core.author, core.last_modified_by = (
        title[:250],
        subject[:250],
        office[:250],
        office[:250],
    )
    core.language, core.comments, core.keywords, core.category = "zh-CN", "", "", ""
    core.created = core.modified = now
    package = document.part.package
    _of_the_office(package, office)
    if origin is None:
        return
    part = Part(
        PackURI("/docProps/custom.xml"),
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        _custom(properties_of(origin)),
        package,
    )
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def _of_the_office(package: Any, office: str) -> None:
    """What python-docx's own empty document says of where it was made: its picture goes, the company is the office."""
    from xml.sax.saxutils import escape

    for identity, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            package.rels.pop(identity)
    for part in package.iter_parts():
        if str(part.partname) == "/docProps/app.xml":
            part._blob = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
                '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
                f"<Company>{escape(office)}</Company></Properties>"
            ).encode()


def _custom(properties: dict[str, str]) -> bytes:
    from xml.sax.saxutils import escape, quoteattr

    base = "http://schemas.openxmlformats.org/officeDocument/2006"
    entries = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(properties.items(), 2)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="{base}/custom-properties"'
        f' xmlns:vt="{base}/docPropsVTypes">{entries}</Properties>'
    ).encode()
