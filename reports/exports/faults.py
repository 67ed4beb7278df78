"""What may go wrong with an export, in both languages, with its remedy. Touches the wording of faults."""

from reports.faults import Fault
from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording


class ExportFaultKind(Kind):
    """Why nothing is exported."""

    NO_SET = Wording(
        Text("“{campaign}”没有数据表“{name}”；现有的是{sets}。", "“{campaign}” has no set “{name}”; there are {sets}."),
        Text("请从中选一张。", "Choose one of them."),
    )
    NOT_YOUR_UNIT = Wording(
        Text("“{campaign}”里没有单位“{unit}”可供导出。", "“{campaign}” has no unit “{unit}” that may be exported."),
        Text("请检查单位代码，参加的单位有{units}。", "Check its code; those that take part are {units}."),
    )
    REASON_NEEDED = Wording(
        Text(
            "联系人、电话、位置、照片等个人信息只能由本单位说明理由后导出。",
            "Contacts, telephones, positions and photos are personal: they are exported with a reason only.",
        ),
        Text("请写明用途；理由记入操作记录。", "Say what for; the reason is kept in the audit trail."),
    )
    PERSONAL_NOT_YOURS = Wording(
        Text(
            "个人信息只能由走访单位导出自己的，而且只在内部资料里。",
            "Personal answers are exported by a unit's own desk alone, in an internal edition.",
        ),
        Text(
            "请选本单位和“内部资料”，或不带个人信息导出。",
            "Choose your own unit and “internal”, or export without them.",
        ),
    )
    NO_COLUMN = Wording(
        Text("没有选任何一列。", "No column was chosen."),
        Text("请至少选一列再导出。", "Choose one at least, then export."),
    )
    NO_POSITION = Wording(
        Text(
            "“{set}”里没有您可以导出的位置，做不成地图。",
            "“{set}” has no position that you may export, so there is no map of it.",
        ),
        Text(
            "位置默认是个人信息：请走访单位在“数据导出”页选“内部资料”、勾选个人信息并写明理由；或者选一张有公开位置的表；其他内容请改用 CSV 或 Excel。",
            "Positions are personal unless the sheet “diaoyan” says otherwise: the unit's own desk exports them on the page “Data export”"
            " as internal, with personal answers and a reason. Choose a set with public positions, or CSV or Excel for the rest.",
        ),
    )
    NO_MEDIA = Wording(
        Text(
            "这里没有您可以导出的照片、录音和文件。", "There are no photos, sounds or files that you may export here."
        ),
        Text(
            "它们是个人信息，命令和转送版都不带：请走访单位在“数据导出”页选“内部资料”、勾选个人信息并写明理由。",
            "They are personal, and neither the command nor the outgoing edition has them: the unit's own desk exports them on the page"
            " “Data export” as internal, with personal answers and a reason.",
        ),
    )
    SET_OF_WHOLE = Wording(
        Text(
            "“{format}”总是包括全部数据表，不能只要“{name}”。",
            "“{format}” is always of every set, not of “{name}” alone.",
        ),
        Text("请去掉 --set，或改用 csv、xlsx、sav。", "Leave --set out, or choose csv, xlsx or sav."),
    )


class ExportFault(Fault):
    """An export that is not made."""
