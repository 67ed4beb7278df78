"""Screens of reports: the list, the editor, the merge, the number check, the issue, the sheets of paper."""
