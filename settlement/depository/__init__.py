"""The depository: its book of accounts, the register rebuilt from events, and whether they agree."""
