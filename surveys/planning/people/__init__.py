"""Deputies, their groups, and the slips and codes that connect a phone with a deputy. Touches campaigns."""
