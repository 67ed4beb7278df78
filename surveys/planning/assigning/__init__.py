"""Who goes to whom: assignments, proposals, conflicts of interest, the seeded draw. Touches people and campaigns."""
