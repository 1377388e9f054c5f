"""Draws rows from the constraint tables: valid ones, and ones with a chosen fault."""
