"""The site: pages for people, made at site build from the exports, the tables and the pages in `docs/`."""
