"""Compares the answers that were received with what the rules say. Touches state, facts, views."""
