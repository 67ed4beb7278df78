"""Workbooks as sheets and cells, whatever program wrote them, and the faults they can have. Touches no other room."""
