"""Faults of a file as a whole, and of the files that come with a form: like `FaultKind`, one member per kind."""

from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording

_RENAME = Text("请改正文件名后重新上传。", "Correct the file’s name and upload it again.")


class FileFaultKind(Kind):
    # The file itself.
    NOT_A_WORKBOOK = Wording(
        Text(
            "“{name}”不是可读的问卷文件（.xlsx、.xls、.csv 或 CSV 的压缩包）：{detail_zh}",
            "“{name}” is not a readable form (.xlsx, .xls, .csv or a ZIP of CSVs): {detail_en}",
        ),
        Text(
            "请用 Excel 或 WPS 打开原文件，另存为“Excel 工作簿（.xlsx）”后重新上传；CSV 请存为 UTF-8 编码。",
            "Open the original in Excel or WPS, save it as “Excel workbook (.xlsx)” and upload it again; save a CSV in UTF-8.",
        ),
    )
    WORKBOOK_ENCRYPTED = Wording(
        Text("“{name}”设有打开密码，无法读取。", "“{name}” is protected by a password and cannot be read."),
        Text("请在 Excel 中取消打开密码后重新上传。", "Remove the password in Excel and upload it again."),
    )
    WORKBOOK_HAS_MACROS = Wording(
        Text(
            "“{name}”含有宏（VBA）。问卷不运行任何宏，为安全起见不接受。",
            "“{name}” holds macros (VBA). A questionnaire runs none, and such files are refused for safety.",
        ),
        Text(
            "请另存为不含宏的“Excel 工作簿（.xlsx）”后重新上传。",
            "Save it as “Excel workbook (.xlsx)”, without macros, and upload it again.",
        ),
    )
    WORKBOOK_LINKS_OUTSIDE = Wording(
        Text(
            "“{name}”引用了别的工作簿（外部链接），离开原电脑后内容无法确定。",
            "“{name}” refers to other workbooks (external links), whose content is not known here.",
        ),
        Text(
            "请在 Excel 的“数据 → 编辑链接”中断开全部链接，另存后重新上传。",
            "Break all links (Data → Edit Links in Excel), save and upload it again.",
        ),
    )
    WORKBOOK_TOO_LARGE = Wording(
        Text(
            "“{name}”太大，不像一份问卷：{why_zh}。",
            "“{name}” is too large for a form: {why_en}.",
        ),
        Text(
            "请删去多余的工作表、图片和空白格式行，只保留问卷内容后重新上传。",
            "Delete needless sheets, pictures and formatted blank rows, and upload it again.",
        ),
    )
    NOT_A_FORM_CSV = Wording(
        Text(
            "“{name}”里没有 survey 部分，不是 CSV 格式的问卷。",
            "“{name}” has no section survey and is no questionnaire in CSV.",
        ),
        Text(
            "CSV 问卷的每个部分以一行表名开头（第1格写 survey），其下各行第1格留空；也可以改传 .xlsx。",
            "In a CSV a line whose first cell is survey begins the sheet, and the first cell of the lines below stays empty; or upload an .xlsx.",
        ),
    )
    FORMULA_WITHOUT_VALUE = Wording(
        Text("这一格是公式，文件里没有保存它的结果。", "this cell is a formula whose result is not in the file."),
        Text(
            "请在 Excel 中打开并保存一次，或把公式换成文字。",
            "Open and save it once in Excel, or replace the formula by its text.",
        ),
    )
    CELL_ERROR = Wording(
        Text("这一格是错误值“{value}”。", "this cell shows the error “{value}”."),
        Text("请改成要填的内容。", "Replace it by what is meant."),
    )
    TOO_MANY_ROWS = Wording(
        Text(
            "工作表超过 {limit} 行的上限，没有读完。",
            "The sheet has more rows than the limit of {limit}; it was not read to its end.",
        ),
        Text(
            "请删去多余的行；很长的选项表请拆分或改用填空。",
            "Delete needless rows; split a very long choice list or ask for text.",
        ),
    )
    EMPTY_FILE = Wording(
        Text("“{name}”是空文件（0 字节），里面没有内容。", "“{name}” is empty (0 bytes): there is nothing in it."),
        Text(
            "请打开原文件确认内容还在，重新保存后再上传；如果是从聊天软件或网盘取得的，请重新下载。",
            "Open the original and see that its content is there, save and upload it again; download it anew if it came by chat or a net drive.",
        ),
    )
    ROWS_FAR_DOWN = Wording(
        Text(
            "工作表第 {limit} 行以下还有内容，没有读取。",
            "The sheet has content below row {limit}, which was not read.",
        ),
        Text(
            "请按 Ctrl+End 找到最末的单元格，删去多余的行（右键“删除”，不是清除内容）后重新上传。",
            "Press Ctrl+End to find the last cell, delete the needless rows (Delete, not Clear) and upload it again.",
        ),
    )
    OTHER_FILE = Wording(
        Text(
            "“{name}”不是问卷表格，它的内容是{what_zh}。",
            "“{name}” is no form: it is {what_en}.",
        ),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    # Which files came.
    NO_WORKBOOK = Wording(
        Text("上传的文件里没有问卷（.xlsx、.xls 或 CSV）。", "none of the files is a form (.xlsx, .xls or CSV)."),
        Text("请连同问卷文件一起选择后上传。", "Choose the form together with the files it needs."),
    )
    SEVERAL_WORKBOOKS = Wording(
        Text("上传的文件里有几份问卷：{names}。", "more than one of the files is a form: {names}."),
        Text("一次只上传一份问卷和它的附带文件。", "Upload one form at a time, with the files it needs."),
    )
    ATTACHMENT_TWICE = Wording(
        Text("附带文件“{name}”上传了两份。", "the file “{name}” was given twice."),
        Text("请只保留一份。", "Keep one of them."),
    )
    ATTACHMENT_MISSING = Wording(
        Text("问卷用到文件“{file}”，但没有上传。", "the form needs the file “{file}”, which was not uploaded."),
        Text(
            "请把“{file}”和问卷一起选中上传；文件名要完全一致。",
            "Choose “{file}” together with the form; its name must be exactly the same.",
        ),
    )
    ATTACHMENT_UNUSED = Wording(
        Text(
            "附带文件“{name}”没有被任何题目或规则用到，没有保存。",
            "no question or rule uses the file “{name}”; it was not kept.",
        ),
        Text("如果它应当起作用，请检查表里写的文件名。", "If it should count, check how the sheet spells its name."),
    )
    ATTACHMENT_TOO_LARGE = Wording(
        Text(
            "附带文件“{name}”有 {size}，超过 {limit} 的上限。",
            "the file “{name}” has {size}, more than the limit of {limit}.",
        ),
        Text("请缩小后重新上传。", "Make it smaller and upload it again."),
    )
    ATTACHMENT_UNREADABLE = Wording(
        Text("附带文件“{name}”读不出来：{detail_zh}", "the file “{name}” cannot be read: {detail_en}"),
        Text(
            "请另存为 UTF-8 编码的 CSV（首行为列名）、GeoJSON 或 XML 后重新上传。",
            "Save it as CSV in UTF-8 with column names in its first row, as GeoJSON or XML, and upload it again.",
        ),
    )
    ATTACHMENT_KIND = Wording(
        Text("“{name}”不是这一列可用的{wanted_zh}文件。", "“{name}” is no {wanted_en} that this column can use."),
        Text(
            "图片请用 PNG、JPEG、GIF 或 WebP，声音请用 MP3、M4A、WAV 或 OGG。",
            "Use PNG, JPEG, GIF or WebP for pictures, MP3, M4A, WAV or OGG for sound.",
        ),
    )
    ATTACHMENT_NAME = Wording(
        Text(
            "文件名“{name}”不能用作名单：只能有字母、数字、下划线、短横和点。",
            "“{name}” cannot name a list: use letters, digits, underscores, dashes and dots only.",
        ),
        _RENAME,
    )
    ATTACHMENT_COLUMN_MISSING = Wording(
        Text(
            "附带文件“{name}”没有“{column_wanted}”列，只有：{columns}。",
            "the file “{name}” has no column “{column_wanted}”; it has: {columns}.",
        ),
        Text(
            "请改正文件首行的列名，或在 parameters 列用 value=、label= 指明。",
            "Correct the column names of the file, or name the columns by value= and label= in parameters.",
        ),
    )
    ATTACHMENT_VALUE_MISSING = Wording(
        Text(
            "这一行的“{column}”是空的，不能作为选项。", "the column “{column}” is empty here, so the row is no choice."
        ),
        Text("请补上，或删去这一行。", "Fill it in, or delete the row."),
    )
    ATTACHMENT_KEY_TWICE = Wording(
        Text(
            "pulldata 按“{key}”列查找，而文件“{name}”的这一列有重复值（如“{value}”），取到的是第一行。",
            "pulldata looks up the column “{key}” of “{name}”, which holds “{value}” more than once; the first row is taken.",
        ),
        Text("请删去重复的行，或改用不重复的列。", "Delete the repeated rows, or use a column without repetitions."),
    )
