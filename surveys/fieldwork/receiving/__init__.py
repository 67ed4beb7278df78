"""The only way in for what a phone hands in, to its receipt. Touches visits and findings."""
