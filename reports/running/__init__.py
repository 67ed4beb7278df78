"""Keeping the program up: the serving parent and the doctor. Touches the print shop."""
