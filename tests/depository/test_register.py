"""The register is rebuilt from the log and from nothing else, and then equals the chain."""

from contextlib import suppress
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from settlement.coordinator.dvp import BEST_EFFORT
from settlement.depository.register import Register
from settlement.errors import Refused
from settlement.model.party import WalletStatus
from settlement.onchain.contract import Event, token
from tests.anew import anew

NOBODY = "0x" + "00" * 20


def transfer(source, target, value, asset="T"):
    return Event("X", asset, "Transfer", {"from": source, "to": target, "value": value})


def test_mints_transfers_and_burns():
    register = Register()
    register.apply([transfer(NOBODY, "a", 100), transfer("a", "b", 30), transfer("b", NOBODY, 10)])
    assert [register.balance("T", wallet) for wallet in "abc"] == [70, 20, 0]
    assert (register.supply("T"), register.supply("U")) == (90, 0)
    assert register.holders("T") == ["a", "b"]
    register.apply([transfer("a", "b", 70)])
    assert register.holders("T") == ["b"]
    assert register.holders("U") == []


def test_frozen_is_what_was_said_last_for_each_asset():
    register = Register()
    frozen = [Event("X", "T", "Frozen", {"account": "a", "amount": units}) for units in (30, 10)]
    register.apply(frozen)
    assert (register.frozen("T", "a"), register.frozen("U", "a")) == (10, 0)


def test_statuses_follow_the_log():
    register = Register()
    assert register.status("a") is WalletStatus.UNREGISTERED
    for name, status in (
        ("WalletRegistered", WalletStatus.REGISTERED),
        ("WalletSuspended", WalletStatus.SUSPENDED),
        ("WalletReinstated", WalletStatus.REGISTERED),
        ("WalletClosed", WalletStatus.CLOSED),
    ):
        register.apply([Event("R", "r", name, {"wallet": "a"})])
        assert register.status("a") is status
    assert register.wallets() == ["a"]


def test_what_says_nothing_about_holdings_is_passed_over():
    register = Register()
    register.apply([Event("S", "s", "Settled", {"trade": b""})])
    assert (register.wallets(), register.holders("T")) == ([], [])


names = st.sampled_from(["dealer", "fund", "bank"])
symbols = st.sampled_from(["T-2035", "USD"])
lots = st.integers(1, 9).map(lambda lot: lot * 1_000)
days = st.lists(
    st.one_of(
        st.tuples(st.just("free"), names, names, symbols, lots),
        st.tuples(st.just("trade"), names, names, lots),
        st.tuples(st.just("batch"), names, names, lots),
        st.tuples(st.just("tokenize"), names, lots),
        st.tuples(st.just("detokenize"), names, lots),
        st.tuples(st.just("issue"), names, lots),
        st.tuples(st.just("redeem"), names, lots),
        st.tuples(st.just("freeze"), names, symbols, lots),
        st.tuples(st.just("suspend"), names),
        st.tuples(st.just("reinstate"), names),
        st.tuples(st.just("root"), names, names, lots),
    ),
    min_size=4,
    max_size=14,
)


def take(market, step):
    word, name, *rest = step
    desk, reference = market.onboarding, f"T{len(market.dvp._booked)}"
    if word == "free":
        market.deliver_free(name, *rest)
    elif word in {"trade", "batch"}:
        market.book_trade(reference, name, rest[0], "T-2035", rest[1], "USD", Decimal("1.01"))
        if word == "trade":
            market.dvp.settle(reference)
        else:
            market.dvp.settle_batch(
                [trade.reference for trade in market.dvp.unsettled()], BEST_EFFORT
            )
    elif word == "tokenize":
        desk.deposit(name, "T-2035", rest[0])
        desk.tokenize(name, "T-2035", rest[0])
    elif word == "detokenize":
        desk.detokenize(name, "T-2035", rest[0])
    elif word in {"issue", "redeem"}:
        getattr(desk, f"{word}_cash")(name, "USD", Decimal(rest[0]))
    elif word == "root":
        desk.root_move(name, rest[0], "T-2035", rest[1], "error", bytes(32))
    elif word == "freeze":
        desk.freeze(name, *rest)
    else:
        getattr(desk, word)(name, "for a reason")


@given(days)
def test_after_any_day_the_register_from_the_log_equals_the_chain(market, day):
    with anew(market) as fresh:
        cash, securities = {"USD": Decimal(20_000)}, {"T-2035": 20_000}
        fresh.add_participant("bank", cash=cash, securities=securities)
        for step in day:
            with suppress(Refused):
                take(fresh, step)
        assert_rebuilt(fresh)


def assert_rebuilt(market):
    assert market.differences() == []
    rebuilt = Register()
    rebuilt.apply(market.journal.events)
    for asset in market.directory.assets():
        contract = token(asset)
        assert rebuilt.supply(asset.address) == contract.read(market.chain, "totalSupply")
        for party in market.directory.parties():
            held, frozen, _ = contract.read(market.chain, "accountOf", party.address)
            assert rebuilt.balance(asset.address, party.address) == held
            assert rebuilt.frozen(asset.address, party.address) == frozen
    for party in market.directory.parties():
        status = market.deployment.registry.read(market.chain, "walletOf", party.address)[3]
        assert rebuilt.status(party.address).value == status
