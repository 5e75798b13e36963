"""Who pays whom in a cycle: payers pay receivers directly, both from the highest address down.

What the chain does is compared, transfer by transfer, with a reference that is written from the
interface's words alone.
"""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.onchain.contract import deployed
from tests.contracts.settlement.cycles import Cycles, in_order, transfers

CENT = 10_000
HELD = 1_000
NAMES = ("ash", "birch", "cedar", "dogwood", "elm", "fir")
SYMBOLS = ("B-2030", "B-2031", "EUR")
"""Each of the six holds a thousand units of each."""


@pytest.fixture
def six(market, pen):
    """Six wallets, by increasing address, each with a thousand units of three assets."""
    for symbol in SYMBOLS[:2]:
        market.add_security(symbol)
    market.add_cash("EUR")
    for name in NAMES:
        securities = dict.fromkeys(SYMBOLS[:2], HELD)
        party = market.add_participant(name, {"EUR": Decimal(HELD) / 100}, securities)
        pen.keys[party.address] = party.key
    return in_order(market.directory.party(name).address for name in NAMES)


@pytest.fixture
def assets(market, six):
    """The addresses of the three, and the units of a lot of each."""
    addresses = [market.directory.asset(symbol).address for symbol in SYMBOLS]
    return dict(zip(addresses, (1, 1, CENT), strict=True))


@pytest.fixture
def cycles(market, pen, six):
    """Writes and signs cycles."""
    return Cycles(market, pen)


def paid(nets):
    """Who pays whom how much, from everybody's net in one asset: payers and receivers from the
    highest address down, each payment as large as both allow."""
    down = in_order(nets)[::-1]
    owed = [[who, -nets[who]] for who in down if nets[who] < 0]
    due = [[who, nets[who]] for who in down if nets[who] > 0]
    while owed:
        units = min(owed[0][1], due[0][1])
        yield owed[0][0], due[0][0], units
        for side in (owed, due):
            side[0][1] -= units
            if side[0][1] == 0:
                del side[0]


def by_asset(logs):
    """The payments of a log, in their order, asset by asset."""
    found = defaultdict(list)
    last = None
    for asset, source, target, units in transfers(logs):
        assert asset == last or asset not in found, "an asset is done before the next begins"
        found[asset].append((source, target, units))
        last = asset
    return dict(found)


# --- by hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([-5, 5, 0, 0, 0, 0], [(0, 1, 5)]),
        ([5, -5, 0, 0, 0, 0], [(1, 0, 5)]),
        ([-6, 1, 2, 3, 0, 0], [(0, 3, 3), (0, 2, 2), (0, 1, 1)]),
        ([6, -1, -2, -3, 0, 0], [(3, 0, 3), (2, 0, 2), (1, 0, 1)]),
        ([-1, -1, -1, 1, 1, 1], [(2, 5, 1), (1, 4, 1), (0, 3, 1)]),
        ([4, -3, 2, -3, 1, -1], [(5, 4, 1), (3, 2, 2), (3, 0, 1), (1, 0, 3)]),
        ([-10, 4, -1, 7, 0, 0], [(2, 3, 1), (0, 3, 6), (0, 1, 4)]),
    ],
)
def test_payers_pay_receivers_from_the_highest_address_down(
    netting, cycles, six, assets, units, expected
):
    asset = next(iter(assets))
    nets = {who: {asset: each} if each else {} for who, each in zip(six, units, strict=True)}
    receipt = netting.receipt("settle", *cycles.signed(nets), gas=8_000_000)
    assert receipt.succeeded
    moved = [
        (six.index(source), six.index(target), n)
        for _, source, target, n in transfers(receipt.logs)
    ]
    assert moved == expected
    assert list(paid(dict(zip(six, units, strict=True)))) == [
        (six[source], six[target], n) for source, target, n in expected
    ]


def test_who_settles_again_finds_what_is_due_where_it_was(netting, cycles, six, assets):
    """A receiver that is filled exactly is passed over, and so is one that is due nothing."""
    asset = next(iter(assets))
    units = [-2, -2, 2, 0, 2, 0]
    nets = {who: {asset: each} if each else {} for who, each in zip(six, units, strict=True)}
    receipt = netting.receipt("settle", *cycles.signed(nets), gas=8_000_000)
    moved = [(source, target) for _, source, target, _ in transfers(receipt.logs)]
    assert moved == [(six[1], six[4]), (six[0], six[2])]


# --- any nets -------------------------------------------------------------------------------------

lots = st.integers(-HELD // 10, HELD // 10)


@st.composite
def balanced(draw):
    """Six nets that sum to zero, of which nobody owes more than it holds; some are nothing."""
    units = [draw(st.just(0) | lots) for _ in NAMES]
    units[draw(st.integers(0, 5))] -= sum(units)
    return units


@given(drawn=st.lists(balanced(), min_size=3, max_size=3))
def test_any_nets_are_paid_as_the_words_say(
    netting, cycles, six, assets, chain, market, operators, drawn
):
    nets = {who: {} for who in six}
    for (asset, lot), units in zip(assets.items(), drawn, strict=True):
        for who, each in zip(six, units, strict=True):
            if each:
                nets[who][asset] = each * lot
    before = _held(market, six, assets)
    cycle, statements = cycles.signed(nets)
    words = (cycle.words(), [each.words() for each in statements])
    restore = chain.checkpoint()
    settling = netting.contract.transaction(operators.coordinator, "settle", *words, gas=8_000_000)
    (receipt,) = chain.submit([settling])
    after = _held(market, six, assets)
    restore()

    assert receipt.succeeded
    moved = by_asset(receipt.logs)
    expected = {asset: list(paid(_of(nets, asset))) for asset in assets}
    assert moved == {asset: payments for asset, payments in expected.items() if payments}
    for asset in assets:
        concerned = [who for who in six if asset in nets[who]]
        assert len(moved.get(asset, ())) <= max(0, len(concerned) - 1)
        assert sum(after[who, asset] for who in six) == sum(before[who, asset] for who in six)
        for who in six:
            assert after[who, asset] - before[who, asset] == nets[who].get(asset, 0)
            sides = {
                which for source, target, _ in moved.get(asset, ()) for which in (source, target)
            }
            assert (who in sides) is (asset in nets[who])


def _of(nets, asset):
    return {who: own[asset] for who, own in nets.items() if asset in own}


def _held(market, people, assets):
    """Everybody's units, from the chain."""
    return {
        (who, asset): deployed("CashToken", asset).read(market.chain, "balanceOf", who)
        for who in people
        for asset in assets
    }
