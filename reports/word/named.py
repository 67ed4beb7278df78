"""Where Word files that were taken in name a firm or a person: what the draft said before. Touches their rows."""

from reports.papers.named import unit_of_report
from reports.word.records import WordTaking
from surveys.personal_data.sources import Words

SOURCES = (
    Words("report_words", WordTaking, (WordTaking.before,), unit=unit_of_report(WordTaking.report_id), everywhere=True),
)
