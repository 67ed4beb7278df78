"""Every fault and warning an imported table can have: its place, its cause and its remedy. Touches the wording of faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from surveys.planning.words.fault_texts import CauseAndRemedy
from surveys.questionnaire.sheets.faults import Text, Wording


class ImportFaultKind(Enum):
    """One member per fault of an imported table; names are stable."""

    FILE_EMPTY = Wording(
        Text("“{file}”里没有内容。", "“{file}” holds nothing."),
        Text("请检查是否选错了文件。", "Check whether this is the file you meant."),
    )
    NOT_A_TABLE = Wording(
        Text("“{file}”不是能读的表格。", "“{file}” is not a readable table."),
        Text(
            "请用 WPS 或 Excel 打开，另存为 .xlsx 或 .csv 后再上传。",
            "Open it in WPS or Excel, save it as .xlsx or .csv and upload that.",
        ),
    )
    OTHER_FILE = Wording(
        Text("“{file}”的内容是{what_zh}，不是表格。", "“{file}” holds {what_en}, no table."),
        Text(
            "请选名单所在的 .xlsx、.xls 或 .csv 文件；名单在文档里的，请先复制到表格，在压缩包里的，请先解压。",
            "Choose the .xlsx, .xls or .csv with the list; copy a list out of a document into a sheet first, unpack an archive first.",
        ),
    )
    FILE_PROTECTED = Wording(
        Text("“{file}”设有打开密码。", "“{file}” is protected by a password."),
        Text("请取消密码，另存后再上传。", "Remove the password, save it and upload it again."),
    )
    FILE_TOO_LARGE = Wording(
        Text("“{file}”展开后过大。", "“{file}” unpacks to too much."),
        Text("请删去图片、多余的工作表和空白格式行。", "Delete pictures, needless sheets and formatted blank rows."),
    )
    FILE_TAKES_TOO_MUCH = Wording(
        Text(
            "“{file}”展开后太大，或内容不正常，读到一半已停止；没有写入任何内容。",
            "“{file}” unpacks to too much, or is not made as tables are; reading was stopped and nothing was written.",
        ),
        Text(
            "请新建一个空白表格，只复制名单所在的行和列，另存为 .xlsx 后再上传；行数多的分成几个文件。",
            "Copy the rows and columns of the list alone into a new sheet, save it as .xlsx and upload that; split a long one.",
        ),
    )
    CELL_TOO_FAR = Wording(
        Text(
            "“{file}”的单元格 {cell} 里有内容，离名单太远：最多读 {columns} 列、{limit} 行。",
            "In “{file}” the cell {cell} has content too far from the list: at most {columns} columns and {limit} rows are read.",
        ),
        Text(
            "请删去名单以外的行和列（选中后右键“删除”），或把名单复制到新的表格，另存后再上传。",
            "Delete the rows and columns outside the list, or copy the list into a new sheet, save it and upload that.",
        ),
    )
    TOO_MANY_ROWS = Wording(
        Text("“{file}”超过{limit}行。", "“{file}” has more than {limit} rows."),
        Text("请分成几个文件导入。", "Import it in several files."),
    )
    HEADS_MISSING = Wording(
        Text(
            "没有找到表头：前{rows}行里认不出“{wanted}”等列名。",
            "No row of heads: none of the first {rows} rows has “{wanted}” or the like.",
        ),
        Text("请把列名放在一行里，例如：{example}。", "Put the heads in one row, for example: {example}."),
    )
    COLUMN_MISSING = Wording(
        Text("缺少“{column}”列。", "The column “{column}” is missing."),
        Text(
            "请在表头第{row}行加上“{column}”，或在右侧把您的列对应到它。",
            "Add “{column}” to the heads in row {row}, or map one of your columns to it.",
        ),
    )
    COLUMN_TWICE = Wording(
        Text("“{head}”和“{other}”都对应“{column}”。", "“{head}” and “{other}” both stand for “{column}”."),
        Text("请只留一列，或把另一列设为不导入。", "Keep one of them, or set the other to “not imported”."),
    )
    NO_ROWS = Wording(
        Text("表头（第{row}行）下面没有内容。", "There is nothing below the heads in row {row}."),
        Text("请检查是否选错了工作表。", "Check whether this is the sheet you meant."),
    )
    TOTAL_ROW = Wording(
        Text("这一行是合计，不是名单中的一项。", "This row is a total, not an entry of the list."),
        Text("不必导入，可以略去。", "Leave it out."),
    )
    NOT_OF_THESE_UNITS = Wording(
        Text("“{value}”不在{unit}范围内。", "“{value}” does not lie in {unit}."),
        Text("请核对所在区，或换一个导入范围。", "Check the district, or import for another unit."),
    )
    PARENT_NOT_FOUND = Wording(
        Text("名册和本文件里都没有“{value}”。", "Neither the register nor this file has “{value}”."),
        Text("请填写上级的全称，或先加上它那一行。", "Give its whole name, or add its row first."),
    )
    DAYS_UNREADABLE = Wording(
        Text("看不懂接待日“{value}”。", "The day “{value}” cannot be read."),
        Text(
            "请写成：每月第3个周五 9:00-11:30；每月15日；每周三。",
            "Write: week 3 Friday 9:00-11:30; day 15; every Wednesday.",
        ),
    )
    VALUE_MISSING = Wording(
        Text("“{column}”没有填。", "“{column}” is empty."), Text("请补上这一格。", "Fill in this cell.")
    )
    VALUE_TOO_LONG = Wording(
        Text("“{column}”有{length}字，最多{limit}字。", "“{column}” has {length} characters; at most {limit}."),
        Text("请缩短这一格。", "Shorten this cell."),
    )
    NUMBER_EXPECTED = Wording(
        Text("“{value}”不是{unit}。", "“{value}” is not a number ({unit})."),
        Text("请填数字，不带单位。", "Type the number alone, without a unit."),
    )
    DATE_FOR_NUMBER = Wording(
        Text(
            "这一格是日期（{value}），应为{unit}。表格软件可能把“7-1”一类当成了日期。",
            "This cell is a date ({value}), not a number ({unit}): the spreadsheet may have taken “7-1” for one.",
        ),
        Text("请把格式改为“文本”后重填。", "Set the cell’s format to “text” and type it again."),
    )
    NUMBER_OUT_OF_RANGE = Wording(
        Text("“{value}”超出范围（{least}～{most}）。", "“{value}” is out of range ({least} to {most})."),
        Text("请核对这一格，尤其是单位。", "Check this cell, its unit above all."),
    )
    CHOICE_UNKNOWN = Wording(
        Text("没有“{value}”。可填：{choices}。", "“{value}” is not known. It may be: {choices}."),
        Text("请改为其中之一。", "Change it to one of these."),
    )
    CHOICE_MISSPELT = Wording(
        Text("没有“{value}”。相近：{near}。", "“{value}” is not known. Close to it: {near}."),
        Text("请改为“{near}”，或填其他已有的名称。", "Change it to “{near}”, or to another known name."),
    )
    USCC_LENGTH = Wording(
        Text("信用代码应为18位，这里是{length}位。", "The credit code has {length} characters instead of 18."),
        Text("请对照营业执照重填。", "Type it again from the business licence."),
    )
    USCC_ALPHABET = Wording(
        Text(
            "信用代码第{place}位是“{mark}”。代码里不会出现I、O、S、V、Z和其他符号。",
            "Character {place} of the credit code is “{mark}”; a code has no I, O, S, V, Z or other signs.",
        ),
        Text(
            "请对照营业执照改正；常见的是把数字1、0、5、2看成了字母。",
            "Correct it from the business licence; often the digits 1, 0, 5, 2 were read as letters.",
        ),
    )
    USCC_KIND = Wording(
        Text(
            "信用代码第{place}位“{mark}”不是已有的登记部门或类别。",
            "Character {place} of the credit code, “{mark}”, is no registering department or kind.",
        ),
        Text("请对照营业执照改正开头两位。", "Correct the first two characters from the business licence."),
    )
    USCC_DIVISION = Wording(
        Text(
            "信用代码第3至8位应为数字，第{place}位是“{mark}”。",
            "Characters 3 to 8 of the credit code are digits; character {place} is “{mark}”.",
        ),
        Text("请对照营业执照改正。", "Correct it from the business licence."),
    )
    USCC_CHECK = Wording(
        Text(
            "信用代码校验位不对：末位是{mark}，按前17位应为{expected}。",
            "The check character of the credit code is wrong: {mark}, where the first 17 give {expected}.",
        ),
        Text(
            "请对照营业执照逐位核对；可能错在末位，也可能错在前面。",
            "Compare it with the business licence; the slip may be in the last character or before it.",
        ),
    )
    USCC_LOST_DIGITS = Wording(
        Text(
            "信用代码被表格软件当成数字，末几位已变成0。",
            "The spreadsheet took the credit code for a number: its last digits are lost.",
        ),
        Text("请把这一列设为“文本”，再从原表复制一次。", "Set the column to “text” and copy it again from the source."),
    )
    DUPLICATE_IN_FILE = Wording(
        Text("与第{other}行是同一{what}（{by}相同）。", "This is the same {what} as row {other} (same {by})."),
        Text("请只保留一行。", "Keep one of the rows."),
    )
    ALREADY_ON_LIST = Wording(
        Text("已在本单位名单上，编号{number}。", "It is on this unit’s list already, number {number}."),
        Text("不必再导入；要改资料，请在名单里改。", "No need to import it again; change its data on the list."),
    )
    ON_ANOTHER_LIST = Wording(
        Text(
            "已在{unit}的名单上（编号{number}）。一家{visited}由两个单位{visiting}，须有组织单位同意的理由。",
            "It is on the list of {unit} (number {number}). Two units visiting one subject need the organizer’s reason.",
        ),
        Text(
            "请在“重复安排理由”列写明理由，或删去这一行。",
            "Give the reason in the column “overlap reason”, or delete the row.",
        ),
    )
    FORM_REFUSES = Wording(
        Text(
            "问卷不接受“{value}”：{words}。派单后代表不能更正这一项。",
            "The questionnaire does not take “{value}”: {words}. A deputy cannot correct it later.",
        ),
        Text(
            "请改正这一格；确实无误的，请先调整问卷的规则。",
            "Correct this cell; if it is right, change the form’s rule first.",
        ),
    )
    PHONE_UNREADABLE = Wording(
        Text("“{value}”不像电话号码。", "“{value}” does not look like a phone number."),
        Text("请填手机号或带区号的座机号。", "Give a mobile number, or a land line with its area code."),
    )
    NOT_IN_ROSTER = Wording(
        Text("代表名册里没有“{value}”。", "The roster has no deputy “{value}”."),
        Text("请核对姓名或编号，或先导入代表名册。", "Check the name or number, or import the roster first."),
    )
    SEVERAL_IN_ROSTER = Wording(
        Text("代表名册里有{count}位“{value}”。", "The roster has {count} deputies “{value}”."),
        Text("请加上代表编号或手机号。", "Add the deputy’s number or phone."),
    )
    IN_ANOTHER_GROUP = Wording(
        Text("“{value}”已在{group}。", "“{value}” is in {group} already."),
        Text("请先从那个小组移出，或删去这一行。", "Take the person out of that group first, or delete the row."),
    )
    PARENT_LOOP = Wording(
        Text("“{code}”的上级一路找上去又回到了它自己。", "The parents of “{code}” lead back to itself."),
        Text("请改正上级代码；最上一级留空。", "Correct the parent code; the topmost unit has none."),
    )
    # Warnings: the row is imported all the same.
    USCC_MISSING = Wording(
        Text("没有信用代码，只能按名称查重。", "No credit code: duplicates can only be found by name."),
        Text("个体工商户可以留空，其他请补上。", "Self-employed businesses may leave it empty; others should add it."),
    )
    USCC_ORGANISATION = Wording(
        Text(
            "信用代码第17位（组织机构代码校验）不合常规。",
            "Character 17 of the credit code (the older check) is unusual.",
        ),
        Text("老登记可能如此，请对照营业执照看一眼。", "Old registrations may have this; compare it with the licence."),
    )
    OTHER_DISTRICT = Wording(
        Text("{visited}在{area}，名单属于{unit}。", "It lies in {area}; the list belongs to {unit}."),
        Text("确属本单位{visiting}的，不用改。", "If this unit visits it, leave it."),
    )
    SIZE_DIFFERS = Wording(
        Text(
            "规模填的是{given}，按从业人员和营业收入应为{found}。",
            "The size is given as {given}; staff and revenue make it {found}.",
        ),
        Text("请核对；以填写的为准导入。", "Check it; it is imported as given."),
    )
    NAME_DIFFERS = Wording(
        Text("名册中这个信用代码的名称是“{known}”。", "The register has this credit code as “{known}”."),
        Text(
            "以名册为准；{visited}改了名的，请在名册里改。",
            "The register’s name stays; change it there if the {visited} has a new one.",
        ),
    )
    REVENUE_PER_HEAD = Wording(
        Text("人均营业收入{value}万元，不常见。", "Revenue per head is {value} × 10,000 yuan, which is unusual."),
        Text("请看一眼单位：金额一律填万元。", "Check the unit: amounts are in 10,000 yuan."),
    )
    NEW_WORD = Wording(
        Text(
            "“{value}”还不在“{column}”的代码表里，导入时会加进去。",
            "“{value}” is not in the list of “{column}” yet; the import adds it.",
        ),
        Text("写错了的，请改成已有的：{choices}。", "If it is misspelt, change it to one of: {choices}."),
    )
    KNOWN_ALREADY = Wording(
        Text("名册里已有，按这一行补充。", "It is in the register already and is completed by this row."),
        Text("不想更新的，请略去这一行。", "Leave the row out if it should stay as it is."),
    )
    SAME_ALREADY = Wording(
        Text("名册里已有，内容相同。", "It is in the register already, and says the same."),
        Text("不会重复写入。", "It is not written twice."),
    )
    SAME_NAME = Wording(
        Text("与第{other}行同名，按两个人导入。", "Same name as row {other}; imported as two people."),
        Text("是同一个人的，请删去一行。", "If it is one person, delete one row."),
    )


SOFT = frozenset(
    {
        ImportFaultKind.USCC_MISSING,
        ImportFaultKind.USCC_ORGANISATION,
        ImportFaultKind.OTHER_DISTRICT,
        ImportFaultKind.SIZE_DIFFERS,
        ImportFaultKind.NAME_DIFFERS,
        ImportFaultKind.REVENUE_PER_HEAD,
        ImportFaultKind.SAME_NAME,
        ImportFaultKind.NEW_WORD,
        ImportFaultKind.KNOWN_ALREADY,
        ImportFaultKind.SAME_ALREADY,
    }
)


@dataclass(frozen=True, slots=True)
class ImportFault(CauseAndRemedy):
    """One fault or warning. `row` as the spreadsheet counts, None: the whole file. `repair`: the value that would mend it."""

    kind: ImportFaultKind
    row: int | None = None
    key: str | None = None  # the field
    column: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    repair: str | None = None

    @property
    def soft(self) -> bool:
        return self.kind in SOFT

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "row": self.row,
            "column": self.column,
            "cause": {"zh": self.cause("zh"), "en": self.cause("en")},
            "remedy": {"zh": self.remedy("zh"), "en": self.remedy("en")},
        }
