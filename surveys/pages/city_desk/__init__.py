"""The organizer's pages: campaigns, questionnaires, lists, assignments, users; a file per page.

Touches the shell, the forms and the domain; no page of another desk.
"""
