"""Forms of the reports' pages: what was typed → blocks and records. Touches text, no request of its own."""
