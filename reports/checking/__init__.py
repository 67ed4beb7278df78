"""Whether the numbers that somebody typed agree with the data. Touches papers, evidence, figures, text."""
