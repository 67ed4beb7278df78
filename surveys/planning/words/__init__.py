"""Code lists, the words of faults, number formats of the field: what planning and texts look up. Touches no other room of planning."""
