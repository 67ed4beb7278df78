"""Filling in page by page without script, for a visit, from paper or on trial. Touches visits and questions."""
