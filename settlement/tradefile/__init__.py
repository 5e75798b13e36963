"""Public repo trade files: read with every problem named, funded, opened and closed by DvP."""
