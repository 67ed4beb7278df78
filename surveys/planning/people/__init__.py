"""Deputies, their groups, and how a slip makes a phone theirs. Touches campaigns."""
