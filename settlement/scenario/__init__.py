"""The YAML story: its format, its reader and its runner. Format: `docs/scenario.md`."""
