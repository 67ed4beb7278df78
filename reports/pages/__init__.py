"""Screens of reports: the list, the editor, the merge, the number check, the issue, the sheets of paper.

Touches every room of reports but handling, exports and the demonstration; of the screens of surveys the shell alone.
"""
