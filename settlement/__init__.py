"""Delivery versus payment and tokenized repo on a local chain."""

import os

# keccak in C, a quarter faster on the in-process chain; eth-hash reads this at its first import.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
