"""Backups of the whole instance: the file, what goes into it, how it comes back, and when one is made. Touches every table, the store and the keys."""
