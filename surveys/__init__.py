"""Surveys: how they are prepared, their questionnaires, the visits, and what is handed in. Never touches reports."""
