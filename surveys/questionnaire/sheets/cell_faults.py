"""Faults of single cells, and of what a sheet holds that has no effect here: like `FaultKind`, one member per kind."""

from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording


class CellFaultKind(Kind):
    # What the converter says by itself.
    CONVERSION_REFUSED = Wording(
        Text(
            "XLSForm 转换程序不接受这里的写法。原文：{detail_zh}",
            "The XLSForm converter refuses what stands here. It says: {detail_en}",
        ),
        Text(
            "请对照原文检查这一行；查不出时，先删去这一行再上传，看其余部分是否可用。",
            "Check the row against these words; if nothing shows, upload the form without it and see whether the rest is good.",
        ),
    )
    CONVERTER_WARNING = Wording(
        Text(
            "XLSForm 转换程序有一条提示，不影响发布。原文：{detail_zh}",
            "The XLSForm converter has a remark that does not stop you. It says: {detail_en}",
        ),
        Text("如果与本意不符，请改正；否则不必处理。", "Correct it if it is not meant; else nothing need be done."),
    )
    # What is shown but cannot be answered, and what is not used.
    SHOWN_ONLY = Wording(
        Text("本系统目前不支持“{feature}”：{consequence_zh}", "“{feature}” is not supported here: {consequence_en}"),
        Text("可以保留；如必须收集，请改用其他题型。", "You may keep it; if it must be collected, use another type."),
    )
    REQUIRED_UNANSWERABLE = Wording(
        Text(
            "“{feature}”在本系统不能作答，却设为必答，它出现时整份填报将无法提交。",
            "“{feature}” cannot be answered here but is required, so no visit that shows it could be handed in.",
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
    CELL_UNUSED = Wording(
        Text(
            "这一行的题型是“{type}”，“{column}”列在这里不起作用。",
            "in a row of the type “{type}” the column “{column}” has no effect.",
        ),
        Text(
            "可以保留；如果应当起作用，请移到正确的行，或检查题型。",
            "You may keep it; if it should count, move it to its row or check the type.",
        ),
    )
    YES_NO_UNKNOWN = Wording(
        Text("“{text}”不是 yes、no，也不是规则。", "“{text}” is neither yes nor no, nor a rule."),
        Text("请改为“{meant}”。", "Write “{meant}”."),
    )
    # Parameters.
    PARAMETERS_SYNTAX = Wording(
        Text(
            "参数要写成“名称=值”，几个参数用空格隔开；这里写的是“{text}”。",
            "parameters are written as “name=value” with blanks between; here stands “{text}”.",
        ),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    PARAMETER_VALUE = Wording(
        Text(
            "参数“{parameter}”的值“{value}”不能用：须是{wanted_zh}。",
            "the parameter “{parameter}” cannot be “{value}”: it must be {wanted_en}.",
        ),
        Text("请改正这个值，或删去这个参数。", "Correct the value, or take the parameter out."),
    )
    RANGE_EMPTY = Wording(
        Text(
            "量程的起点和终点都是 {start}，只有一个值可选。",
            "the range begins and ends with {start}, so there is but one value.",
        ),
        Text("请改正 start 或 end。", "Correct start or end."),
    )
    RANGE_STEP = Wording(
        Text(
            "量程从 {start} 到 {end}，步长不能是 {step}。", "a range from {start} to {end} cannot have the step {step}."
        ),
        Text(
            "请写大于0、不超过两端之差的步长，例如“step={meant}”。",
            "Write a step above 0 and no larger than the distance of the ends, for example “step={meant}”.",
        ),
    )
    RANGE_STEP_UNEVEN = Wording(
        Text(
            "量程从 {start} 起每次加 {step}，到不了 {end}，最远只能选到 {last}。",
            "from {start} in steps of {step} the range does not reach {end}; the last value is {last}.",
        ),
        Text("请改正步长或终点。", "Correct the step or the end."),
    )
    # What a row must have.
    LABEL_MISSING = Wording(
        Text(
            "“{name}”没有题目文字（label），填写人看不到要答什么。",
            "“{name}” has no label, so nobody would see what is asked.",
        ),
        Text(
            "请在 label 列填写题目文字；只作计算的请把题型改为 calculate。",
            "Write the question in the column label; for something that is only worked out use the type calculate.",
        ),
    )
    GROUP_LABEL_MISSING = Wording(
        Text("{what_zh}“{name}”没有标题（label）。", "the {what} “{name}” has no label."),
        Text("可以不填；填写后页面会显示标题。", "It may stay so; with a label the page has a heading."),
    )
    CHOICE_LABEL_MISSING = Wording(
        Text(
            "选项“{name}”没有文字（label），页面上会显示“{name}”。",
            "the choice “{name}” has no label; the page shows “{name}”.",
        ),
        Text("请在 label 列填写选项文字。", "Write its text in the column label."),
    )
    CALCULATION_MISSING = Wording(
        Text("计算题“{name}”没有写计算式。", "“{name}” is a calculate without a calculation."),
        Text(
            "请在 calculation 列填写计算式，或删去这一行。",
            "Write the rule in the column calculation, or delete the row.",
        ),
    )
    BIG_IMAGE_ALONE = Wording(
        Text("“{name}”有大图（big-image）而没有普通图片（image）。", "“{name}” has a big-image but no image."),
        Text("请在 image 列也填写图片文件名。", "Name a picture in the column image too."),
    )
    OTHER_WITH_FILTER = Wording(
        Text(
            "or_other（其他，请说明）不能与 choice_filter 或附带文件的选项同用。",
            "or_other cannot go together with a choice_filter or with choices from a file.",
        ),
        Text(
            "请去掉 or_other，在选项表里加一项“其他”，另设一道填空题。",
            "Take or_other out, add a choice “other” to the list and a text question after it.",
        ),
    )
    TABLE_LIST_FILTER = Wording(
        Text(
            "表格式分组（table-list）里的题目不能用 choice_filter。",
            "a question in a table-list cannot have a choice_filter.",
        ),
        Text(
            "请去掉 choice_filter，或去掉分组的 table-list。",
            "Take out the choice_filter, or the appearance table-list of the group.",
        ),
    )
    TABLE_LIST_MIXED = Wording(
        Text(
            "表格式分组（table-list）里的选择题须用同一个选项表：这里是“{list}”，前面是“{first}”。",
            "all choices in a table-list must come from one list: here it is “{list}”, before it was “{first}”.",
        ),
        Text("请改用同一个选项表，或把这道题移出分组。", "Use the same list, or move the question out of the group."),
    )
    FILE_ENDING = Wording(
        Text(
            "“{file}”不能作选项文件：文件名须以 .csv、.geojson 或 .xml 结尾。",
            "“{file}” cannot hold choices: its name must end in .csv, .geojson or .xml.",
        ),
        Text("请把选项存为 CSV，并写上完整的文件名。", "Save the choices as CSV and write the whole name of the file."),
    )
    TRIGGER_SYNTAX = Wording(
        Text(
            "trigger 列要写成“${{题目名}}”，几道题用逗号隔开；这里写的是“{text}”。",
            "trigger is written as “${{name}}”, several with commas between; here stands “{text}”.",
        ),
        Text("{remedy_zh}", "{remedy_en}"),
    )
    TRIGGER_NOT_ASKED = Wording(
        Text(
            "“{name}”不是填写人作答的题目，不能用来触发计算。",
            "“{name}” is not answered by people, so it cannot set off a calculation.",
        ),
        Text(
            "请改用一道要作答的题目，或删去 trigger，让计算随时更新。",
            "Name a question that is asked, or clear trigger so that it is always worked out anew.",
        ),
    )
    # Names and columns.
    GROUPS_TOO_DEEP = Wording(
        Text("分组套了 {depth} 层以上。", "groups are nested more than {depth} deep."),
        Text("请减少分组的层数。", "Use fewer groups within groups."),
    )
    REPEAT_NAME_TWICE = Wording(
        Text(
            "重复组“{name}”与第{other}行的重复组重名；重复组的名字在整份问卷里不能重复。",
            "the repeat “{name}” is called like the one in row {other}; names of repeats must differ in the whole form.",
        ),
        Text("请给其中一个改名。", "Rename one of them."),
    )
    NAME_RESERVED = Wording(
        Text(
            "“{name}”是问卷格式自己用的名字，不能作题目名。",
            "“{name}” is a name that the form’s format needs for itself.",
        ),
        Text("请改名，例如“{suggestion}”。", "Rename it, for example to “{suggestion}”."),
    )
    NAME_CASE = Wording(
        Text(
            "“{name}”与第{other}行的“{like}”只有大小写不同，导出后容易混淆。",
            "“{name}” differs from “{like}” in row {other} by capital letters only and is easily mistaken for it.",
        ),
        Text("可以保留；建议改名。", "You may keep it; another name is better."),
    )
    COLUMN_SAME = Wording(
        Text(
            "列“{column}”与“{other}”是同一列的两种写法，只能有一列。",
            "the columns “{column}” and “{other}” are two names of one; there can be only one.",
        ),
        Text("请把内容并到一列，删去另一列。", "Put their content into one column and delete the other."),
    )
    CHOICE_COLUMN_SPACE = Wording(
        Text(
            "choices 表的列名“{column}”含有空格，choice_filter 不能引用它。",
            "the column “{column}” of choices holds a space, so no choice_filter can refer to it.",
        ),
        Text("如要用于筛选，请用下划线代替空格。", "Use an underscore if it should filter choices."),
    )
    LIST_NAME_INVALID = Wording(
        Text(
            "选项表名“{list}”里的“{character}”不能用。", "“{character}” cannot stand in the name of a list (“{list}”)."
        ),
        Text(
            "请把列表名改为“{suggestion}”，题型里的写法也一起改。",
            "Call the list “{suggestion}”, in the column type as well.",
        ),
    )
    REFERENCE_OPEN = Wording(
        Text(
            "“{written}”后面缺少右花括号“}}”，不会换成答案。",
            "“{written}” has no closing bracket “}}”, so no answer is put in.",
        ),
        Text("请写成“${{题目名}}”。", "Write “${{name}}”."),
    )
    LIST_TWICE = Wording(
        Text(
            "“{list}”同时是两份选项（选项表和附带文件，或两个同名文件）的名字。",
            "“{list}” names two lists at once (one of choices and a file, or two files).",
        ),
        Text("请给其中一份改名。", "Rename one of them."),
    )
    DEFAULT_UNFIT = Wording(
        Text(
            "默认值“{value}”不是这道题能有的答案（{wanted_zh}），填报一开始就会有错。",
            "the default “{value}” is no answer to this question ({wanted_en}), so each visit would begin with an error.",
        ),
        Text("请改正默认值，或清空这一格。", "Correct the default, or clear the cell."),
    )
    LANGUAGE_INCOMPLETE = Wording(
        Text(
            "语言“{language}”缺少“{columns}”列，会显示默认语言的内容。",
            "the language “{language}” has no column “{columns}”; the default language is shown.",
        ),
        Text("可以保留；要完整翻译，请补上该列。", "You may keep it; add the column for a complete translation."),
    )
    OTHER_UNTRANSLATED = Wording(
        Text(
            "or_other 产生的“其他”一项，只有中文和英文两种文字。",
            "the choice “other” that or_other makes has a Chinese and an English text only.",
        ),
        Text(
            "其他语言要用时，请在选项表里写“其他”一项，另设一道填空题。",
            "For other languages add a choice “other” to the list and a text question after it.",
        ),
    )
    METADATA_READ = Wording(
        Text(
            "“{name}”（{type}）在本系统始终为空，这条规则因此读不到内容：{consequence_zh}",
            "“{name}” ({type}) always stays empty here, so this rule reads nothing: {consequence_en}",
        ),
        Text("请改问填写人，或去掉这处引用。", "Ask people for it, or take the reference out."),
    )
    METADATA_SHOWN = Wording(
        Text(
            "“{name}”（{type}）在本系统始终为空，这段文字引用它的地方显示不出内容：{consequence_zh}",
            "“{name}” ({type}) always stays empty here, so this text shows nothing in its place: {consequence_en}",
        ),
        Text(
            "如有必要，请改问填写人，或改写这段文字。", "Ask people for it if it matters, or word the text without it."
        ),
    )
    TITLE_MISSING = Wording(
        Text(
            "settings 表没有写问卷标题，暂用文件名“{title}”。",
            "the sheet settings gives no title; the file name “{title}” is used.",
        ),
        Text(
            "请在 settings 表的 form_title 列填写标题。",
            "Write the title in the column form_title of the sheet settings.",
        ),
    )
