"""The figures of the drills of repos, worked out by hand."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest

from settlement.drills.catalogue import find
from settlement.drills.performance import perform

LENT = Decimal("9974250.00")
"""10,000,000 at 1.0075 less 1%."""

CLOSED = LENT + Decimal("1191.37")
"""9,974,250.00 × 4.30% × 1/360 is 1,191.3687…"""


@cache
def performed(name):
    return perform(find(name))


def attempt(name, beginning):
    """The one attempt of a drill whose heading begins, or ends, so."""
    (found,) = [
        each
        for phase in performed(name).phases
        for each in phase.attempts
        if each.what.startswith(beginning) or each.what.endswith(beginning)
    ]
    return found


def gained(name, party, asset, heading="Settled"):
    """What a party has more of something at the end of a phase."""
    (phase,) = [phase for phase in performed(name).phases if phase.heading == heading]
    (change,) = [c for c in phase.changes if (c.party, c.asset) == (party, asset)]
    return change.after - change.before


def cents(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def for_days(principal, rate, days):
    """Interest, rounded to the cent."""
    return cents(principal * Decimal(rate) * days / 360)


def test_a_late_seller_pays_the_agreed_rate_for_its_days_and_none_for_those_of_a_pause():
    interest = cents(LENT * (Decimal("0.043") + Decimal("0.07")) / 360)
    assert interest == Decimal("3130.81")
    assert gained("late-close", "fund", "USD") == LENT + interest
    assert gained("late-close", "fund", "T-2035") == -10_000_000


def test_a_late_buyer_gets_the_interest_of_the_term_and_bears_a_day_of_the_charge():
    lent = Decimal(1_000_000) * Decimal("1.0075") * Decimal("0.99")
    owed = lent + for_days(lent, "0.043", 1)
    charge = for_days(owed, "0.03", 1)
    assert (owed, charge) == (Decimal("997544.14"), Decimal("83.13"))
    assert gained("late-close", "broker", "USD") == owed - charge
    assert gained("late-close", "broker", "T-2035") == -1_000_000


def test_nobody_defaults_while_the_clocks_stand_still():
    refused = attempt("late-close", "the grace is over, and fund declares dealer in default")
    assert refused.refusal.sentence == "there is no ground for a default"
    day = attempt("late-close", "Wednesday 4 March, 17:00: the day ends")
    assert "on record for R1: nobody fails, and the clocks stand still" in day.lines


def test_one_unit_of_price_decides_whether_there_is_a_call():
    unit = Decimal("0.00000001")
    below = Decimal("0.9975")
    missing = LENT - Decimal(10_000_000) * below * Decimal("0.99")
    at_the_trigger = LENT - Decimal(10_000_000) * (below + unit) * Decimal("0.99")
    assert (missing, at_the_trigger) == (Decimal("99000.00"), Decimal("98999.901"))
    assert f"price of T-2035: {below + unit}" in performed("margin-trigger").phases[1].lines
    refused = attempt("margin-trigger", "fund calls margin of dealer").refusal
    assert "the net exposure is 98,999.90" in refused.sentence
    assert attempt("margin-trigger", "the call is what is missing").lines == ("99,000.00 USD",)
    assert attempt("margin-trigger", "dealer meets it").lines[0].startswith("99,000.00 USD paid")
    assert attempt("margin-trigger", "fund returns").lines == ("99,000.00 USD returned",)


def test_of_a_stale_price_nothing_is_called_and_of_a_fresh_one_the_interest_of_a_day():
    lent = Decimal(2_000_000) * Decimal("1.0075") * Decimal("0.99")
    called = attempt("stale-price", "called is the interest of one day on R1")
    assert called.lines == (f"{for_days(lent, '0.043', 1)} USD",)
    errors = [refusal.error for refusal in performed("stale-price").refusals]
    assert errors == ["PriceStale"] * 3 + ["PriceMissing"] + ["PricePending"] * 2


def test_strangers_are_refused_by_role_by_side_and_by_signature():
    refused = [(each.error, each.sentence) for each in performed("stranger").refusals]
    assert [error for error, _ in refused] == [
        "AccessManagedUnauthorized",
        "NotASide",
        "NotASide",
        "BadSignature",
        "BadSignature",
    ]
    assert [sentence.split()[0] for _, sentence in refused] == [
        "intruder",
        "broker",
        "broker",
        "fund",
        "dealer",
    ]


def test_what_is_not_eligible_is_refused_with_the_name_of_its_rule():
    assert [refusal.error for refusal in performed("ineligible").refusals] == [
        "NotEligible",
        "NotEligible",
        "OverConcentrated",
        "MarginNotAccepted",
    ]


def test_a_substitution_is_measured_at_the_moment_of_the_exchange():
    """10,229,000 at 0.985 carried 9,974,808.35; at 0.95 it takes 10,605,264 units."""
    asked = Decimal(10_229_000) * Decimal("0.99")
    assert asked * Decimal("0.985") > LENT > asked * Decimal("0.95")
    needed = Decimal(10_606_000) * Decimal("0.95") * Decimal("0.99")
    assert needed >= LENT > needed - 1_000 * Decimal("0.95") * Decimal("0.99")
    assert attempt("substitution-short", "10,605,000 T-2034 are exchanged").refusal
    assert gained("substitution-short", "fund", "T-2034") == 10_606_000
    assert gained("substitution-short", "fund", "T-2035") == -10_000_000


def test_a_roll_moves_the_interest_and_nothing_else():
    assert gained("roll-broken", "fund", "USD") == for_days(LENT, "0.043", 1)
    assert gained("roll-broken", "fund", "T-2035") == 0
    opened = [
        each.lines
        for phase in performed("roll-broken").phases
        for each in phase.attempts
        if each.what == "what is open between the two"
    ]
    assert opened == [("R1",), ("R2",)]


def test_the_seller_gets_the_coupon_once():
    coupon = Decimal(10_000_000) * Decimal("0.0425") / 2
    assert coupon == Decimal("212500.00")
    assert gained("coupon-once", "dealer", "USD", "Submitted") == coupon
    interest = for_days(LENT, "0.043", 14)
    assert gained("coupon-once", "dealer", "USD") == -(LENT + interest)
    errors = [refusal.error for refusal in performed("coupon-once").refusals]
    assert errors == ["NoIncomeDue", "IncomeKnown", "NoIncomeDue"]


def test_a_default_comes_to_one_sum_in_both_directions():
    """Two days of interest on each; the collateral at 0.95, without a haircut."""
    growth = 1 + Decimal("0.043") * 2 / 360
    first, second = Decimal("4987125.00") * growth, Decimal("2992275.00") * growth
    reverse = Decimal("1950300.00") * growth
    two = cents(first - 4_750_000 + second - 2_850_000)
    net = cents(first - 4_750_000 + second - 2_850_000 - (reverse - 1_900_000))
    assert (two, net) == (Decimal("381306.19"), Decimal("330540.29"))
    refused = attempt("default", "fund asks for what the two come to").refusal
    assert refused.sentence == "381,306.19 cannot be paid on a claim of 0.00"
    assert attempt("default", "the claim is one sum").lines == (f"{net:,} USD",)
    assert gained("default", "fund", "USD", "Submitted") == 0
    assert gained("default", "fund", "USD") == net


def test_a_buyer_that_used_the_collateral_bears_the_charge_and_returns_all_or_nothing():
    charge = for_days(CLOSED, "0.03", 2)
    assert charge == Decimal("1662.57")
    assert gained("reused-collateral", "dealer", "T-2035", "Submitted") == 0
    assert gained("reused-collateral", "dealer", "T-2035") == 10_000_000
    assert gained("reused-collateral", "dealer", "USD") == -(CLOSED - charge)


def test_margin_reacts_to_a_reversal_once_it_is_on_record():
    owed = LENT + for_days(LENT, "0.043", 2)
    left = cents(Decimal(6_000_000) * Decimal("1.0075") * Decimal("0.99"))
    found = [
        each.lines
        for phase in performed("reversed-collateral").phases
        for each in phase.attempts
        if each.what == "net exposure of fund, by what is on record"
    ]
    assert found == [(f"{owed - LENT:,} USD",), (f"{owed - left:,} USD",)]
    assert f"{owed - left:,}" == "3,992,082.74"
    assert gained("reversed-collateral", "dealer", "T-2035") == 6_000_000
    assert attempt("reversed-collateral", "dealer meets it with 4,003,000 T-2035").held


@pytest.mark.parametrize(
    ("name", "party", "amount"),
    [
        ("lender-short", "dealer", Decimal(10_000_000) * Decimal("1.0075")),
        ("late-close", "fund", Decimal(10_000_000) * Decimal("1.0075")),
        ("margin-trigger", "fund", LENT - 10_000_000 * Decimal("0.95")),
        ("stale-price", "fund", LENT - 1_000_000 * Decimal("1.0075")),
        ("stranger", "dealer", Decimal(5_000_000) * Decimal("1.0075")),
        (
            "substitution-short",
            "fund",
            10_000_000 * Decimal("1.0075") - 10_229_000 * Decimal("0.95"),
        ),
        ("ineligible", "fund", 9_000_000 - 10_000_000 * Decimal("0.60")),
        ("roll-broken", "fund", Decimal(10_000_000) * Decimal("1.0075")),
        ("coupon-once", "fund", Decimal("212500.00")),
        ("default", "fund", Decimal("1950300.00") + for_days(Decimal("1950300.00"), "0.043", 2)),
        ("reused-collateral", "dealer", CLOSED - 6_000_000 * Decimal("1.0075")),
        ("reversed-collateral", "fund", Decimal(4_000_000) * Decimal("1.0075")),
    ],
)
def test_what_is_given_for_nothing_without_dvp(name, party, amount):
    assert [(loss.party, loss.amount) for loss in performed(name).lost] == [(party, amount)]
