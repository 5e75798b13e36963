"""Figures of repo and settlement: pure functions that know no chain.

What is never rounded is a Fraction; a payment is a Decimal, rounded once, and a quantity an int.
Formulas and rules of rounding stand in `docs/protocol.md`.
"""
