"""Single sheets of paper: blank and filled-in forms. Touches the print shop."""
