"""Small forms that use the corners of the rule language, for comparing both evaluators on random answers."""

from functools import cache
from typing import Any

from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.package.reader import read_workbook
from tests.surveys.questionnaire.model_form import SAMPLES, package


def _rows(text: str, columns: str) -> list[dict[str, str]]:
    names = columns.split()
    rows = [line.strip().strip("|").split("|") for line in text.strip().splitlines()]
    return [{n: c.strip().replace("¦", "|") for n, c in zip(names, cells, strict=False) if c.strip()} for cells in rows]


def _survey(text: str) -> list[dict[str, str]]:
    return _rows(text, "type name relevant calculation extra")


def form(survey: str, choices: str = "", **more: dict[str, str]) -> dict[str, Any]:
    """A form: rows of type | name | relevant | calculation (¦ is a union), more columns by question in `more`."""
    rows = _survey(survey)
    for row in rows:
        if row.get("name") and row["type"] != "calculate":
            row["label"] = row["name"]
        row |= more.get(row.get("name", ""), {}) if not row["type"].startswith("end") else {}
    return {"survey": rows, "choices": _rows(choices, "list_name name label up")}


FORMS = {
    "arithmetic": form(
        """
        decimal | a
        decimal | b
        text | t
        calculate | sum | | ${a} + ${b} * 2 - ${a} div ${b}
        calculate | mod | | concat(${a} mod ${b}, ' ', int(${a} div 3), ' ', round(${a} div ${b}, 2))
        calculate | pow | | concat(pow(${a}, ${b}), ' ', pow(${a}, 0.5), ' ', exp(${b} div 100), ' ', log(${a}), ' ', sin(${a}))
        calculate | cmp | | concat(${a} < ${b}, ${a} = ${b}, ${t} = ${a}, ${t} != ${t}, ${t} > 1, ${a} = '')
        calculate | txt | | concat(substr(${t}, ${a}, ${b}), ':', substring(${t}, ${a}, ${b}), ':', translate(${t}, 'ab3', 'x'), ':', string-length(${t}))
        calculate | cut | | concat(substring-before(${t}, ' '), ':', substring-after(${t}, '0'), ':', normalize-space(${t}), ':', number(${t}))
        calculate | day | | concat(date(${t}), ':', date-time(${t}), ':', decimal-time(${t}), ':', format-date-time(${t}, '%Y年%n月%e日 %a %H:%M:%S.%3'), ':', format-date(${a}, '%y%m%d %b'))
        calculate | ext | | concat(min(${a}, ${b}, ''), max(${a}, ${b}), coalesce(${t}, ${a}, 'none'), if(${t}, ${a}, ${b}))
        note | n | ${a} > ${b}
        """,
        n={"label": "一共 ${sum}，余 ${mod}。"},
        t={"constraint": "regex(., '^[0-9a-z ]*$') and . != ${a}", "required": "${a} > 10"},
    ),
    "nested repeats": form(
        """
        integer | n
        begin repeat | site
        text | name
        integer | k | ${n} != 3
        begin repeat | line | ${k} != 1
        decimal | cap
        calculate | no | | concat(position(..), '/', position(../..))
        calculate | share | | round(${cap} div sum(${cap}), 3)
        calculate | before | | concat(count(../preceding-sibling::line), ',', count(../following-sibling::line), ',', sum(../preceding-sibling::line/cap))
        end repeat
        calculate | caps | | concat(sum(${cap}), ' ', count(${line}), ' ', join('+', ${cap}), ' ', count-non-empty(${cap}))
        end repeat
        begin repeat | open
        text | word
        calculate | last | | indexed-repeat(${word}, ${open}, position(..) - 1)
        end repeat
        integer | i
        integer | j
        calculate | pick | | concat(indexed-repeat(${cap}, ${site}, ${i}, ${line}, ${j}), ':', indexed-repeat(${word}, ${open}, ${i}))
        calculate | all | | concat(sum(/data/site/line/cap), ':', count(/data/site[k > 1]), ':', /data/site[position() = 2]/name, ':', count(//cap), ':', /data/open[last()]/word)
        calculate | both | | join(' ', ${name} ¦ ${word})
        calculate | extreme | | concat(min(${cap}), '/', max(${cap}))
        """,
        site={"repeat_count": "${n}"},
        line={"repeat_count": "${k}"},
        cap={"constraint": ". <= 20", "required": "${k} > 2", "default": "1"},
        word={"default": "x"},
    ),
    "choices of others": form(
        """
        begin repeat | m
        text | nm
        select_one role | role
        end repeat
        select_one ${nm} | head
        select_multiple role | roles
        select_one role | main | count-selected(${roles}) > 1
        select_one small | small
        calculate | label | | concat(jr:choice-name(${main}, '${main}'), '/', jr:choice-name(${small}, '${small}'), '/', instance('small')/root/item[name = ${small}]/label)
        calculate | look | | concat(instance('small')/root/item[2]/up, count(instance('small')/root/item[up = ${main}]))
        calculate | list | | concat(selected(${roles}, 'a'), selected-at(${roles}, 1), count-selected(${roles}), checklist(1, 2, ${main} = 'a', ${small} = 's1'))
        note | n | ${head} != ''
        """,
        """
        role | a | 甲 |
        role | b | 乙 |
        role | c | 丙 |
        small | s1 | 小一 | a
        small | s2 | 小二 | b
        small | s3 | 小三 | a
        """,
        role={
            "choice_filter": "not(selected(join(' ', current()/../../m[position() != position(current()/..)]/role), name))"
        },
        main={"choice_filter": "selected(${roles}, name)"},
        small={"choice_filter": "up = ${main} or ${main} = ''", "required": "yes"},
        n={"label": "负责人 ${head}"},
    ),
    "given by the form": form(
        """
        start | begun
        today | day
        date | d
        text | a
        text | copy
        calculate | stamp | | once(concat('at ', ${a}))
        begin repeat | r | ${a} != 'no'
        text | x
        text | y
        calculate | z | | concat(${x}, ${a})
        end repeat
        begin group | g | ${a} = 'yes' or ${a} = ''
        text | in
        select_multiple yn | q
        end group
        rank yn | order
        """,
        """
        yn | yes | 是 |
        yn | no | 否 |
        yn | unsure | 说不清 |
        """,
        d={"default": "today() + 0", "constraint": ". >= ${day}"},
        copy={"trigger": "${a}", "calculation": "concat('[', ${a}, ']')", "readonly": "yes"},
        x={"default": "now()"},
        y={"trigger": "${x}", "calculation": "concat(${x}, '!')"},
        q={"default": "yes no", "readonly": "${in} != ''"},
        g={"readonly": "${a} = 'yes'"},
    ),
}


@cache
def packages() -> list[dict[str, Any]]:
    """Every form that both evaluators are compared on: those above, the samples, the model form."""
    found: list[dict[str, Any]] = []
    for name, rows in FORMS.items():
        reading, _ = read_case(rows)
        assert reading.package is not None, (name, [fault.sentence("en") for fault in reading.faults])
        found.append(reading.package)
    for path in sorted(SAMPLES.glob("0[1-57]*.xlsx")):
        sample = read_workbook(path.read_bytes(), name=path.name, media=True).package
        assert sample is not None, path
        found.append(sample)
    return [*found, package(), package(media=True)]
