"""The form as pages, summary and paper show it. Touches facts, state, rules."""
