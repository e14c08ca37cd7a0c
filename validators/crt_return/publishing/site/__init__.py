"""The generated pages of the published standard, as Markdown by path under `docs/`. They are made from the standard."""
