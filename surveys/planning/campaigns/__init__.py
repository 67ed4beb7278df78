"""The campaign, its units, staff, subjects and quotas. Touches words."""
