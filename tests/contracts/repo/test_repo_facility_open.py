"""`RepoFacility.open`: every requirement in the order of the source, then what it does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from eth_abi import encode
from eth_utils import keccak

from settlement.chain.base import Reverted, Transaction
from settlement.coordinator.directory import Party
from settlement.model.asset import SecurityKind
from settlement.model.party import Participant, SignerKind, Wallet
from settlement.model.policy import by_kind
from settlement.model.repo import Method
from settlement.onchain.operators import key_of
from settlement.onchain.repo_signing import LINE, REPO_TERMS, agreement_id, repo_id
from settlement.onchain.signing import Domain
from tests.contracts.live import NOBODY, decoded, logged, reverts
from tests.contracts.repo.pen import (
    DAY,
    EASTERN,
    HAIRCUT,
    PRICE,
    PURCHASE_PRICE,
    QUANTITY,
    RATE,
)

ONE = 10**9
STATIC_WORDS = 20
NO_DATE = 2**32 - 1
WIDE = {
    "seller": (0, 1 << 160),
    "buyer": (1, 1 << 160),
    "cash": (2, 1 << 160),
    "rate": (5, 1 << 63),
    "duration": (6, 3),
    "purchase_date": (7, 1 << 32),
    "repurchase_date": (8, 1 << 32),
    "utc_offset": (9, 1 << 31),
    "cut_off": (10, 1 << 32),
    "notice_period": (11, 1 << 32),
    "policy_version": (12, 1 << 32),
    "income": (13, 2),
    "may_reuse": (14, 2),
    "may_substitute": (15, 2),
    "may_terminate": (16, 2),
    "custody": (17, 1 << 160),
    "binding_from": (18, 1 << 64),
}
"""Every field that is narrower than its word: its place, and the least that it does not hold."""


@pytest.fixture
def refuses(facility, pen, watch):
    """`refuses(terms, "BadRate", rate=…)`: both signed, and nothing moved."""

    def refuse(terms, error, **arguments):
        moved = watch()
        with reverts(error, **arguments):
            facility.open(*pen.signed(terms))
        assert moved() == {}
        assert facility.repoOf(repo_id(terms))[0] == 0

    return refuse


# --- the form of the terms


@pytest.fixture
def silent(facility, pen, terms):
    """Opening `terms` with these bytes in their place: both signed just them, and no error answers.

    They would be logged as they stand, and no reader could decode the event.
    """

    def refuse(static, line):
        lines = keccak(keccak(keccak(text=LINE) + line))
        struct = keccak(text=REPO_TERMS) + static + lines
        signatures = [
            pen.sign(side, keccak(struct + bytes(12) + bytes.fromhex(side[2:])))
            for side in (terms.seller, terms.buyer)
        ]
        data = facility.encode("open", terms, *signatures)
        for good, bad in ((_static(terms), static), (_line(terms), line)):
            assert data.count(good) == 1
            data = data.replace(good, bad)
        with pytest.raises(Reverted) as refusal:
            facility._market.chain.call(facility.address, data)
        assert decoded(refusal.value.data).name == "Silent"

    return refuse


def _static(terms):
    """The words of the terms before their lines."""
    members = REPO_TERMS[REPO_TERMS.index("(") + 1 :].split(",")[:STATIC_WORDS]
    return encode([member.split()[0] for member in members], terms.words()[:STATIC_WORDS])


def _line(terms):
    return encode(["address", "uint256", "uint64"], terms.lines[0].words())


@pytest.mark.parametrize("field", WIDE)
def test_refuses_a_word_wider_than_its_type(terms, silent, field):
    index, value = WIDE[field]
    static = _static(terms)
    place = 32 * index
    silent(static[:place] + value.to_bytes(32, "big") + static[place + 32 :], _line(terms))


@pytest.mark.parametrize(("word", "bits"), [(0, 160), (2, 64)])
def test_refuses_a_word_of_a_line_wider_than_its_type(terms, silent, word, bits):
    line = bytearray(_line(terms))
    line[32 * (word + 1) - bits // 8 - 1] = 1
    silent(_static(terms), bytes(line))


# --- the day


def test_only_on_the_purchase_date(facility, pen, terms, at, watch):
    moved = watch()
    at(0, 23, 59, 59)
    facility.reader("open")(*pen.signed(terms))
    at(1, 0)
    dates = {"purchaseDate": terms.purchase_date, "today": terms.purchase_date + 1}
    with reverts("NotThePurchaseDate", **dates):
        facility.open(*pen.signed(terms))
    tomorrow = replace(terms, purchase_date=terms.purchase_date + 2, repurchase_date=10**6)
    dates = {"purchaseDate": terms.purchase_date + 2, "today": terms.purchase_date + 1}
    with reverts("NotThePurchaseDate", **dates):
        facility.open(*pen.signed(tomorrow))
    assert moved() == {}


@pytest.mark.parametrize(("offset", "day"), [(14 * 3_600, 1), (0, 0), (-12 * 3_600, 0)])
def test_the_day_is_that_of_the_terms_clock(facility, pen, terms, at, offset, day):
    """At 16:00 in New York it is tomorrow on Kiritimati."""
    at(0, 16)
    date = terms.purchase_date + day
    local = replace(terms, utc_offset=offset, purchase_date=date, repurchase_date=date + 1)
    facility.reader("open")(*pen.signed(local))


# --- the rest of their form


@pytest.mark.parametrize("days", [0, -1])
def test_refuses_a_repurchase_that_is_not_later(terms, refuses, days):
    back = terms.purchase_date + days
    dates = {"purchaseDate": terms.purchase_date, "repurchaseDate": back}
    refuses(replace(terms, repurchase_date=back), "DatesOutOfOrder", **dates)


def test_refuses_the_date_that_stands_for_none(terms, refuses):
    """An open-ended repo has it until its notice; a term repo would never be due."""
    dates = {"purchaseDate": terms.purchase_date, "repurchaseDate": NO_DATE}
    refuses(replace(terms, repurchase_date=NO_DATE), "DatesOutOfOrder", **dates)


@pytest.mark.parametrize("price", [0, 1, PURCHASE_PRICE + 9_999, 2**96 // 10_000 * 10_000 + 10_000])
def test_refuses_a_price_of_nothing_finer_than_a_cent_or_too_large(terms, refuses, price):
    refuses(replace(terms, purchase_price=price), "BadPurchasePrice", purchasePrice=price)


@pytest.mark.parametrize(
    ("offset", "cut_off"),
    [(14 * 3_600 + 1, 0), (-12 * 3_600 - 1, 0), (-(2**31), 0), (2**31 - 1, 0), (0, DAY + 1)],
)
def test_refuses_a_clock_that_no_place_has(terms, refuses, chain, offset, cut_off):
    """On the very day that such a clock would show."""
    today = (chain.now() + offset) % 2**256 // DAY % 2**32
    dates = {"purchase_date": today, "repurchase_date": today + 1}
    clock = {"utcOffset": offset, "cutOff": cut_off}
    refuses(replace(terms, utc_offset=offset, cut_off=cut_off, **dates), "BadClock", **clock)


def test_refuses_another_custody(terms, refuses, dealer):
    refuses(replace(terms, custody=dealer.address), "NotTheVenues", named=dealer)


def test_refuses_cash_without_code(terms, refuses, intruder):
    refuses(replace(terms, cash=intruder.address), "NotAToken", asset=intruder)


# --- the two sides


def test_one_wallet_is_not_two_sides(terms, pen, refuses, dealer):
    refuses(replace(terms, buyer=dealer.address), "SameParty", wallet=dealer)


def test_two_wallets_of_one_participant_are_not_two_sides(
    terms, pen, refuses, registry, dealer, operators, chain
):
    second = key_of("second wallet")
    pen.keys[second.address] = second
    wallet = (second.address, dealer.participant.lei.encode(), 0, 0, chain.now() - 1)
    registry.register(*wallet, sender=operators.registrar)
    refuses(replace(terms, buyer=second.address), "SameParty", wallet=dealer)


def test_both_sign(facility, pen, terms, dealer, fund, intruder, watch):
    moved = watch()
    by_seller, by_buyer = pen.by(dealer, terms), pen.by(fund, terms)
    pen.keys["nobody"] = intruder.key
    forged = pen.sign("nobody", keccak(b"anything"))
    for signatures, liar in (
        ((b"", by_buyer), dealer),
        ((by_seller, b""), fund),
        ((forged, by_buyer), dealer),
        ((by_seller, forged), fund),
        ((by_seller, by_seller), fund),
        ((by_buyer, by_buyer), dealer),
        ((by_buyer, by_seller), dealer),
        ((by_seller[:64], by_buyer), dealer),
    ):
        with reverts("BadSignature", signer=liar):
            facility.open(terms, *signatures)
    assert moved() == {}


def test_refuses_a_malleable_signature(facility, pen, terms, dealer, fund):
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    good = pen.by(fund, terms)
    s = order - int.from_bytes(good[32:64], "big")
    twin = good[:32] + s.to_bytes(32, "big") + bytes([27 + 28 - good[64]])
    with reverts("BadSignature", signer=fund):
        facility.open(terms, pen.by(dealer, terms), twin)


@pytest.mark.parametrize("other", ["chain", "contract", "name", "version"])
def test_refuses_a_signature_for_another_domain(facility, pen, terms, dealer, settlement, other):
    right = pen.domain
    pen.domain = {
        "chain": Domain(right.name, right.chain_id + 1, right.contract),
        "contract": Domain(right.name, right.chain_id, settlement.address),
        "name": Domain("DvP Settlement", right.chain_id, right.contract),
        "version": Domain(right.name, right.chain_id, right.contract, "2"),
    }[other]
    with reverts("BadSignature", signer=dealer):
        facility.open(*pen.signed(terms))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agreement", bytes(32)),
        ("purchase_price", PURCHASE_PRICE - 10_000),
        ("rate", RATE + 1),
        ("repurchase_date", 10**6),
        ("utc_offset", EASTERN + 1),
        ("cut_off", 0),
        ("notice_period", 1),
        ("policy_version", 2),
        ("income", 1),
        ("may_reuse", True),
        ("may_substitute", True),
        ("may_terminate", True),
        ("binding_from", 1),
        ("nonce", 77),
    ],
)
def test_a_signature_binds_every_field(facility, pen, terms, dealer, field, value):
    _, *signatures = pen.signed(terms)
    with reverts("BadSignature", signer=dealer):
        facility.open(replace(terms, **{field: value}), *signatures)


@pytest.mark.parametrize("asset", ["custody", "cash"])
def test_a_signature_binds_custody_and_cash(facility, pen, terms, custody, market, dealer, asset):
    _, *signatures = pen.signed(terms)
    other = {"custody": custody, "cash": market.add_cash("EUR")}[asset]
    with reverts("BadSignature", signer=dealer):
        facility.open(replace(terms, **{asset: other.address}), *signatures)


def test_a_signature_binds_the_duration(facility, pen, terms, dealer):
    _, *signatures = pen.signed(terms)
    for duration, date in ((1, 0), (2, terms.purchase_date)):
        with reverts("BadSignature", signer=dealer):
            other = replace(terms, duration=duration, repurchase_date=date)
            facility.open(other, *signatures)


def test_a_signature_binds_every_line(facility, pen, terms, dealer):
    _, *signatures = pen.signed(terms)
    (line,) = terms.lines
    for changed in (
        (replace(line, quantity=line.quantity + 1_000),),
        (replace(line, margin=line.margin + 1),),
        (line, pen.line("0x" + "ff" * 20, 1)),
        (),
    ):
        with reverts("BadSignature", signer=dealer):
            facility.open(replace(terms, lines=changed), *signatures)


def test_a_contract_wallet_signs_by_its_code(facility, market, live, pen, terms):
    owner = key_of("owner of a vault")
    vault = live("ContractWallet", owner.address)
    pen.keys[vault.address] = owner
    participant = Participant("vault", market.party("vault").participant.lei)
    wallet = Wallet(vault.address, participant, signer_kind=SignerKind.CONTRACT)
    market.onboarding.register(Party("vault", wallet, owner))
    market.onboarding.issue_cash("vault", "USD", Decimal("10000000.00"))
    lent = replace(terms, buyer=vault.address)
    facility.open(*pen.signed(lent))
    assert facility.repoOf(repo_id(lent))[0] == 1


# --- the state


def test_opens_once(facility, pen, opened):
    with reverts("WrongState", repo=repo_id(opened), state=1):
        facility.open(*pen.signed(opened))


def test_what_was_closed_never_comes_back(facility, pen, opened, dealer, at):
    at(1, 12)
    facility.close(*pen.closing(opened, dealer))
    dates = {"purchaseDate": opened.purchase_date, "today": opened.purchase_date + 1}
    with reverts("NotThePurchaseDate", **dates):
        facility.open(*pen.signed(opened))
    with reverts("WrongState", repo=repo_id(opened), state=2):
        facility.close(*pen.closing(opened, dealer))


def test_what_was_cancelled_never_opens(facility, pen, terms):
    facility.cancelTogether(
        terms, pen.cancellation(terms, terms.seller), pen.cancellation(terms, terms.buyer)
    )
    with reverts("WrongState", repo=repo_id(terms), state=3):
        facility.open(*pen.signed(terms))


def test_nothing_opens_in_a_set_in_default(facility, pen, in_default, watch):
    moved = watch()
    again = replace(in_default.terms, nonce=99)
    with reverts("SetInDefault", nettingSet=in_default.netting_set):
        facility.open(*pen.signed(again))
    assert moved() == {}


# --- the collateral


def test_refuses_no_collateral(terms, refuses):
    refuses(replace(terms, lines=()), "NoCollateral")


def test_lines_are_in_order_and_once(terms, pen, refuses, market):
    market.add_security("T-2040")
    market.board.post_price("T-2040", PRICE)
    first, second = pen.lines(pen.line("T-2035", 1_000), pen.line("T-2040", 1_000))
    for lines, wrong in (((second, first), first), ((first, first), first)):
        refuses(replace(terms, lines=lines), "LinesOutOfOrder", security=wrong.security)
    nowhere = pen.line(NOBODY, 1)
    refuses(replace(terms, lines=(nowhere,)), "LinesOutOfOrder", security=NOBODY)


def test_refuses_an_empty_line(terms, pen, refuses, security):
    refuses(replace(terms, lines=(pen.line("T-2035", 0),)), "EmptyLine", security=security)


@pytest.mark.parametrize("quantity", [2**96, 2**200, 2**256 - 1])
def test_refuses_a_quantity_that_no_token_has(terms, pen, refuses, security, quantity):
    refuses(
        replace(terms, lines=(pen.line("T-2035", quantity),)),
        "AmountTooLarge",
        asset=security,
        amount=quantity,
    )


@pytest.mark.parametrize("method", [Method.HAIRCUT, Method.RATIO])
def test_the_largest_figures_do_not_overflow(terms, pen, refuses, market, security, method):
    """Everything passes but the books: nobody has so much."""
    margin = {Method.HAIRCUT: Decimal(0), Method.RATIO: Decimal(1)}[method]
    market.board.adopt_policy(by_kind({SecurityKind.TREASURY_NOTE: margin}, method))
    market.add_security("T-2099")
    market.board.post_price("T-2099", 2**64 - 1)
    huge = replace(
        terms,
        agreement=agreement_id(pen.agreement(method=method.value)),
        policy_version=2,
        purchase_price=2**96 // 10_000 * 10_000,
        lines=(pen.line("T-2099", 2**96 - 1, ONE if method is Method.RATIO else 0),),
    )
    t_2099 = market.directory.security("T-2099")
    refuses(
        huge,
        "InsufficientFreeBalance",
        asset=t_2099,
        account=terms.seller,
        needed=2**96 - 1,
        available=0,
    )


def test_refuses_what_has_no_price(terms, pen, refuses, market, cash, intruder):
    unpriced = market.add_security("T-2040")
    for security in (unpriced, cash, intruder):
        lines = (pen.line(security.address, 1_000),)
        refuses(replace(terms, lines=lines), "PriceMissing", security=security)


def test_refuses_a_stale_price(facility, prices, pen, terms, security, chain):
    observed = prices.quoteOf(security)[1]
    terms = replace(terms, agreement=agreement_id(pen.agreement(maximum_price_age=3_600)))
    chain.advance_to(observed + 3_600)
    facility.reader("open")(*pen.signed(terms))
    chain.advance_to(observed + 3_601)
    with reverts("PriceStale", security=security, age=3_601, maximumAge=3_600):
        facility.open(*pen.signed(terms))


def test_refuses_a_pending_price(terms, refuses, market, security):
    assert not market.board.post_price("T-2035", PRICE * 2)
    refuses(terms, "PricePending", security=security)


def test_nothing_is_eligible_by_default(pen, dealer, fund, market, refuses):
    market.board.post_price("T-2035", PRICE)
    note = SecurityKind.TREASURY_NOTE.number
    refuses(pen.terms(dealer, fund), "NotEligible", version=0, kind=note)


def test_refuses_a_kind_that_the_policy_does_not_take(terms, pen, refuses, market):
    market.add_security("XYZ", kind=SecurityKind.EQUITY)
    market.board.post_price("XYZ", 50 * 10**8)
    lines = (pen.line("XYZ", 1_000_000),)
    kind = SecurityKind.EQUITY.number
    refuses(replace(terms, lines=lines), "NotEligible", version=1, kind=kind)


def test_a_new_policy_binds_new_repos(terms, refuses, market):
    market.board.adopt_policy(
        by_kind({SecurityKind.TREASURY_NOTE: Decimal("0.01")}, Method.HAIRCUT)
    )
    refuses(terms, "NotTheLatestPolicy", version=1, latest=2)
    refuses(replace(terms, policy_version=3), "NotTheLatestPolicy", version=3, latest=2)


@pytest.mark.parametrize(
    ("method", "margin"),
    [(0, HAIRCUT - 1), (1, HAIRCUT), (1, ONE), (0, ONE), (0, 2**64 - 1)],
)
def test_a_margin_is_by_the_policys_method_and_no_less(
    terms, pen, refuses, security, method, margin
):
    lines = (pen.line("T-2035", QUANTITY, margin),)
    by_method = agreement_id(pen.agreement(method=method))
    refuses(
        replace(terms, agreement=by_method, lines=lines),
        "MarginNotAccepted",
        security=security,
        method=method,
        margin=margin,
        least=HAIRCUT,
    )


def test_a_security_outlives_repo_and_grace(facility, pen, terms, security, refuses, chain):
    """The last second of the repurchase date on the terms' clock, and the grace after it."""
    sunset = security.sunset()
    last = (sunset + EASTERN - DAY) // DAY - 1
    late = replace(terms, repurchase_date=last + 1)
    ends = (last + 2) * DAY - EASTERN + DAY
    refuses(late, "WouldOutliveSecurity", security=security, ends=ends, sunset=sunset)
    end = (last + 1) * DAY - EASTERN
    longest, longer = (
        replace(
            terms,
            repurchase_date=last,
            agreement=agreement_id(pen.agreement(grace=sunset - end + more)),
        )
        for more in (0, 1)
    )
    facility.reader("open")(*pen.signed(longest))
    refuses(longer, "WouldOutliveSecurity", security=security, ends=sunset + 1, sunset=sunset)
    forever = replace(terms, repurchase_date=NO_DATE - 1)
    ends = NO_DATE * DAY - EASTERN + DAY
    refuses(forever, "WouldOutliveSecurity", security=security, ends=ends, sunset=sunset)


def test_collateral_covers_the_price_to_the_cent(terms, refuses):
    more = PURCHASE_PRICE + 10_000
    refuses(
        replace(terms, purchase_price=more),
        "NotEnoughCollateral",
        needed=more,
        available=PURCHASE_PRICE,
    )


@pytest.mark.parametrize(("share", "holds"), [("0.6", True), ("0.599999999", False)])
def test_one_issuer_makes_no_more_than_its_share(
    facility, pen, terms, refuses, market, security, share, holds
):
    """6,000,000 and 4,000,000 of the same worth: the first makes exactly six tenths."""
    market.add_security("T-2040")
    market.onboarding.deposit("dealer", "T-2040", 4_000_000)
    market.onboarding.tokenize("dealer", "T-2040", 4_000_000)
    market.board.post_price("T-2040", PRICE)
    note = SecurityKind.TREASURY_NOTE
    market.board.adopt_policy(by_kind({note: Decimal("0.01")}, Method.HAIRCUT, Decimal(share)))
    both = (pen.line("T-2035", 6_000_000), pen.line("T-2040", 4_000_000))
    basket = replace(terms, policy_version=2, lines=pen.lines(*both))
    if holds:
        facility.open(*pen.signed(basket))
    else:
        limit, issuer = int(Decimal(share) * ONE), security.issuer()
        refuses(basket, "OverConcentrated", issuer=issuer, share=600_000_000, limit=limit)


def test_names_the_issuer_that_makes_too_much(terms, refuses, market, security):
    note = SecurityKind.TREASURY_NOTE
    market.board.adopt_policy(by_kind({note: Decimal("0.01")}, Method.HAIRCUT, Decimal("0.5")))
    alone, issuer = replace(terms, policy_version=2), security.issuer()
    refuses(alone, "OverConcentrated", issuer=issuer, share=ONE, limit=ONE // 2)


# --- the exchange


def test_short_of_cash_no_collateral_moves(terms, refuses, market, cash, fund):
    """By one cent."""
    market.onboarding.freeze("fund", "USD", 12_000_000_000_000 - PURCHASE_PRICE + 10_000)
    refuses(
        terms,
        "InsufficientFreeBalance",
        asset=cash,
        account=fund,
        needed=PURCHASE_PRICE,
        available=PURCHASE_PRICE - 10_000,
    )


def test_short_of_collateral_no_cash_moves(terms, refuses, market, security, dealer):
    market.onboarding.freeze("dealer", "T-2035", 2_001_000)
    refuses(
        terms,
        "InsufficientFreeBalance",
        asset=security,
        account=dealer,
        needed=QUANTITY,
        available=QUANTITY - 1_000,
    )


def test_refuses_a_fraction_of_the_denomination(terms, pen, refuses, security):
    lines = (pen.line("T-2035", QUANTITY + 1),)
    refuses(
        replace(terms, lines=lines),
        "NotDenominated",
        asset=security,
        quantity=QUANTITY + 1,
        denomination=1_000,
    )


@pytest.mark.parametrize("name", ["dealer", "fund"])
def test_suspended_nothing_moves_reinstated_the_same_opens(
    facility, pen, terms, refuses, market, name
):
    party = market.directory.party(name)
    market.onboarding.suspend(name, "screening")
    refuses(terms, "WalletNotActive", wallet=party, status=2)
    market.onboarding.reinstate(name, "cleared")
    facility.open(*pen.signed(terms))


def test_a_side_outside_the_register_is_refused(terms, refuses, intruder):
    refuses(replace(terms, buyer=intruder.address), "WalletNotActive", wallet=intruder, status=0)


@pytest.mark.parametrize("symbol", ["T-2035", "USD"])
def test_paused_nothing_moves(terms, refuses, market, symbol):
    market.onboarding.pause(symbol, "halt")
    refuses(terms, "AssetPaused", asset=market.directory.asset(symbol))


def test_an_asset_that_left_the_venue_is_refused(terms, refuses, cash, settlement, operators):
    cash.removeMover(sender=operators.mover_admin)
    refuses(terms, "NotTheMover", asset=cash, caller=settlement)


def test_a_security_is_not_cash(facility, pen, terms, market, watch):
    """It has no currency to be lent in, though the buyer has enough of it."""
    units = 10_000
    other = market.add_security("T-2040")
    market.onboarding.deposit("fund", "T-2040", units)
    market.onboarding.tokenize("fund", "T-2040", units)
    moved = watch()
    with pytest.raises(Reverted):
        facility.open(*pen.signed(replace(terms, cash=other.address, purchase_price=units)))
    assert moved() == {}


def test_custody_is_nobodys_side(terms, pen, refuses, custody, intruder):
    """It has no key, and its code answers no question about signatures."""
    pen.keys[custody.address] = intruder.key
    refuses(replace(terms, seller=custody.address), "BadSignature", signer=custody)
    held = replace(terms, buyer=custody.address, custody=custody.address)
    refuses(held, "BadSignature", signer=custody)


# --- what it does


def test_opens_bilaterally(facility, pen, terms, dealer, fund, watch, intruder):
    moved = watch()
    events = facility.open(*pen.signed(terms), sender=intruder)
    assert moved() == {
        "dealer": {"T-2035": -QUANTITY, "USD": PURCHASE_PRICE},
        "fund": {"T-2035": QUANTITY, "USD": -PURCHASE_PRICE},
    }
    assert [event.name for event in events] == ["Opened", "Transfer", "Transfer"]
    opening = logged(events, "Opened")
    assert opening["repo"] == facility.idOf(terms) == repo_id(terms)
    assert (opening["seller"], opening["buyer"]) == (dealer.address, fund.address)
    assert facility.repoOf(repo_id(terms)) == (
        1,
        False,
        terms.purchase_date,
        terms.repurchase_date,
        PURCHASE_PRICE,
        0,
        RATE,
    )
    assert facility.changeOf(repo_id(terms)) == (bytes(32), 0, 0, 0, 0, 0, 0)


def test_opens_in_custody(facility, custody, pen, terms, security, watch):
    moved = watch()
    held = replace(terms, custody=custody.address)
    events = facility.open(*pen.signed(held))
    assert moved() == {
        "dealer": {"T-2035": -QUANTITY, "USD": PURCHASE_PRICE},
        "fund": {"USD": -PURCHASE_PRICE},
    }
    assert security.balanceOf(custody) == QUANTITY
    assert [event.name for event in events] == ["Opened", "Held", "Transfer", "Transfer"]
    assert logged(events, "Held") == {
        "repo": repo_id(held),
        "security": security.address,
        "quantity": QUANTITY,
    }


def test_opens_with_several_lines_by_ratio(facility, pen, terms, market, security, watch):
    """4,000,000 at 1.0075 / 1.02 and 2,000 at 50.00 / 1.25: 3,950,980.392… and 80,000."""
    shares = market.add_security("XYZ", kind=SecurityKind.EQUITY)
    market.onboarding.deposit("dealer", "XYZ", 2_000)
    market.onboarding.tokenize("dealer", "XYZ", 2_000)
    market.board.post_price("XYZ", 50 * 10**8)
    margins = {
        SecurityKind.TREASURY_NOTE: Decimal("1.02"),
        SecurityKind.EQUITY: Decimal("1.25"),
    }
    market.board.adopt_policy(by_kind(margins, Method.RATIO))
    lines = (pen.line("T-2035", 4_000_000, 1_020_000_000), pen.line("XYZ", 2_000, 1_250_000_000))
    most = 4_030_980_390_000
    basket = replace(
        terms,
        agreement=agreement_id(pen.agreement(method=1)),
        policy_version=2,
        lines=pen.lines(*lines),
        purchase_price=most,
    )
    over = replace(basket, purchase_price=most + 10_000)
    with reverts("NotEnoughCollateral", needed=most + 10_000, available=most):
        facility.open(*pen.signed(over))
    moved = watch()
    events = facility.open(*pen.signed(basket))
    assert moved()["fund"] == {"USD": -most, "T-2035": 4_000_000, "XYZ": 2_000}
    delivered = [event.arguments["value"] for event in events if event.name == "Transfer"]
    assert delivered == [*(line.quantity for line in basket.lines), most]
    assert shares.address in {line.security for line in basket.lines}


def test_the_event_carries_all_there_is_to_know(facility, pen, terms, market, custody):
    """Every field with a value of its own comes back from the log as it was signed."""
    market.add_security("T-2040", denomination=500)
    market.onboarding.deposit("dealer", "T-2040", 1_000)
    market.onboarding.tokenize("dealer", "T-2040", 1_000)
    market.board.post_price("T-2040", PRICE)
    full = replace(
        terms,
        agreement=agreement_id(pen.agreement(master=keccak(text="another"))),
        rate=-5_000_000,
        notice_period=2,
        income=1,
        may_reuse=True,
        may_substitute=False,
        may_terminate=True,
        custody=custody.address,
        binding_from=2**64 - 1,
        nonce=2**256 - 1,
        lines=pen.lines(pen.line("T-2035", QUANTITY), pen.line("T-2040", 1_000, 20_000_000)),
    )
    opening = logged(facility.open(*pen.signed(full)), "Opened")
    assert _plain(opening["terms"]) == _plain(full.words())


def _plain(words):
    """The words with addresses in one case."""
    if isinstance(words, tuple):
        return tuple(_plain(word) for word in words)
    return words.lower() if isinstance(words, str) else words


def test_calldata_that_is_laid_out_otherwise_gives_the_same_event(facility, pen, terms, market):
    """The lines may stand anywhere in calldata; the event has them where every reader looks."""
    data = facility.encode("open", *pen.signed(terms))
    head, rest = data[: 4 + 96], data[4 + 96 :]
    static = rest[: STATIC_WORDS * 32]
    tail = rest[(STATIC_WORDS + 1) * 32 :]
    gap = 64
    offsets = [int.from_bytes(head[4 + 32 * i : 36 + 32 * i], "big") for i in range(3)]
    moved = [offsets[0], offsets[1] + gap, offsets[2] + gap]
    shifted = (
        data[:4]
        + b"".join(offset.to_bytes(32, "big") for offset in moved)
        + static
        + ((STATIC_WORDS + 1) * 32 + gap).to_bytes(32, "big")
        + b"\xff" * gap
        + tail
    )
    sent = Transaction(market.operators.coordinator, facility.address, shifted)
    (receipt,) = market.journal.submit([sent])
    assert receipt.succeeded
    opening = logged(market.journal.events_of(receipt), "Opened")
    assert opening["repo"] == repo_id(terms)
    assert _plain(opening["terms"]) == _plain(terms.words())


def test_hostile_cash_enters_nothing_while_the_lock_is_held(
    facility, custody, settlement, live, pen, terms, market, dealer, fund, watch
):
    """Cash that calls back while the legs of its own repo are delivered: refused at every door."""
    hostile = live("HostileCash")
    other = replace(terms, nonce=99)
    early = replace(terms, nonce=98, binding_from=market.chain.now() + 3_600)
    trap = replace(terms, cash=hostile.address, nonce=97)
    repo, nothing = repo_id(trap), bytes(32)
    calls = [
        (facility, "open", *pen.signed(other)),
        (facility, "cancel", *pen.cancelling(early, fund)),
        (facility, "cancelTogether", other, *(pen.cancellation(other, x) for x in (dealer, fund))),
        (facility, "repoOf", repo),
        (facility, "changeOf", repo),
        (facility, "setOf", nothing),
        (facility, "marginOf", nothing),
        (facility, "securityMarginOf", nothing, dealer),
        (facility, "closeOutOf", nothing),
        (facility, "claimOf", nothing),
        (facility, "repurchasePriceOn", trap, trap.repurchase_date),
        (custody, "heldFor", nothing, dealer),
        (custody, "heldInAll", dealer),
        (settlement, "requireUnlocked"),
    ]
    moved = watch()
    for number, (target, *call) in enumerate(calls):
        hostile.callBack(target.address, target.encode(*call))
        small = replace(
            trap,
            nonce=1_000 + number,
            lines=(pen.line("T-2035", 1_000),),
            purchase_price=990_000_000,
        )
        facility.open(*pen.signed(small), gas=5_000_000)
        assert not hostile.entered()
        answer = decoded(hostile.answer())
        assert (answer.name, answer.arguments) == ("Locked", {})
    assert moved() == {
        "dealer": {"T-2035": -1_000 * len(calls)},
        "fund": {"T-2035": 1_000 * len(calls)},
    }
    assert facility.repoOf(repo_id(other))[0] == facility.repoOf(repo_id(early))[0] == 0
