"""Package, answers and clock give the state of a visit. Touches package and rules."""
