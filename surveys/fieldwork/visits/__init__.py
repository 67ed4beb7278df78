"""A visit, who went, its submissions and its one state. Touches planning."""
