"""Texts that match a pattern of the schema.

Reads the part of regular expressions that the schema uses: characters, classes, groups with
alternatives, and counts. Anything else is refused, so that a new construct is noticed.
"""
