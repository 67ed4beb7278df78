"""Lines of titles: by sense, tapering, never with a stray particle in front."""

import pytest

from reports.printing.titles import cover_lines, em_width, entry_lines, issuer_size, one_line, title_lines

LONG = "越秀区人大常委会关于“五级人大代表联动，千家民营企业调研”情况的报告"


def test_a_short_title_is_one_line() -> None:
    assert title_lines("关于民营企业调研情况的报告") == ("关于民营企业调研情况的报告",)


def test_a_long_title_breaks_where_the_sense_does() -> None:
    lines = title_lines(LONG)
    assert "".join(lines) == LONG
    assert "“五级人大代表联动，千家民营企业调研”" in lines


def test_written_line_ends_decide() -> None:
    assert title_lines("广州市人大常委会\n报告汇编") == ("广州市人大常委会", "报告汇编")


@pytest.mark.parametrize("per_line", [12.3, 15, 18, 20])
def test_no_line_begins_or_ends_with_what_must_not(per_line: float) -> None:
    for cut in range(8):
        lines = title_lines(LONG[cut:], per_line)
        assert max(map(em_width, lines)) <= per_line
        for line in lines[1:]:
            assert line[0] not in "的和与及，。、；：”》）"
        for line in lines[:-1]:
            assert line[-1] not in "（《“"


def test_a_cover_takes_the_largest_type_its_lines_allow() -> None:
    assert cover_lines("民营企业调研报告")[0] == 36
    size, lines = cover_lines("广州市人大常委会\n“五级人大代表联动，千家民营企业调研”\n报告汇编")
    assert size == 22  # 19 characters in a line
    assert len(lines) == 3


def test_a_contents_entry_cuts_no_word_and_leaves_room() -> None:
    lines = entry_lines("关于“五级人大代表联动，千家民营企业调研”市本级情况的报告", 25)
    assert len(lines) == 2
    assert lines[1].startswith("情况的报告")
    assert all(em_width(line) <= 25 for line in lines)


def test_one_line_keeps_the_full_width_space() -> None:
    assert one_line("附件1　调研\n企业 名单") == "附件1　调研企业 名单"


def test_a_long_issuers_name_is_set_smaller() -> None:
    assert issuer_size("广州市人大常委会办公厅") == 36
    assert issuer_size("广州市人民代表大会常务委员会办公厅") * 17 <= 160 * 72 / 25.4
