"""Remembers texts that may come once only, in little memory however many there are."""

from __future__ import annotations

import sqlite3

# Pages of a kibibyte that are held in memory; the others go to a temporary file that SQLite removes.
_CACHE = -16_384


class Once:
    """A set of texts on the disk."""

    def __init__(self) -> None:
        # The empty name stands for a temporary file of SQLite's own.
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in (f"cache_size = {_CACHE}", "journal_mode = OFF", "synchronous = OFF"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE seen (text TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, text: str) -> bool:
        """Adds a text; False when it was there already."""
        added = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (text,))
        return added.rowcount == 1

    def close(self) -> None:
        """Forgets everything."""
        self._database.close()
