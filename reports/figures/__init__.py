"""Figures worked out from the answers: indicators, tables, charts, wording, disclosure control.

No database; touches text.
"""
