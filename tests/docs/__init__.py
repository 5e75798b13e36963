"""The documentation: its links, its blocks of code, and what in it is generated."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "contracts" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
)
"""Every page."""
