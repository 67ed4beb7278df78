"""A unit's report while it is written: records, steps, drafts, freezing, remarks, sign-offs, Word. Touches evidence, figures, text."""
