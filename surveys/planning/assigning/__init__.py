"""Which group visits which subject: assignments, proposals, conflicts, the seeded draw. Touches people and campaigns."""
