"""The checks of a workbook that need no compiled form. Touches sheets and rules."""
