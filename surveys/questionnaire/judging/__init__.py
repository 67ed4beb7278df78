"""What was received, held against what the rules say. Touches state, facts, views."""
