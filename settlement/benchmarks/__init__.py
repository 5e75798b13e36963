"""What settling costs in gas, which is exact, and in time, which is only ever a ratio."""
