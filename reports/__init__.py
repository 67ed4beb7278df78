"""What a campaign tells: its evidence, its reports, their printing and what follows from them.

Reads the records of surveys, not its screens.
"""
