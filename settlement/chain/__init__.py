"""The outside world: a chain behind a port, and the adapters that fit it."""
