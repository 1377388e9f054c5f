"""Tables and models written by schema/build.py; do not edit."""
