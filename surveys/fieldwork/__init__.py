"""In the field (实地调研): visits, what was handed in, its review, and what was found. Touches planning and earlier rooms."""
