"""A workbook with every question type and every appearance that changes use, in two languages, with the files that come with it."""

import io

from tests.surveys.questionnaire.workbooks import workbook

ZH, EN = "简体中文 (zh-CN)", "English (en)"
HEADER = [
    "type", "name", f"label::{ZH}", f"label::{EN}", f"hint::{ZH}", f"hint::{EN}", f"guidance_hint::{ZH}", "required",
    f"required_message::{ZH}", f"required_message::{EN}", "relevant", "constraint", f"constraint_message::{ZH}",
    f"constraint_message::{EN}", "appearance", "calculation", "default", "trigger", "choice_filter", "repeat_count",
    "readonly", "parameters", f"image::{ZH}", f"audio::{ZH}", f"big-image::{ZH}",
]  # fmt: skip


def _row(kind: str, name: str = "", zh: str = "", en: str = "", **more: str) -> list[str]:
    columns = {
        "hint": f"hint::{ZH}", "hint_en": f"hint::{EN}", "guidance": f"guidance_hint::{ZH}",
        "rmsg": f"required_message::{ZH}", "rmsg_en": f"required_message::{EN}",
        "cmsg": f"constraint_message::{ZH}", "cmsg_en": f"constraint_message::{EN}",
        "image": f"image::{ZH}", "audio": f"audio::{ZH}", "big": f"big-image::{ZH}",
    }  # fmt: skip
    cells = {"type": kind, "name": name, f"label::{ZH}": zh, f"label::{EN}": en}
    cells |= {columns.get(key, key): value for key, value in more.items()}
    assert set(cells) <= set(HEADER), set(cells) - set(HEADER)
    return [cells.get(column, "") for column in HEADER]


def survey() -> list[list[str]]:
    """The rows of the sheet, page by page."""
    return [
        HEADER,
        _row("start", "began"), _row("end", "ended"), _row("today", "on_day"),
        _row("hidden", "batch", default="B7"),
        _row("begin group", "g_text", "一、文字与数字", "1 Text and numbers", appearance="field-list"),
        _row("note", "lead", "以下各项按企业实际填写。", "Please answer as things are.", image="plan.png", audio="read.wav"),
        _row("acknowledge", "seen", "我已阅读填写说明", "I have read the notes", required="yes"),
        _row("text", "short", "联系部门", "Department", hint="写全称", hint_en="In full", guidance="例如：发展和改革局",
             required="yes", rmsg="请写联系部门。", rmsg_en="Please give the department."),
        _row("text", "long", "主要情况", "What there is", appearance="multiline", constraint="string-length(.) <= 50",
             cmsg="不超过50字。", cmsg_en="At most 50 characters."),
        _row("text", "digits", "登记号", "Register number", appearance="numbers"),
        _row("barcode", "code", "设备条码", "Bar code of the machine"),
        _row("integer", "staff", "从业人数", "Staff", required="yes", constraint=". > 0 and . < 100000",
             cmsg="请填1至99999之间的人数。", cmsg_en="Please give 1 to 99999."),
        _row("decimal", "area", "厂房面积", "Floor area"),
        _row("calculate", "per_head", calculation="if(${staff} > 0 and ${area} > 0, round(${area} div ${staff}, 1), '')"),
        _row("note", "told", "人均面积${per_head}平方米。", "${per_head} square metres a head.", relevant="${per_head} != ''"),
        _row("range", "trust", "把握程度", "How sure", parameters="start=0 end=10 step=1"),
        _row("range", "share", "出口占比", "Share exported", parameters="start=0 end=100 step=5", image="plan.png", big="plan.png"),
        _row("text", "copied", "人数的说明", "Words on the staff", calculation="concat('共', ${staff}, '人')", trigger="${staff}"),
        _row("text", "stamp", "受理编号", "Number", readonly="yes", calculation="once(concat('N-', ${batch}))"),
        _row("end group"),
        _row("begin group", "g_choose", "二、选择", "2 Choices", appearance="field-list"),
        _row("select_one ways or_other", "kind", "经营方式", "Way of business"),
        _row("select_one yesno", "flat", "是否出口", "Exports", appearance="horizontal", required="yes"),
        _row("select_one size", "folded", "规模", "Size", appearance="minimal"),
        _row("select_one five", "mood", "总体感受", "Overall", appearance="likert"),
        _row("select_one worded", "outlook", "对明年的预期", "Next year", appearance="likert"),
        _row("select_one parts", "part", "看图选出问题部位", "Which part"),
        _row("select_multiple parts", "spare", "需要的配件", "Spare parts", appearance="minimal"),
        _row("select_multiple needs", "needs", "需要的支持", "Support needed", required="yes",
             rmsg="请至少选一项。", rmsg_en="Please choose at least one.", constraint="count-selected(.) <= 3",
             cmsg="最多选三项。", cmsg_en="Three at most."),
        _row("select_multiple needs", "found", "已得到的支持", "Support received", appearance="autocomplete"),
        _row("rank needs", "order", "按重要程度排序", "In order of importance"),
        _row("select_one province", "province", "所在市", "City", required="yes"),
        _row("select_one district", "district", "所在区", "District", choice_filter="province = ${province}", required="yes"),
        _row("select_one_from_file firms.csv", "partner", "合作企业", "Partner", appearance="autocomplete",
             choice_filter="district = ${district}"),
        _row("calculate", "partner_staff", calculation="pulldata('firms', 'staff', 'name', ${partner})"),
        _row("note", "partner_told", "该企业有${partner_staff}人。", "It has ${partner_staff} people.", relevant="${partner} != ''"),
        _row("begin group", "table", "满意程度", "Satisfaction"),
        _row("select_one three", "head", "评价", "Marks", appearance="label"),
        _row("select_one three", "speed", "办事速度", "Speed", appearance="list-nolabel"),
        _row("select_one three", "tone", "服务态度", "Tone", appearance="list-nolabel", required="yes"),
        _row("end group"),
        _row("end group"),
        _row("begin group", "g_when", "三、时间与地点", "3 Time and place", appearance="field-list"),
        _row("date", "day", "走访日期", "Day of the visit", default="today()", required="yes"),
        _row("time", "hour", "到达时间", "Time of arrival"),
        _row("dateTime", "moment", "下次约定", "Next appointment"),
        _row("geopoint", "place", "现场位置", "Position", required="yes"),
        _row("end group"),
        _row("begin group", "g_media", "四、照片、录音和文件", "4 Photos, recordings, files", appearance="field-list"),
        _row("image", "photo", "现场照片", "Photo", hint="勿拍人脸近景、证件和报表。", required="yes"),
        _row("audio", "sound", "现场录音", "Recording"),
        _row("file", "paper", "附件", "Attachment"),
        _row("image", "sign", "走访代表签名", "Signature", appearance="signature"),
        _row("end group"),
        _row("integer", "sites_n", "厂区数", "Number of sites", constraint=". >= 0 and . <= 3"),
        _row("begin repeat", "site", "厂区", "Site", repeat_count="${sites_n}"),
        _row("text", "site_name", "厂区名称", "Name of the site", required="yes"),
        _row("begin repeat", "line", "生产线", "Line"),
        _row("text", "line_name", "生产线名称", "Name of the line", required="yes"),
        _row("integer", "line_cap", "年产能", "Capacity", default="100"),
        _row("end repeat"),
        _row("end repeat"),
        _row("begin repeat", "advice", "建议", "Advice"),
        _row("text", "advice_text", "建议内容", "Advice in words", appearance="multiline", required="yes"),
        _row("end repeat"),
    ]  # fmt: skip


def choices() -> list[list[str]]:
    """The lists."""
    rows = [["list_name", "name", f"label::{ZH}", f"label::{EN}", "province", f"image::{ZH}", f"audio::{ZH}"]]
    lists = {
        "yesno": [("yes", "是", "Yes"), ("no", "否", "No")],
        "ways": [("own", "自营", "Own"), ("leased", "租赁", "Leased")],
        "worded": [("up", "比今年好一些", "Better than this year"), ("same", "与今年持平", "As this year"), ("down", "比今年差一些", "Worse than this year")],
        "parts": [("pump", "水泵", "Pump", "", "pump.png", "read.wav"), ("belt", "传送带", "Belt", "", "belt.png")],
        "size": [("l", "大型", "Large"), ("m", "中型", "Medium"), ("s", "小型", "Small")],
        "five": [("5", "很好", "Very good"), ("4", "较好", "Good"), ("3", "一般", "Fair"), ("2", "较差", "Poor"), ("1", "很差", "Bad")],
        "needs": [("money", "资金", "Money"), ("land", "用地", "Land"), ("people", "用工", "Labour"), ("law", "法律服务", "Legal help")],
        "three": [("good", "满意", "Good"), ("fair", "一般", "Fair"), ("bad", "不满意", "Bad")],
        "province": [("gz", "广州市", "Guangzhou"), ("sz", "深圳市", "Shenzhen")],
        "district": [("gz1", "番禺区", "Panyu", "gz"), ("gz2", "增城区", "Zengcheng", "gz"), ("sz1", "南山区", "Nanshan", "sz")],
    }  # fmt: skip
    for name, listed in lists.items():
        rows += [[name, *(*one, "", "", "", "")[:6]] for one in listed]
    return rows


def every_type() -> bytes:
    """The workbook as XLSX."""
    settings = [["form_title", "form_id", "default_language"], ["各类题目问卷", "every_type", ZH]]
    return workbook({"survey": survey(), "choices": choices(), "settings": settings})


def attached() -> dict[str, bytes]:
    """The list, the picture and the sound that come with it."""
    return {
        "firms.csv": "name,label,district,staff\nf1,示例宏达公司,gz1,85\nf2,示例永安公司,gz2,20\n".encode(),
        "plan.png": picture("PNG", (48, 32)),
        "pump.png": picture("PNG", (120, 80)),
        "belt.png": picture("PNG", (120, 80)),
        "read.wav": sound(),
    }


# What both journeys fill in; the rules give the calculated ones.
GIVEN = {
    "/g_text/seen": "OK", "/g_text/short": "发展和改革局", "/g_text/long": "主要情况如下。", "/g_text/digits": "0086",
    "/g_text/code": "6901234567892", "/g_text/staff": "85", "/g_text/area": "1200", "/g_text/per_head": "14.1",
    "/g_text/trust": "7", "/g_text/share": "15", "/g_text/copied": "共85人", "/g_text/stamp": "N-B7",
    "/g_choose/kind": "other", "/g_choose/kind_other": "联营", "/g_choose/flat": "yes", "/g_choose/folded": "m",
    "/g_choose/mood": "4", "/g_choose/outlook": "same", "/g_choose/part": "belt", "/g_choose/spare": "pump",
    "/g_choose/needs": "land law", "/g_choose/found": "law", "/g_choose/order": "law land money people",
    "/g_choose/province": "gz", "/g_choose/district": "gz1", "/g_choose/partner": "f1", "/g_choose/partner_staff": "85",
    "/g_choose/table/speed": "good", "/g_choose/table/tone": "fair", "/g_when/hour": "09:30:00.000+08:00",
    "/g_when/moment": "2023-07-20T14:00:00.000+08:00", "/batch": "B7", "/sites_n": "1", "/site[1]/site_name": "新厂",
    "/site[1]/line[1]/line_name": "二号线", "/site[1]/line[1]/line_cap": "60", "/site[1]/line[2]/line_name": "一号线",
    "/site[1]/line[2]/line_cap": "100", "/advice[1]/advice_text": "希望加快办证。",
}  # fmt: skip


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), *, placed: bool = False) -> bytes:
    """A picture; `placed`: with a position and a camera in its EXIF."""
    from PIL import Image

    out, image = io.BytesIO(), Image.new("RGB", size, (92, 107, 112))
    exif = Image.Exif()
    if placed:
        exif[0x010F] = "Camera of the deputy"
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (23.0, 17.0, 24.0)
    image.save(out, kind, exif=exif)
    return out.getvalue()


def sound() -> bytes:
    """A second of silence as WAV."""
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    return out.getvalue()
