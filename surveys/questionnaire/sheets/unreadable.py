"""Why a file cannot be read, in words for the person who chose it; what a library says of it stays out of the sentence."""

import csv
from xml.etree.ElementTree import ParseError

from surveys.questionnaire.sheets.bilingual import Text

_DAMAGED = Text("文件不完整、已损坏，或内容与扩展名不符。", "it is incomplete, damaged, or not what its ending says.")
_NO_CSV = Text("CSV 里的引号或分隔符不配对。", "its quotes or separators do not match.")
_NO_XML = Text("XML 标记不配对或写错。", "its XML is not well-formed.")
NO_SHEETS = Text(
    "压缩包里既没有 Excel 工作簿，也没有 survey.csv。", "the archive holds neither a workbook nor a survey.csv."
)
NOT_TEXT = Text("内容不是文字，或不是 UTF-8、GB 18030 编码。", "it is no text in UTF-8 or GB 18030.")


class Unreadable(ValueError):
    """A file that is not what it should be; says why."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def reason(error: Exception) -> dict[str, str]:
    """The values `detail_zh` and `detail_en` of a fault."""
    usual = _NO_CSV if isinstance(error, csv.Error) else _NO_XML if isinstance(error, ParseError) else _DAMAGED
    why = error.why if isinstance(error, Unreadable) else usual
    return {"detail_zh": why.zh, "detail_en": why.en}
