"""Where the contracts keep what they keep: those that share the repo desk's storage have it in the
same places, and words that are read and written whole have their fields where the compiler does.

`repoOf`, `setOf` and `walletOf` are read as the compiler lays the structs out; what opens, changes
and ends writes whole words. So the word on the chain is looked at after each act, by itself and
against the view.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from eth_utils import keccak, to_canonical_address

from settlement.model.party import Purpose, SignerKind, WalletStatus
from settlement.onchain.artifacts import load
from settlement.onchain.contract import token
from settlement.onchain.repo_signing import repo_id
from tests.contracts.live import Live
from tests.contracts.repo.life import CLOSED, CLOSED_OUT, NEVER, OPEN, Life, enrich, supply
from tests.contracts.repo.margin_desk import RATIO
from tests.contracts.repo.pen import CUT_OFF, DAY, EASTERN, PURCHASE_PRICE, QUANTITY

pytest_plugins = ["tests.contracts.repo.margin_fixtures"]

ONE = 10**9
CANCELLED = 3
SHARING = ("RepoChanges", "RepoServicing", "MarginCalls", "MarginTransfers", "RepoDefault")
VARIABLES = {
    *("_nameFallback", "_versionFallback", "_repos", "_sets", "_changes", "_agreements"),
    *("_incomes", "_reversals", "_margins", "_calls", "_securityMargins", "_nets"),
    *("_defaultPrices", "_awards", "_claims"),
}

REPO = (8, 8, 40, 32, 96, 32, 40)
"""State, changed, accruesFrom, repurchaseDate, purchasePrice, number, rate: bits of each, from the
lowest up."""

SET = (16, 16, 8, 8, 16, 32, 32, 64, 8, 8, 40)
"""Open, securities, state, method, basis, maximumPriceAge, grace, lateRate, secondDefaulted,
called, clock."""

WALLET = (160, 8, 8, 8, 40)
"""Participant, purpose, signer kind, status, screenedAt."""


def packed(widths: Iterable[int], fields: Iterable[Any]) -> int:
    """Fields as one word."""
    word, offset = 0, 0
    for width, value in zip(widths, fields, strict=True):
        number = int.from_bytes(value) if isinstance(value, bytes) else int(value)
        word |= number % 2**width << offset
        offset += width
    assert offset <= 256
    return word


def stored(contract: Live, mapping: str, key: bytes) -> int:
    """The first word of a mapping's entry, from the storage of the chain."""
    slot = load(contract.contract.name).storage[mapping]
    place = int.from_bytes(keccak(key.rjust(32, b"\0") + slot.to_bytes(32)))
    web3 = contract._market.chain.web3
    return int.from_bytes(web3.eth.get_storage_at(contract.address, place))


# --- the layout


@pytest.mark.parametrize("name", SHARING)
def test_what_runs_in_the_desk_s_storage_has_its_layout(name):
    assert load(name).storage == load("RepoFacility").storage


def test_every_variable_of_it_has_a_place_of_its_own():
    """None is left out for a name that two have, and there is no gap."""
    storage = load("RepoFacility").storage
    assert set(storage) == VARIABLES
    assert sorted(storage.values()) == list(range(len(VARIABLES)))


# --- a repo


@pytest.fixture
def word(facility):
    """`word(repo)`: its storage, which the view must read likewise."""

    def read(repo: bytes) -> int:
        found = stored(facility, "_repos", repo)
        assert found == packed(REPO, facility.repoOf(repo))
        return found

    return read


@pytest.mark.parametrize("rate", [ONE, -ONE, -1, 0])
def test_the_word_of_a_repo_that_opens(facility, pen, terms, word, rate):
    """Every field to its limits, or as near as a market comes."""
    opened = replace(terms, rate=rate)
    facility.open(*pen.signed(opened))
    begins, ends = terms.purchase_date, terms.repurchase_date
    fields = (OPEN, False, begins, ends, PURCHASE_PRICE, 0, rate)
    assert word(repo_id(opened)) == packed(REPO, fields)


@pytest.mark.parametrize("rate", [ONE, -ONE])
def test_the_word_of_a_repo_through_its_changes(facility, pen, terms, word, market, dealer, rate):
    """Notice, which sets the date alone; amendment, substitution and a reversal, each of which
    counts; then a close, which leaves all but the state."""
    enrich(market)
    supply(market, "T-2036", 2 * QUANTITY)
    open_ended = replace(terms, duration=1, repurchase_date=0, rate=-rate)
    life = Life.opened(facility, pen, open_ended)
    fields = [OPEN, False, life.today, NEVER, PURCHASE_PRICE, 0, -rate]
    assert word(life.id) == packed(REPO, fields)

    due = life.today + 1
    life.notice(dealer, due)
    fields[3] = due
    assert word(life.id) == packed(REPO, fields)

    life.amend(rate=rate, purchase_price=PURCHASE_PRICE - 10_000)
    fields[1], fields[4:] = True, [PURCHASE_PRICE - 10_000, 1, rate]
    assert word(life.id) == packed(REPO, fields)

    life.substitute(pen.line("T-2036", QUANTITY))
    fields[5] = 2
    assert word(life.id) == packed(REPO, fields)

    root, security = market.operators.root, market.directory.security("T-2036")
    moved = (open_ended.buyer, open_ended.seller, 1_000, "reversal", bytes(32), life.id)
    Live(token(security), market).rootMove(*moved, sender=root)
    left = (pen.line("T-2036", QUANTITY - 1_000),)
    facility.recordReversal(life.position, left)
    life.lines, life.number, fields[5] = left, 3, 3
    assert word(life.id) == packed(REPO, fields)

    market.chain.advance_to(due * DAY + CUT_OFF - EASTERN - 60)
    life.close()
    fields[0] = CLOSED
    assert word(life.id) == packed(REPO, fields)


def test_the_word_of_a_repo_whose_side_fails(facility, pen, terms, word, market, at):
    """Counted from that day, and changed, but by nobody's signature."""
    agreement = pen.agreement()
    life = Life.opened(facility, pen, terms)
    at(1, 17)
    market.onboarding.freeze("fund", "T-2035", 1_000)
    life.fail(agreement)
    due = terms.repurchase_date
    fields = (OPEN, True, life.today, due, PURCHASE_PRICE, 0, terms.rate)
    assert word(life.id) == packed(REPO, fields)


def test_the_word_of_what_was_cancelled(facility, pen, terms, word, market, dealer):
    loose = replace(terms, binding_from=market.chain.now() + DAY)
    facility.cancel(*pen.cancelling(loose, dealer))
    assert word(repo_id(loose)) == CANCELLED


def test_the_word_of_what_was_closed_out(desk, word):
    terms = desk.in_default()
    desk.price(90_000_000)
    desk.close_out([terms])
    begins, ends = terms.purchase_date, terms.repurchase_date
    fields = (CLOSED_OUT, False, begins, ends, terms.purchase_price, 0, terms.rate)
    assert word(repo_id(terms)) == packed(REPO, fields)


# --- a netting set


@pytest.mark.parametrize(
    "figures",
    [
        {"basis": 360, "maximum_price_age": DAY, "grace": DAY + 7, "late_rate": -ONE},
        {"basis": 365, "maximum_price_age": 2 * DAY, "grace": 1, "late_rate": ONE},
    ],
)
def test_the_word_of_a_set_through_its_life(either, figures):
    """Repos, a call, margin in securities, the end of a call, a default of either participant and
    the close-out; by ratio, so that no field of the agreement is zero."""
    desk = either.under(method=RATIO, call_deadline=3_600, **figures)
    desk.takes(RATIO, 1_020_000_000)
    given = list(figures.values())

    def word() -> int:
        found = stored(desk.facility, "_sets", desk.set)
        assert found == packed(SET, desk.facility.setOf(desk.set))
        return found

    def is_word(repos: int, securities: int, state: int, *ends: int) -> bool:
        return word() == packed(SET, [repos, securities, state, RATIO, *given, *ends])

    assert word() == 0
    lines = (desk.pen.line("T-2035", 1_100_000, 1_100_000_000),)
    terms = [desk.open(lines=lines) for _ in range(2)]
    assert is_word(2, 0, 1, False, False, 0)

    desk.price(90_000_000)
    deadline = desk.market.chain.now() + 3_600
    desk.call(terms)
    assert is_word(2, 0, 1, False, True, deadline)

    margin = [desk.pen.line("T-2035", 500_000, 1_020_000_000)]
    desk.facility.meetInSecurities(*desk.pen.delivering(desk.owing, margin))
    assert is_word(2, 1, 1, False, False, 0)

    desk.price(50_000_000)
    deadline = desk.market.chain.now() + 3_600
    desk.call(terms, [desk.security])
    assert is_word(2, 1, 1, False, True, deadline)

    desk.later(3_601)
    declared = desk.market.chain.now()
    desk.facility.declareDefault(*desk.pen.declaring(desk.pair))
    second = desk.pen.is_first(desk.pair)
    assert is_word(2, 1, 2, second, True, declared)

    desk.price(50_000_000)
    desk.facility.closeOut(*desk.pen.exposed(desk.pair, terms[:1]))
    assert is_word(1, 1, 2, second, True, declared)
    desk.close_out(terms[1:], [desk.security])
    assert is_word(0, 0, 1, second, False, 0)


def test_a_set_counts_its_repos_in_bits_of_their_own(facility, pen, terms, dealer, fund):
    """A repo more or less is one more or less in the lowest sixteen bits, and nothing else."""
    small = {"lines": (pen.line("T-2035", 1_000),), "purchase_price": 10_000}
    netting_set = pen.netting_set(pen.pair(dealer, fund))
    words = []
    for nonce in range(100, 103):
        facility.open(*pen.signed(replace(terms, nonce=nonce, **small)))
        words.append(stored(facility, "_sets", netting_set))
    assert [word - words[0] for word in words] == [0, 1, 2]
    assert words[0] % 2**32 == 1


# --- a wallet


@pytest.mark.parametrize("purpose", Purpose)
def test_the_word_of_a_wallet(registry, dealer, live, operators, purpose):
    """Registered as a key or as a contract, suspended, closed; and as others ask for it."""
    chain, registrar = registry._market.chain, operators.registrar
    whose = (b"\xff" * 20, purpose.value)
    key, contract = "0x" + "77" * 20, live("ContractWallet", dealer.address).address
    screened = chain.now() - 1_000
    for wallet, kind in ((key, SignerKind.KEY), (contract, SignerKind.CONTRACT)):
        registry.register(wallet, *whose, kind.value, screened, sender=registrar)
        steps = [
            (WalletStatus.REGISTERED, None, None),
            (WalletStatus.SUSPENDED, registry.suspend, operators.supervisor),
            (WalletStatus.REGISTERED, registry.reinstate, registrar),
            (WalletStatus.CLOSED, registry.close, registrar),
        ]
        for status, step, sender in steps:
            if step:
                step(wallet, "a reason", sender=sender)
            expected = packed(WALLET, (*whose, kind.value, status.value, screened))
            assert stored(registry, "_wallets", to_canonical_address(wallet)) == expected
            assert packed(WALLET, registry.walletOf(wallet)) == expected
            assert registry.wordsOf(wallet, dealer)[0] == expected
            assert registry.wordsOf(dealer, wallet)[1] == expected
            assert registry.isActive(wallet) is (status is WalletStatus.REGISTERED)
