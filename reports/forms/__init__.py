"""Forms of the reports' pages, which turn what was typed into blocks. Touches text, no request of its own."""
