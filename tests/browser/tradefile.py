"""A trade file with more parties, trades and letters than fit a screen."""

from tests.e2e.tradefiles import HEADER

_FIRMS = 14
_TRADES = 64


def many_trades():
    """Repos among firms, some of which have long names; more of them than a table shows."""
    firms = [_firm(number) for number in range(_FIRMS)]
    return HEADER + "".join(_row(number, firms) for number in range(_TRADES))


def _firm(number):
    long_name = "Interdealer Brokers of the Eastern Seaboard & Sons"
    return f"{long_name} {number}" if number % 5 == 0 else f"Bank {number}"


def _row(number, firms):
    lender, borrower = firms[number % _FIRMS], firms[(number * 3 + 1) % _FIRMS]
    if lender == borrower:
        borrower = firms[(number + 1) % _FIRMS]
    quantity, day = 1_000_000 + 10_000 * number, f"2026-03-0{2 + number % 2}"
    terms = [day, day, str(quantity), "100", "7", "4.3", f"{quantity}.00", f"{quantity}.00"]
    return ",".join([f"T{number}", lender, borrower, f"CUSIP{number % 4}", *terms, "USD"]) + "\n"
