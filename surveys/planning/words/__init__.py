"""Code lists, the words of faults, number formats of the field: what planning looks up. Touches no other room of planning."""
