"""Who trades, in what, and under which agreements."""

from __future__ import annotations

from datetime import date

from eth_utils import keccak

from settlement.model.asset import SecurityKind
from settlement.model.repo import (
    Agreement,
    Method,
)
from tests.stateful.repo_world import (
    DAY,
    Rule,
)

NAMES = ("dealer", "fund", "bank", "branch")
"""`branch` is a second wallet of the dealer's."""

DENOMINATIONS = {"T-2035": 1_000, "B-2030": 100, "C-2031": 1, "D-2029": 5_000}
SECURITIES = tuple(DENOMINATIONS)
PRICES = dict(zip(SECURITIES, (100_750_000, 98_433_219, 101_987_654, 96_500_001), strict=True))
SYMBOLS = ("USD", *SECURITIES)
KINDS = {
    "T-2035": SecurityKind.TREASURY_NOTE,
    "B-2030": SecurityKind.TREASURY_NOTE,
    "C-2031": SecurityKind.CORPORATE_BOND,
    "D-2029": SecurityKind.CORPORATE_BOND,
}
BY_HAIRCUT, BY_RATIO = SECURITIES[:2], SECURITIES[2:]
ISSUERS = {"T-2035": "Treasury", "B-2030": "Agency", "C-2031": "Works", "D-2029": "Works"}
MATURITIES = {"B-2030": date(2030, 8, 31), "C-2031": date(2031, 5, 15), "D-2029": date(2029, 2, 1)}
"""T-2035 has none, as everywhere in these tests."""

NOTE, BOND = SecurityKind.TREASURY_NOTE.number, SecurityKind.CORPORATE_BOND.number
RULES = [Rule(NOTE, 0, 20_000_000), Rule(BOND, 1, 1_020_000_000)]

HOUR = 3_600
EASTERN = -5 * HOUR
CUT_OFF = 17 * HOUR
CASH = 40_000_000 * 10**6
QUANTITY = 20_000_000

AGREEMENTS = (
    Agreement(
        master=keccak(text="GMRA 2011"),
        method=Method.HAIRCUT.value,
        basis=360,
        maximum_price_age=2 * DAY,
        grace=DAY,
        late_rate=80_000_000,
        fails_rate=30_000_000,
        margin_rate=41_700_000,
        threshold=500 * 10**6,
        minimum_transfer=100 * 10**6,
        call_deadline=4 * HOUR,
        valuation_period=DAY,
        valuation_bound=200_000_000,
        utc_offset=EASTERN,
    ),
    Agreement(
        master=keccak(text="MRA 1996"),
        method=Method.RATIO.value,
        basis=365,
        maximum_price_age=3 * DAY,
        grace=6 * HOUR,
        late_rate=0,
        fails_rate=300_000_000,
        margin_rate=-7_300_000,
        threshold=0,
        minimum_transfer=0,
        call_deadline=HOUR,
        valuation_period=2 * DAY,
        valuation_bound=500_000_000,
        utc_offset=9 * HOUR,
    ),
)

FORGED = ("forged", "unsigned", "swapped", "number")
"""Faults of a signature: somebody else's, none, that of the other side, for another place."""

UNNUMBERED = ("terms", "close", "cancel", "roll", "income")
"""What is not signed for a place, so that a wrong one is somebody else's signature."""
