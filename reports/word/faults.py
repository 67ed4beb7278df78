"""What keeps a Word file from being taken in as a report, with cause and remedy in both languages. Touches the wording of faults."""

from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording


class FileFaultKind(Kind):
    """Faults of .docx files; the other kinds are in `faults.py`."""

    EMPTY = Wording(
        Text("这个 .docx 里没有文字。", "This .docx holds no text."),
        Text("请确认选对了文件。", "Check that it is the right file."),
    )
    UNREADABLE = Wording(
        Text("文件打不开，可能已损坏。", "The file cannot be read; it may be damaged."),
        Text(
            "请在 WPS 或 Word 中打开后另存为 .docx 再上传。",
            "Open it in Word or WPS, save it as .docx and upload it again.",
        ),
    )
    TOO_LARGE = Wording(
        Text("文件有 {size} MB，超过 {limit} MB。", "The file has {size} MB, the limit is {limit} MB."),
        Text("请去掉图片后再上传。", "Take pictures out and upload it again."),
    )
    OLD_OR_LOCKED = Wording(
        Text("这是旧版 .doc 文件，或者加了密码。", "This is an old .doc file, or it has a password."),
        Text("请在 WPS 或 Word 中去掉密码，另存为 .docx 再上传。", "Remove the password and save it as .docx."),
    )
    NOT_DOCX = Wording(
        Text("{what}。", "{what}."),
        Text("请上传在 WPS 或 Word 中保存的 .docx。", "Upload a .docx saved by Word or WPS."),
    )
    UNPACKS_TOO_LARGE = Wording(
        Text(
            "文件解开后过大（超过 {limit} MB，或压缩得不正常），没有打开。",
            "The file unpacks to more than {limit} MB, or is packed abnormally; it was not opened.",
        ),
        Text("请在 WPS 中另存一份再上传。", "Save it anew and upload that."),
    )
    MACROS = Wording(
        Text("文件带有宏（.docm），为安全起见没有打开。", "The file has macros (.docm), so it was not opened."),
        Text("请另存为不带宏的 .docx 再上传。", "Save it as .docx without macros and upload that."),
    )
    TOO_LONG = Wording(
        Text("正文超过 {most} 字，不像一份报告。", "The text has more than {most} characters, which is no report."),
        Text("请只上传分报告正文。", "Upload the report’s text alone."),
    )
    TOO_MANY = Wording(
        Text("正文超过 {most} 段，不像一份报告。", "The text has more than {most} paragraphs, which is no report."),
        Text("请只上传分报告正文。", "Upload the report’s text alone."),
    )
    OTHER_REPORT = Wording(
        Text(
            "这个文件是另一份报告“{title}”导出的，没有取入任何内容。",
            "This file went out from another report, “{title}”; nothing was taken in.",
        ),
        Text(
            "请在那份报告的页面取入；只要其中几段的，复制到本报告导出的 Word 稿里再上传。",
            "Take it in on that report’s page; for some paragraphs alone, copy them into this report’s own Word file.",
        ),
    )
    VOLUME = Wording(
        Text(
            "这是整本汇编的 Word 稿，不能整本取回。",
            "This is the Word file of the whole volume, which is not taken back in.",
        ),
        Text(
            "请分别导出各份报告的 Word 稿，在其中修改后上传。",
            "Get the Word file of each report, change that and upload it.",
        ),
    )


NO_ZIP = Text("这不是 .docx 文件（扩展名可能被改过）", "This is no .docx file (its extension may have been changed)")
OTHER_ZIP = Text("这是压缩包，但不是 .docx 文档", "This is a zip file but no .docx document")
