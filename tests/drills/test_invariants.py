"""The five invariants hold after an honest settlement; a tampered record breaks its own."""

from dataclasses import replace
from decimal import Decimal

import pytest

from settlement.drills.invariants import invariants
from settlement.onchain.contract import Event, token

CONSERVED = "each asset is conserved"
OMNIBUS = "supply equals the omnibus position"
BOTH = "both legs moved, or none"
ONCE = "an instruction is consumed at most once"
REBUILT = "the register rebuilt from events equals the chain"

SOLD = {
    ("dealer", "T-2035"): -1_000,
    ("fund", "T-2035"): 1_000,
    ("dealer", "USD"): 1_000_000_000,
    ("fund", "USD"): -1_000_000_000,
}
"""1,000 of the note for 1,000.00, in the chain's units."""


@pytest.fixture
def market(market):
    """The cast, after one sale."""
    market.book_trade("S1", "dealer", "fund", "T-2035", 1_000, "USD", Decimal(1))
    market.dvp.settle("S1")
    return market


def broken(market, moved=SOLD, agreed=SOLD):
    """By name, what breaks each invariant that does not hold."""
    checks = invariants(market, moved, agreed)
    assert [check.name for check in checks] == [CONSERVED, OMNIBUS, BOTH, ONCE, REBUILT]
    return {check.name: check.broken for check in checks if not check.holds}


def last(market, name):
    """The place of the last event of this name."""
    events = market.journal.events
    return max(place for place, event in enumerate(events) if event.name == name)


def test_all_hold_after_an_honest_settlement(market):
    assert broken(market) == {}


# --- 1 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word", "issued"),
    [("Minted", "amount", "12,000,000.000001"), ("Redeemed", "amount", "11,999,999.999999")],
)
def test_cash_that_was_issued_or_taken_back_and_is_not_in_the_wallets(market, name, word, issued):
    cash = market.directory.cash("USD").address
    market.journal.events.append(Event("CashToken", cash, name, {word: 1}))
    said = f"{issued} USD issued, 12,000,000.00 held"
    assert broken(market) == {CONSERVED: (said,)}


def test_securities_burned_that_are_still_held(market):
    note = market.directory.security("T-2035").address
    burned = Event("SecurityEntitlement", note, "Burned", {"quantity": 1_000})
    market.journal.events.append(burned)
    said = "11,999,000 T-2035 issued, 12,000,000 held"
    assert broken(market) == {CONSERVED: (said,)}


# --- 2 --------------------------------------------------------------------------------------------


def test_a_book_with_more_on_the_omnibus_account_than_there_are_tokens(market):
    market.book.deposit("dealer", "T-2035", 5)
    market.book.tokenize("dealer", "T-2035", 5)
    said = "supply of T-2035 against the omnibus: 12,000,000 instead of 12,000,005"
    assert broken(market) == {OMNIBUS: (said,)}


def test_a_book_with_less(market):
    market.book.detokenize("dealer", "T-2035", 5)
    said = "supply of T-2035 against the omnibus: 12,000,000 instead of 11,999,995"
    assert broken(market) == {OMNIBUS: (said,)}


# --- 3 --------------------------------------------------------------------------------------------


def test_one_leg_that_moved_without_the_other(market):
    delivered = {key: units for key, units in SOLD.items() if key[1] == "T-2035"}
    assert broken(market, moved=delivered) == {
        BOTH: (
            "dealer has 0.00 USD more, and 1,000.00 USD more were agreed",
            "fund has 0.00 USD more, and -1,000.00 USD more were agreed",
        )
    }


def test_a_refusal_after_which_something_moved_all_the_same(market):
    moved = {("fund", "USD"): -10_000}
    said = "fund has -0.01 USD more, and 0.00 USD more were agreed"
    assert broken(market, moved=moved, agreed={}) == {BOTH: (said,)}


@pytest.mark.parametrize("account", SOLD)
def test_one_unit_too_much_in_any_wallet(market, account):
    assert set(broken(market, moved={**SOLD, account: SOLD[account] + 1})) == {BOTH}


def test_somebody_else_who_got_something(market):
    assert set(broken(market, moved={**SOLD, ("dealer", "T-2035"): 0})) == {BOTH}


def test_nothing_that_moved_is_nothing_that_was_agreed(market):
    assert broken(market, moved={("fund", "USD"): 0}, agreed={}) == {}


# --- 4 --------------------------------------------------------------------------------------------


def test_a_settlement_that_stands_twice_in_the_log(market):
    events = market.journal.events
    settled = events[last(market, "Settled")]
    events.append(settled)
    (said,) = broken(market)[ONCE]
    assert set(broken(market)) == {ONCE}
    assert said == f"Settled stands 2 times in the log for 0x{settled.arguments['trade'].hex()}"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Settled", "trade"),
        ("Delivered", "delivery"),
        ("Opened", "repo"),
        ("Closed", "repo"),
        ("CycleSettled", "cycle"),
    ],
)
def test_every_kind_of_settlement_is_counted_by_what_it_consumes(market, name, word):
    def forged(number):
        return Event("", "", name, {word: number.to_bytes(32, "big")})

    market.journal.events += [forged(1), forged(2)]
    assert broken(market) == {}
    market.journal.events += [forged(2), forged(2)]
    said = f"{name} stands 3 times in the log for 0x{2:064x}"
    assert broken(market) == {ONCE: (said,)}


# --- 5 --------------------------------------------------------------------------------------------


def test_a_movement_that_the_log_lost(market):
    del market.journal.events[last(market, "Transfer")]
    found = broken(market)
    assert set(found) == {REBUILT}
    assert sum("in the register" in said for said in found[REBUILT]) == 2


def test_a_movement_that_the_log_has_otherwise(market):
    place = last(market, "Transfer")
    event = market.journal.events[place]
    arguments = {**event.arguments, "value": event.arguments["value"] + 1}
    market.journal.events[place] = replace(event, arguments=arguments)
    assert set(broken(market)) == {REBUILT}


def test_it_is_the_log_that_counts_and_not_what_the_coordinator_remembers(market):
    """The register that is kept up to date hides nothing: another one is built from the log."""
    del market.journal.events[last(market, "Transfer")]
    assert market.differences() == []
    assert set(broken(market)) == {REBUILT}


def test_holdings_that_moved_on_the_chain_behind_the_coordinators_back(market):
    note, fund = market.directory.security("T-2035"), market.directory.party("fund")
    transfer = token(note).transaction(
        market.directory.party("dealer").key, "transfer", fund.address, 1_000
    )
    market.chain.submit([transfer])
    assert set(broken(market)) == {REBUILT}
