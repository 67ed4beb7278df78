"""The campaign, its units, staff and their roles, subjects and quotas. Touches words."""
