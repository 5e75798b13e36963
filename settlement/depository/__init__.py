"""The depository: its book, the register rebuilt from events, and whether they agree."""
