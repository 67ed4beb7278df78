"""Expressions: read, compiled and worked out, with their values and functions. Touches no other room."""
