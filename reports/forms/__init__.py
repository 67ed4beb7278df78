"""Forms of the reports' pages: what was typed → blocks and records. Touches content, no request of its own."""
