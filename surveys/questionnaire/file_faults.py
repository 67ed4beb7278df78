"""Faults of attached files, and of what a sheet holds that is not used: like `FaultKind`, one member per kind."""

from enum import Enum

from surveys.questionnaire.wording import Text, Wording

_RENAME = Text("请改正文件名后重新上传。", "Correct the file’s name and upload it again.")


class FileFaultKind(Enum):
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
    ATTACHMENT_VALUE_TWICE = Wording(
        Text(
            "“{value}”与第{other}行重复，两个选项将无法区分。",
            "“{value}” is already in row {other}, so answers could not be told apart.",
        ),
        Text("请改用别的值。", "Use another value."),
    )
    ATTACHMENT_VALUE_SPACE = Wording(
        Text(
            "选项值“{value}”含有空格，多选题的答案会被拆开。",
            "the value “{value}” holds a space: in a select_multiple it would fall apart.",
        ),
        Text("请用下划线代替空格。", "Use an underscore instead."),
    )
    ATTACHMENT_KEY_TWICE = Wording(
        Text(
            "pulldata 按“{key}”列查找，而文件“{name}”的这一列有重复值（如“{value}”），取到的是第一行。",
            "pulldata looks up the column “{key}” of “{name}”, which holds “{value}” more than once; the first row is taken.",
        ),
        Text("请删去重复的行，或改用不重复的列。", "Delete the repeated rows, or use a column without repetitions."),
    )
    # What is shown but cannot be answered, and what is not used.
    SHOWN_ONLY = Wording(
        Text("本系统目前不支持“{feature}”：{consequence_zh}", "“{feature}” is not supported here: {consequence_en}"),
        Text("可以保留；如必须收集，请改用其他题型。", "You may keep it; if it must be collected, use another type."),
    )
    REQUIRED_UNANSWERABLE = Wording(
        Text(
            "“{feature}”在本系统不能作答，却设为必答，走访将无法提交。",
            "“{feature}” cannot be answered here but is required, so no visit could be handed in.",
        ),
        Text("请清空“required”，或改用其他题型。", "Clear the column “required”, or use another type."),
    )
    APPEARANCE_UNKNOWN = Wording(
        Text("不认识外观“{appearance}”，不起作用。", "unknown appearance “{appearance}”; it has no effect."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    PARAMETER_UNKNOWN = Wording(
        Text("不认识参数“{parameter}”，不起作用。", "unknown parameter “{parameter}”; it has no effect."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    SETTING_UNKNOWN = Wording(
        Text("不认识设置“{setting}”，不起作用。", "unknown setting “{setting}”; it has no effect."),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    SETTINGS_ROW_IGNORED = Wording(
        Text(
            "settings 表只用第一行内容，这一行没有读取。",
            "only the first row of the sheet settings counts; this one was not read.",
        ),
        Text("请删去这一行，或并入第一行。", "Delete it, or put it into the first row."),
    )

    @property
    def code(self) -> str:
        return self.name.lower()
