"""The looks of a report; the only gate outward to readers."""
