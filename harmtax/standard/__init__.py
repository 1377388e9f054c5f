"""The words: what a standards body versions."""
