"""The organizer's pages: campaigns, questionnaires, lists, assignments, users; a file per page."""
