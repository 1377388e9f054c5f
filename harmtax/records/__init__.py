"""The incidents: what a platform emits, inward and across."""
