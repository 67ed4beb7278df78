"""Parts of a frame (分组口径): several units together, the firms that made a choice. Touches nothing but the frame."""

from collections.abc import Sequence

from reports.figures.frame import Frame
from surveys.questionnaire.facts.facts import IndicatorQuestion

ENDS = {"high": ("4", "5"), "low": ("1", "2")}  # of a five-point question, 5 = best or most


def of_units(frame: Frame, units: Sequence[str]) -> Frame:
    """The visits charged to any of these units; none named is the frame itself."""
    import numpy as np

    if len(units) < 2:
        return frame.of(units[0]) if units else frame
    leaves = {leaf for unit in units for leaf in frame.data.tree.get(unit, (unit,))}
    return frame.where(lambda rows: np.isin(frame.data.unit[rows].astype(str), sorted(leaves)))


def among(frame: Frame, question: IndicatorQuestion, name: str) -> Frame:
    """The visits that chose `name`, or an end of a scale (high, low)."""
    import numpy as np

    column = frame.data.column(question)
    names = (name,) if name in column.names else ENDS.get(name, ())
    places = [column.names.index(one) for one in names if one in column.names]
    marks = column.marks
    if marks is None or not places:
        return frame.where(lambda rows: np.zeros(len(rows), dtype=bool))
    chose = marks[:, places].sum(axis=1) > 0
    return frame.where(lambda rows: chose[rows])
