"""Assets outside the directory: signed and submitted all the same, they touch nobody else."""

from enum import IntEnum

import pytest

from settlement.chain.base import Transaction
from settlement.onchain import signing
from settlement.onchain.artifacts import load
from settlement.onchain.contract import deployed, interface
from settlement.onchain.deployment import REPO_MODULES, _address
from settlement.onchain.signing import repo_domain
from tests.contracts.live import Live, decoded, logged, reverts
from tests.contracts.pen import HOUR
from tests.contracts.settlement.cycles import NUMBER, nets_of
from tests.contracts.settlement.repo_calls import RepoCalls

ALL_OR_NONE, BEST_EFFORT, CASH_NET = 0, 1, 2
CENTS = 10_000


class Mood(IntEnum):
    """How HostileToken behaves when it is moved."""

    LYING = 0
    CALLING_BACK = 1
    BURNING_GAS = 2
    REVERTING_WITH_MEGABYTE = 3
    REVERTING = 4


@pytest.fixture
def hostile(live):
    """A token that nobody listed."""
    return live("HostileToken")


@pytest.fixture
def bait(pen, hostile, dealer, fund):
    """dealer sells a million of it to fund for a cent."""
    return pen.trade(dealer, fund, security=hostile, amount=CENTS)


CONTEXTS = ["settle", "all-or-none", "best-effort", "cash-net", "cycle"]


@pytest.fixture(params=CONTEXTS)
def submit(request, settlement, netting, cycles):
    """Submits signed trades by any of the ways in, or the nets of them; returns the receipt."""

    def submit_trades(*signed):
        if request.param == "settle":
            (alone,) = signed
            return settlement.receipt("settle", *alone.words(), gas=8_000_000)
        if request.param == "cycle":
            nets = nets_of(each.trade for each in signed)
            return netting.receipt("settle", *cycles.signed(nets), gas=8_000_000)
        mode = CONTEXTS.index(request.param) - 1
        return settlement.receipt("settleBatch", list(signed), mode, gas=8_000_000)

    return submit_trades


# --- no code --------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["security", "cash"])
@pytest.mark.parametrize("mode", [None, ALL_OR_NONE])
def test_an_address_without_code_is_named(settlement, pen, trade, side, mode):
    asset = "0x" + "77" * 20
    signed = pen.signed(pen.changed(trade, **{side: asset}))
    with reverts("NotAToken", asset=asset):
        if mode is None:
            settlement.settle(*signed.words())
        else:
            settlement.settleBatch([signed], mode)


def test_a_free_delivery_of_no_token_is_named(settlement, pen, dealer, fund):
    asset = "0x" + "77" * 20
    with reverts("NotAToken", asset=asset):
        settlement.deliverFree(*pen.delivered(pen.delivery(dealer, fund, asset=asset)))


def test_a_contract_that_is_no_token_is_refused(settlement, pen, registry, trade, changes):
    with reverts("Silent"):
        settlement.settle(*pen.signed(pen.changed(trade, security=registry)).words())
    assert changes() == {}


# --- lies -----------------------------------------------------------------------------------------


def test_a_token_that_lies_takes_from_nobody_but_who_signed(pen, hostile, bait, submit, changes):
    hostile.setMood(Mood.LYING)
    assert submit(pen.signed(bait)).succeeded
    assert changes() == {"dealer": {"USD": CENTS}, "fund": {"USD": -CENTS}}


def test_lies_about_balances_net_no_real_asset(
    settlement, pen, hostile, bait, dealer, fund, broker, security, changes
):
    """It claims that everybody is rich; a real debtor in the same batch still is not."""
    pen.keys[broker.address] = broker.key
    hostile.setMood(Mood.LYING)
    real = pen.trade(broker, fund, quantity=1_000, amount=CENTS)
    error = {"account": broker, "needed": 1_000, "available": 0}
    with reverts("InsufficientFreeBalance", asset=security, **error):
        settlement.settleBatch([pen.signed(bait), pen.signed(real)], ALL_OR_NONE)
    assert changes() == {}


# --- gas and size ---------------------------------------------------------------------------------


BREAKING = [Mood.BURNING_GAS, Mood.REVERTING_WITH_MEGABYTE, Mood.REVERTING]


@pytest.mark.parametrize("mood", BREAKING)
@pytest.mark.parametrize("side", ["security", "cash"])
def test_alone_nothing_moves(settlement, pen, hostile, trade, changes, used, mood, side):
    hostile.setMood(mood)
    bad = pen.changed(trade, **{side: hostile})
    assert not settlement.receipt("settle", *pen.signed(bad).words()).succeeded
    assert changes() == {}
    assert not used(bad)


@pytest.mark.parametrize("mood", BREAKING)
def test_all_or_none_nothing_moves(settlement, pen, hostile, bait, trade, changes, used, mood):
    hostile.setMood(mood)
    items = [pen.signed(trade), pen.signed(bait)]
    receipt = settlement.receipt("settleBatch", items, ALL_OR_NONE, gas=6_000_000)
    assert not receipt.succeeded
    assert changes() == {}
    assert not used(bait)
    assert not used(trade)


@pytest.mark.parametrize("mood", BREAKING)
@pytest.mark.parametrize("side", ["security", "cash"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_best_effort_it_harms_only_itself(
    settlement, pen, hostile, dealer, fund, trade, changes, used, mood, side, position
):
    hostile.setMood(mood)
    bad = pen.trade(dealer, fund, **{side: hostile})
    good = [trade, pen.trade(dealer, fund)]
    items = [pen.signed(each) for each in [*good[:position], bad, *good[position:]]]
    events = settlement.settleBatch(items, BEST_EFFORT, gas=6_000_000)
    (failed,) = (event.arguments for event in events if event.name == "NotSettled")
    assert (failed["position"], failed["trade"]) == (position, signing.trade_id(bad))
    assert len(failed["reason"]) <= 256
    assert [used(each) for each in (*good, bad)] == [True, True, False]
    assert changes()["dealer"] == {"T-2035": -2 * trade.quantity, "USD": 2 * trade.amount}


# --- calling back ---------------------------------------------------------------------------------

LOCKED = "Locked"
ENTRY_POINTS = {
    "Settlement": {
        "settle": LOCKED,
        "settleBatch": LOCKED,
        "deliverFree": LOCKED,
        "cancel": LOCKED,
        "cancelTogether": LOCKED,
        "settleItem": "NotOfThisVenue",
        "deliver": "NotOfThisVenue",
        "deliverNets": "NotOfThisVenue",
    },
    "NetSettlement": {"settle": LOCKED, "burn": LOCKED},
    "RepoFacility": {
        "open": LOCKED,
        "close": LOCKED,
        "cancel": LOCKED,
        "cancelTogether": LOCKED,
        "giveNotice": LOCKED,
        "amend": LOCKED,
        "substitute": LOCKED,
        "roll": LOCKED,
        "recordAgreement": LOCKED,
        "recordFail": LOCKED,
        "recordReversal": LOCKED,
        "recordIncome": LOCKED,
        "payIncome": LOCKED,
        "callMargin": LOCKED,
        "meetInCash": LOCKED,
        "meetInSecurities": LOCKED,
        "returnCash": LOCKED,
        "returnSecurities": LOCKED,
        "stopClock": LOCKED,
        "restartClock": LOCKED,
        "netExposure": LOCKED,
        "declareDefault": LOCKED,
        "stateValue": LOCKED,
        "closeOut": LOCKED,
        "collect": LOCKED,
        "payClaim": LOCKED,
    },
    "TriPartyCustody": {"hold": "NotTheFacility", "release": "NotTheFacility"},
}
LOCKED_VIEWS = {
    "Settlement": {"requireUnlocked"},
    "NetSettlement": set(),
    "RepoFacility": {
        *("repoOf", "changeOf", "setOf", "marginOf", "securityMarginOf", "closeOutOf", "claimOf"),
        "repurchasePriceOn",
    },
    "TriPartyCustody": {"heldFor", "heldInAll"},
}
"""What tells nothing while balances are between two truths."""

OPEN_VIEWS = {
    "Settlement": {
        *("ITEM_GAS", "REGISTRY", "REPO_FACILITY", "NET_SETTLEMENT", "eip712Domain"),
        *("groupOf", "nonceUsed", "tradeDigest"),
    },
    "NetSettlement": {"SETTLEMENT", "REGISTRY", "eip712Domain", "isUsed", "isIncluded"},
    "RepoFacility": {
        *("MOST_LINES", "MOST_OPEN", "SETTLEMENT", "eip712Domain"),
        *("idOf", "nettingSetOf"),
    },
    "TriPartyCustody": {"REPO_FACILITY", "SETTLEMENT"},
}
"""What never changes, or was written before anything moved."""


@pytest.mark.parametrize("contract", ENTRY_POINTS)
def test_every_view_is_known(contract):
    views = {
        entry["name"]
        for entry in load(contract).abi
        if entry["type"] == "function" and entry["stateMutability"] in {"view", "pure"}
    }
    assert LOCKED_VIEWS[contract] | OPEN_VIEWS[contract] == views


@pytest.mark.parametrize("contract", ENTRY_POINTS)
def test_every_entry_point_is_attacked_below(contract):
    changing = {
        entry["name"]
        for entry in load(contract).abi
        if entry["type"] == "function" and entry["stateMutability"] not in {"view", "pure"}
    }
    assert set(ENTRY_POINTS[contract]) == changing


@pytest.fixture
def settlement_calls(market, pen, dealer, fund):
    """What every function of the door takes: signed by both sides, in its window."""
    trade, other = (pen.trade(dealer, fund, quantity=1_000, amount=CENTS) for _ in range(2))
    later = pen.trade(dealer, fund, binding_from=market.chain.now() + HOUR)
    alone, both = pen.cancellation(later), pen.cancellation(other)
    leg = (trade.security, dealer.address, fund.address, 1_000)
    return {
        "settle": pen.signed(trade).words(),
        "settleBatch": ([pen.signed(trade)], ALL_OR_NONE),
        "deliverFree": pen.delivered(pen.delivery(dealer, fund, quantity=1_000)),
        "cancel": (alone, dealer, pen.cancellation_by(dealer, alone)),
        "cancelTogether": (both, *(pen.cancellation_by(p, both) for p in (dealer, fund))),
        "settleItem": pen.signed(trade).words(),
        "deliver": ([leg],),
        "deliverNets": (trade.security, [leg[1:]]),
        "requireUnlocked": (),
    }


@pytest.fixture
def cycle_calls(cycles, dealer, fund, security):
    """What both functions of the cycles take: another number than the attacking cycle has."""
    nets = {dealer: {security: -1_000}, fund: {security: 1_000}}
    number = NUMBER + 1
    return {
        "settle": cycles.signed(nets, number=number),
        "burn": (number, dealer, cycles.burn_by(dealer, number)),
    }


REPO_CALLS = {
    "open": RepoCalls.open,
    "close": RepoCalls.close,
    "cancel": RepoCalls.cancel,
    "cancelTogether": RepoCalls.cancel_together,
    "giveNotice": RepoCalls.give_notice,
    "amend": RepoCalls.amend,
    "substitute": RepoCalls.substitute,
    "roll": RepoCalls.roll,
    "recordAgreement": RepoCalls.record_agreement,
    "recordFail": RepoCalls.record_fail,
    "recordReversal": RepoCalls.record_reversal,
    "recordIncome": RepoCalls.record_income,
    "payIncome": RepoCalls.pay_income,
    "callMargin": RepoCalls.call_margin,
    "meetInCash": RepoCalls.meet_in_cash,
    "meetInSecurities": RepoCalls.meet_in_securities,
    "returnCash": RepoCalls.return_cash,
    "returnSecurities": RepoCalls.return_securities,
    "stopClock": RepoCalls.stop_clock,
    "restartClock": RepoCalls.restart_clock,
    "netExposure": RepoCalls.net_exposure,
    "declareDefault": RepoCalls.declare_default,
    "stateValue": RepoCalls.state_value,
    "closeOut": RepoCalls.close_out,
    "collect": RepoCalls.collect,
    "payClaim": RepoCalls.pay_claim,
    "repurchasePriceOn": RepoCalls.repurchase_price_on,
}
NAMED = ("repoOf", "changeOf", "setOf", "marginOf", "closeOutOf", "claimOf")
OF_CLOCKS = {"stopClock", "restartClock"}
"""The caller's wallet is suspended in between, so that it is neither dealer nor fund."""


@pytest.fixture
def attack(market, settlement, netting, security, dealer, settlement_calls, cycle_calls):
    """`attack(contract, function)`: the contract, and calldata that would do its work if the venue
    let it in."""
    facility, custody = (
        Live(getattr(market.deployment, name), market) for name in ("repo", "custody")
    )
    simple = {name: (bytes(32),) for name in NAMED}
    simple |= {"securityMarginOf": (bytes(32), dealer), "heldFor": (bytes(32), dealer)}
    simple |= {"heldInAll": (dealer,)}
    lines = [(security.address, 1_000, 0)]
    simple |= {name: (bytes(32), lines) for name in ("hold", "release")}

    def find(contract, function):
        if contract == "Settlement":
            return settlement, settlement.encode(function, *settlement_calls[function])
        if contract == "NetSettlement":
            return netting, netting.encode(function, *cycle_calls[function])
        if function in simple:
            target = facility if contract == "RepoFacility" else custody
            return target, target.encode(function, *simple[function])
        calls = RepoCalls(market, "bank" if function in OF_CLOCKS else "fund")
        return facility, facility.encode(function, *REPO_CALLS[function](calls))

    return find


ATTACKS = [
    (contract, function, error)
    for contract, functions in ENTRY_POINTS.items()
    for function, error in functions.items()
] + [(contract, view, LOCKED) for contract, views in LOCKED_VIEWS.items() for view in sorted(views)]


@pytest.mark.parametrize(("contract", "function", "error"), ATTACKS)
def test_no_call_back_enters(
    settlement, pen, hostile, attack, dealer, fund, submit, changes, contract, function, error
):
    target, data = attack(contract, function)
    hostile.callBack(target.address, data)
    bait = pen.trade(dealer, fund, security=hostile, amount=CENTS)
    before = changes()
    assert submit(pen.signed(bait)).succeeded

    answer = decoded(hostile.answer())
    expected = {
        LOCKED: {},
        "NotOfThisVenue": {"caller": hostile.address},
        "NotTheFacility": {"caller": hostile.address},
    }
    assert hostile.entered() is False
    assert (answer.name, answer.arguments) == (error, expected[error])
    gained = {"T-2035": 0, "USD": CENTS}
    for name, sign in (("dealer", 1), ("fund", -1)):
        for symbol, units in gained.items():
            then = before.get(name, {}).get(symbol, 0)
            assert changes().get(name, {}).get(symbol, 0) == then + sign * units

    if error == LOCKED:
        assert _goes_through(target, data)


def _goes_through(target, data):
    """Outside a settlement the very same call does its work: only the lock kept it out."""
    market = target._market
    sender = market.operators.coordinator
    (receipt,) = market.journal.submit([Transaction(sender, target.address, data, 5_000_000)])
    return receipt.succeeded


# --- the contracts whose code the repo facility runs, called by themselves ------------------------


def _functions(contract):
    return {
        entry["name"]
        for entry in load(contract).abi
        if entry["type"] == "function" and entry["name"] != "eip712Domain"
    }


MODULE_FUNCTIONS = [
    (module, function) for module in REPO_MODULES for function in sorted(_functions(module))
]
BY_ITSELF = {
    # It knows no repo, no call and no claim …
    **dict.fromkeys(("giveNotice", "amend", "substitute", "roll", "recordFail"), "WrongState"),
    "recordReversal": "WrongState",
    "recordIncome": "WrongState",
    "payIncome": "NoIncomeDue",
    "callMargin": "NotAllOfTheSet",
    "netExposure": "NotAllOfTheSet",
    **dict.fromkeys(
        ("meetInCash", "meetInSecurities", "stopClock", "restartClock"), "NoCallStands"
    ),
    "returnCash": "NotHeldAsMargin",
    "declareDefault": "NoDefault",
    **dict.fromkeys(("stateValue", "closeOut"), "NotInDefault"),
    "collect": "NothingToCollect",
    "payClaim": "BadClaimPayment",
    # … and what was signed was signed for the facility.
    **dict.fromkeys(("cancel", "cancelTogether", "returnSecurities"), "BadSignature"),
}
"""What each answers to calldata that does its work at the facility."""


def test_every_function_of_a_module_is_the_facility_s():
    known = set(ENTRY_POINTS["RepoFacility"])
    assert {function for _, function in MODULE_FUNCTIONS} == known - {"open", "close"}


@pytest.fixture
def modules(market):
    """By name, where the deployment put them: after the eight contracts that it names."""
    deployer = market.operators.deployer
    return {
        name: Live(deployed(name, _address(deployer, 8 + place)), market)
        for place, name in enumerate(REPO_MODULES)
    }


@pytest.mark.parametrize("module", REPO_MODULES)
def test_a_module_has_a_domain_of_its_own(modules, market, module):
    """What is signed for the facility is not signed for it."""
    _, name, version, chain, contract, *_ = modules[module].eip712Domain()
    domain = repo_domain(chain, contract)
    assert (name, version) == (domain.name, domain.version)
    assert contract == modules[module].address
    assert domain.separator() != market.repo.domain.separator()


@pytest.mark.parametrize(("module", "function"), MODULE_FUNCTIONS)
def test_a_module_by_itself_does_nothing(market, modules, attack, changes, module, function):
    """What would do its work at the facility is nothing to the contract whose code it runs."""
    facility, data = attack("RepoFacility", function)
    before, sender = changes(), market.operators.coordinator
    call = Transaction(sender, modules[module].address, data, 5_000_000)
    (receipt,) = market.journal.submit([call])
    if function == "recordAgreement":
        assert receipt.succeeded
    else:
        assert decoded(receipt.output).name == BY_ITSELF[function]
    assert changes() == before
    assert _goes_through(facility, data)


def test_what_is_signed_for_a_module_stays_there(market, modules):
    """Terms that both cancelled at the wrong address can still open, and be cancelled."""
    calls, servicing = RepoCalls(market), modules["RepoServicing"]
    terms, *_ = calls.open()
    right = calls.pen.domain
    calls.pen.domain = repo_domain(right.chain_id, servicing.address)
    cancelling = [calls.pen.cancellation(terms, side) for side in (terms.seller, terms.buyer)]
    market.journal.watch(servicing.contract)
    events = servicing.cancelTogether(terms, *cancelling)
    assert logged(events, "RepoCancelled")["by"] == "0x" + "00" * 20
    with reverts("BadSignature", signer=terms.seller):
        calls.facility.cancelTogether(terms, *cancelling)
    calls.pen.domain = right
    calls.facility.open(*calls.pen.signed(terms))


# --- as an asset of a cycle -----------------------------------------------------------------------


@pytest.fixture
def baited(hostile, security, cash, dealer, fund):
    """dealer gives fund a real thousand and a million that are none, for a cent."""
    return {
        dealer: {security: -1_000, hostile: -1_000_000, cash: CENTS},
        fund: {security: 1_000, hostile: 1_000_000, cash: -CENTS},
    }


def test_an_address_without_code_in_a_cycle_is_named(netting, cycles, dealer, fund, changes):
    asset = "0x" + "77" * 20
    with reverts("NotAToken", asset=asset):
        netting.settle(*cycles.signed({dealer: {asset: -1}, fund: {asset: 1}}))
    assert changes() == {}


def test_a_contract_that_is_no_token_in_a_cycle_is_refused(
    netting, cycles, registry, dealer, fund, changes
):
    with reverts("Silent"):
        netting.settle(*cycles.signed({dealer: {registry: -1}, fund: {registry: 1}}))
    assert changes() == {}


def test_lies_in_a_cycle_leave_the_real_nets_alone(
    netting, cycles, hostile, baited, dealer, broker, pen, cash, changes
):
    """It claims that everybody is rich; a real debtor of the same cycle still is not."""
    pen.keys[broker.address] = broker.key
    hostile.setMood(Mood.LYING)
    short = {**baited, broker: {cash: -CENTS}, dealer: {**baited[dealer], cash: 2 * CENTS}}
    error = {"account": broker, "needed": CENTS, "available": 0}
    with reverts("InsufficientFreeBalance", asset=cash, **error):
        netting.settle(*cycles.signed(short))
    assert changes() == {}

    netting.settle(*cycles.signed(baited))
    assert changes() == {
        "dealer": {"T-2035": -1_000, "USD": CENTS},
        "fund": {"T-2035": 1_000, "USD": -CENTS},
    }


@pytest.mark.parametrize("mood", BREAKING)
def test_breaking_a_cycle_it_breaks_all_of_it(
    netting, cycles, hostile, baited, dealer, fund, changes, mood
):
    """And nobody's number is gone: the same cycle can be proposed without it."""
    hostile.setMood(mood)
    receipt = netting.receipt("settle", *cycles.signed(baited), gas=6_000_000)
    assert not receipt.succeeded
    assert changes() == {}
    assert not any(netting.isUsed(who, NUMBER) for who in baited)
    real = {who: {a: n for a, n in own.items() if a is not hostile} for who, own in baited.items()}
    netting.settle(*cycles.signed(real))
    assert changes()["fund"] == {"T-2035": 1_000, "USD": -CENTS}


@pytest.mark.parametrize("asset", ["T-2035", "USD"])
def test_from_a_cycle_it_moves_no_real_token(
    netting, cycles, market, hostile, baited, dealer, fund, changes, asset
):
    real = market.directory.asset(asset).address
    giver, taker = (dealer, fund) if asset == "T-2035" else (fund, dealer)
    hostile.callBack(real, _book_transfer(real, giver, taker))
    netting.settle(*cycles.signed(baited))
    refusal = decoded(hostile.answer())
    error = {"asset": real, "caller": hostile.address}
    assert (refusal.name, refusal.arguments) == ("NotTheMover", error)
    assert changes()["fund"] == {"T-2035": 1_000, "USD": -CENTS}


@pytest.mark.parametrize("again", ["the same", "the next", "one that moves nothing"])
def test_from_a_cycle_it_settles_no_cycle(netting, cycles, hostile, baited, changes, again):
    """Neither the same again nor the next, which everybody signed as well; nor one in which nothing
    has to pass the door."""
    first = cycles.signed(baited)
    attempted = {
        "the same": first,
        "the next": cycles.signed(baited, number=NUMBER + 1),
        "one that moves nothing": cycles.signed({who: {} for who in baited}, number=NUMBER + 1),
    }[again]
    hostile.callBack(netting.address, netting.encode("settle", *attempted))
    netting.settle(*first)
    assert decoded(hostile.answer()).name == LOCKED
    assert changes()["fund"] == {"T-2035": 1_000, "USD": -CENTS}
    assert not any(netting.isUsed(who, NUMBER + 1) for who in baited)


@pytest.mark.parametrize("asset", ["security", "cash"])
def test_no_call_back_moves_a_real_token(
    settlement, pen, hostile, cast, market, dealer, fund, changes, asset
):
    token = Live(market.deployment.settlement, market)
    real = market.directory.asset("USD" if asset == "security" else "T-2035").address
    steal = _book_transfer(real, fund, dealer)
    hostile.callBack(real, steal)
    bait = pen.trade(dealer, fund, security=hostile, amount=CENTS)
    token.settle(*pen.signed(bait).words())
    refusal = decoded(hostile.answer())
    assert (refusal.name, refusal.arguments) == (
        "NotTheMover",
        {"asset": real, "caller": hostile.address},
    )
    assert changes() == {"dealer": {"USD": CENTS}, "fund": {"USD": -CENTS}}


def _book_transfer(asset, source, target):
    return interface("CashToken").encode("bookTransfer", source.address, target.address, 1_000)


def test_no_call_back_enters_from_the_cash_leg(
    settlement, pen, hostile, dealer, fund, trade, changes
):
    second = pen.signed(pen.trade(dealer, fund))
    hostile.callBack(settlement.address, settlement.encode("settle", *second.words()))
    bait = pen.changed(trade, cash=hostile)
    settlement.settle(*pen.signed(bait).words())
    answer = decoded(hostile.answer())
    assert (answer.name, answer.arguments) == (LOCKED, {})
    assert changes() == {
        "dealer": {"T-2035": -trade.quantity},
        "fund": {"T-2035": trade.quantity},
    }


def test_no_call_back_enters_from_a_free_delivery(settlement, pen, hostile, dealer, fund, changes):
    second = pen.signed(pen.trade(dealer, fund))
    hostile.callBack(settlement.address, settlement.encode("settle", *second.words()))
    settlement.deliverFree(*pen.delivered(pen.delivery(dealer, fund, asset=hostile)))
    assert decoded(hostile.answer()).name == LOCKED
    assert changes() == {}
