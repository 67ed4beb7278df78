"""What XLSForm has and this house does not: each feature by its name, and what that means for the answers.

Also the appearances, parameters and settings that are known, so that a misspelt one is told and none is lost in silence.
"""

from surveys.questionnaire.sheets.bilingual import Text

_EMPTY = Text(
    "这道题会显示题目，但不能作答，答案始终为空。", "the question is shown, but it cannot be answered and stays empty."
)
_NO_VALUE = Text(
    "这条规则得不出结果，问卷因此不能发布。", "the rule would have no result, so the form is not published."
)
_NO_LIST = Text(
    "这道题没有选项可选，问卷因此不能发布。", "the question would offer no choices, so the form is not published."
)

# Types that are asked without a way to answer them: a warning, or a fault where an answer is required.
SHOWN_ONLY = frozenset(("geotrace", "geoshape", "video"))
SHOWN_ONLY_APPEARANCES = frozenset(("draw", "annotate"))

CONSEQUENCES: dict[str, Text] = {
    "geotrace": _EMPTY,
    "geoshape": _EMPTY,
    "video": _EMPTY,
    "draw": _EMPTY,
    "annotate": _EMPTY,
    "audit": Text("不记录填写过程的日志，答案不受影响。", "no log of the filling is kept; answers are not affected."),
    "imei": Text("不读取手机的编号，这一项始终为空。", "the phone’s number is not read; the item stays empty."),
    "simserial": Text("不读取手机卡的编号，这一项始终为空。", "the card’s number is not read; the item stays empty."),
    "subscriberid": Text(
        "不读取手机卡的编号，这一项始终为空。", "the card’s number is not read; the item stays empty."
    ),
    "phonenumber": Text("不读取手机号码，这一项始终为空。", "the phone’s number is not read; the item stays empty."),
    **dict.fromkeys(
        ("username", "deviceid"),
        Text(
            "只在重复组以外填入；在重复组里始终为空。",
            "it is filled in outside of repeats only; inside it stays empty.",
        ),
    ),
    "email": Text("不读取电子邮箱，这一项始终为空。", "no mail address is read; the item stays empty."),
    "background-audio": Text(
        "不会在后台录音，也没有录音文件。", "nothing is recorded in the background; there will be no file."
    ),
    "background-geopoint": Text(
        "不会在后台定位，这一项没有答案。", "no position is read in the background; there will be no answer."
    ),
    "start-geopoint": Text(
        "打开问卷时不会自动定位，这一项没有答案。", "no position is read when the form opens; there will be no answer."
    ),
    "xml-external": Text(
        "不读取外部 XML 数据，引用它的规则没有数据；请改用 CSV（csv-external）。",
        "external XML is not read, so rules that use it have no data; attach a CSV (csv-external) instead.",
    ),
    "select_one_external": Text(
        "没有 external_choices 工作表，这道题没有选项；请补上这张表，或改用 select_one_from_file。",
        "there is no sheet external_choices, so the question would offer nothing; add it, or use select_one_from_file.",
    ),
    "osm": Text("不采集地图要素，这道题没有答案。", "map features are not collected; there would be no answer."),
    "uri": Text("不填写网址类型，请改用 text。", "this type is not filled in; use text instead."),
    "cascading_select": Text(
        "旧式级联写法不再使用；请改用 choice_filter。", "the old cascade is not read; use choice_filter instead."
    ),
    "begin loop": Text(
        "循环组不会按选项逐个展开；请为每个选项各写一个 begin group，或改用 begin repeat。",
        "a loop is not spread out over its choices; write a begin group for each of them, or use begin repeat.",
    ),
    "begin score": Text(
        "这是 KoboToolbox 的评分表；请改为一个 begin group（appearance 写 table-list），每行一道 select_one。",
        "it is KoboToolbox’s rating table; write a begin group (appearance table-list) with a select_one for each row.",
    ),
    "begin rank": Text(
        "这是 KoboToolbox 的排序题；请改用一道 rank 题（rank 选项表名）。",
        "it is KoboToolbox’s ranking; use one question of the type rank (rank list_name).",
    ),
    "begin kobomatrix": Text(
        "这是 KoboToolbox 的矩阵题；请为每一行写一个 begin group，列就是其中的题目。",
        "it is KoboToolbox’s matrix; write a begin group for each of its rows, with the columns as its questions.",
    ),
    "entities": Text(
        "不建立也不更新实体，提交的答案不会写入实体清单。",
        "no entities are made or changed; what is sent does not reach an entity list.",
    ),
    "required (": Text(
        "照片、录音、文件和位置由调研活动决定是否采集，任何时候都不是必填项。",
        "photos, recordings, files and positions are taken where the campaign says so, and are never required.",
    ),
    "external_choices": _NO_LIST,
    "save_to": Text("答案不会写入实体的属性。", "the answer would not reach the property of an entity."),
    "query": _NO_LIST,
    "last-saved": Text(
        "不保留上一份问卷的答案，取不到上次的值。",
        "the answers of the form before are not kept, so there is no last value.",
    ),
    "area": _NO_VALUE,
    "enclosed-area": _NO_VALUE,
    "distance": _NO_VALUE,
    "digest": _NO_VALUE,
    "extract-signed": _NO_VALUE,
    "base64-decode": _NO_VALUE,
    "search()": _NO_LIST,
    "autoplay": Text(
        "附带的音频不会自动播放，要点一下才播放。", "attached sound does not play by itself; people tap it."
    ),
    "public_key": Text(
        "填报内容按本系统的方式保护，不用问卷自带的公钥加密。",
        "what is sent is protected in this system’s way, not encrypted with the form’s own key.",
    ),
    "submission_url": Text(
        "填报内容送到本系统，不送到别的地址。", "what is filled in comes here and goes to no other address."
    ),
    "seed": Text("选项按表中顺序显示，不打乱。", "choices stand in the order of the sheet; they are not shuffled."),
    "add_none_option": Text(
        "不会自动加“无”这一项；需要时请写进选项表。",
        "no choice “none” is added; write one into the list if it is wanted.",
    ),
    "app": Text("拍照用手机自带的相机或相册。", "pictures come from the phone’s own camera or album."),
    **dict.fromkeys(
        ("capture-accuracy", "warning-accuracy", "allow-mock-accuracy"),
        Text("定位不设精度要求，得到的位置都接受。", "any position is taken, whatever its accuracy."),
    ),
    **dict.fromkeys(
        (
            "bind",
            "body",
            "instance",
            "flat",
            "prefix",
            "delimiter",
            "namespaces",
            "instance_xmlns",
            "omit_instanceid",
            "attribute",
            "sms_field",
        ),
        Text(
            "它改动问卷文件的内部格式，本系统按自己的方式处理，答案不受影响。",
            "it changes the inner format of form files, which is handled here in another way; answers are not affected.",
        ),
    ),
    "randomize": Text(
        "选项按表中顺序显示，不打乱。", "choices stand in the order of the sheet; they are not shuffled."
    ),
}
_UNAFFECTED = Text("只影响显示方式，答案不受影响。", "it only changes how things look; answers are not affected.")


def consequence(name: str) -> Text:
    """What it means that a feature is not there; by its own name or by the first word of a cell."""
    words = name.strip().replace("begin_", "begin ").split()
    if name.startswith("required ("):
        return CONSEQUENCES["required ("]
    plain = name.strip().lower()
    firsts = (words[0].lower() if words else "", " ".join(words[:2]).lower())
    for key in (plain, *firsts, plain.partition("=")[0].strip(), plain.partition("::")[0]):
        if key in CONSEQUENCES:
            return CONSEQUENCES[key]
    return CONSEQUENCES["search()"] if name.replace(" ", "").startswith("search(") else _UNAFFECTED


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


USED_APPEARANCES = (
    _words(
        "field-list same-page table-list minimal likert horizontal horizontal-compact autocomplete multiline numbers "
        "signature label list-nolabel list"
    )
    | SHOWN_ONLY_APPEARANCES
)
# Known to XLSForm and of no effect here.
OTHER_APPEARANCES = _words(
    "compact quick quickcompact columns columns-pack no-buttons spinner rating picker vertical hidden-answer "
    "bearing thousands-sep thousand-sep year month-year no-calendar map maps comment image-map placement-map "
    "streets satellite terrain hide-input new new-front new-rear selfie textarea url printer masked counter "
    "wide ethiopian coptic islamic bikram-sambat myanmar persian buddhist randomized horizontalscroll "
    "intro-note no-collapse distress my-location"
)
APPEARANCE_PREFIXES = (
    "w1",
    "w2",
    "w3",
    "w4",
    "w5",
    "w6",
    "w7",
    "w8",
    "w9",
    "w10",
    "columns-",
    "compact-",
    "quickcompact-",
    "ex:",
)

PARAMETERS = _words(
    "start end step tick_interval placeholder tick_labelset max-pixels quality rows app capture-accuracy "
    "warning-accuracy allow-mock-accuracy value label randomize seed incremental location-priority "
    "location-min-interval location-max-age track-changes identify-user track-changes-reasons"
)
OTHER_SETTINGS = _words(
    "submission_url public_key auto_send auto_delete sms_keyword sms_separator sms_allow_media sms_date_format "
    "sms_datetime_format sms_response namespaces instance_xmlns prefix delimiter omit_instanceid compact_tag "
    "compact_prefix compact_delimiter client_editable add_none_option flat sms_keyword set_geopoint"
)
