"""Words that every package carries, so that server and phone say the same: months, weekdays, and what a problem says."""

from surveys.questionnaire.shapes.package_shape import Names

NAMES: dict[str, Names] = {
    "zh": {
        "months": ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
        "weekdays": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    },
    "en": {
        "months": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        "weekdays": ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    },
}
# What a problem says where the workbook gives no message of its own; `type` goes by the type of the question.
MESSAGES = {
    "zh": {
        "choice": "所选内容不在当前可选范围内，请重新选择。",
        "required": "此项必填。",
        "constraint": "填写内容不符合要求，请检查。",
        "integer": "请填整数，只用数字。",
        "decimal": "请填数字，例如 12.5。",
        "date": "请填日期，例如 2023-06-16。",
        "time": "请填时间，例如 09:30。",
        "dateTime": "请填日期和时间，例如 2023-06-16T09:30。",
    },
    "en": {
        "choice": "This choice is not offered now; please choose again.",
        "required": "This answer is required.",
        "constraint": "This answer does not fit; please check it.",
        "integer": "Give a whole number, in digits.",
        "decimal": "Give a number, such as 12.5.",
        "date": "Give a date, such as 2023-06-16.",
        "time": "Give a time, such as 09:30.",
        "dateTime": "Give date and time, such as 2023-06-16T09:30.",
    },
}
