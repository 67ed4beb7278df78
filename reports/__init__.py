"""Telling: what was found, merged, printed and handed over. Reads the records of surveys, not its screens."""
