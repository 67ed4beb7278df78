"""Blueprints of the field and of the desks. Touches everything in surveys."""
