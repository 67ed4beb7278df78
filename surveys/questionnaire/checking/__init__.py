"""Whether the sheets make a form: every check that needs no compiled form. Touches sheets and rules."""
