"""What calculators refuse: the input, what was given, what is needed; all of it at once."""

import re
from typing import Any

import pytest

from settlement.analytics.calculators import calculator
from settlement.analytics.calculators.inputs import BadInputs, read

PURCHASE = {"nominal": "10000000", "dirty": "1.0075", "haircut": "0.01"}
LOAN = {"purchase_price": "9974250.00", "rate": "0.004", "days": 3}
ROLL = {"purchase_price": "100.00", "rate": "0", "first_days": 1, "second_days": 1}
SUBSTITUTE: dict[str, Any] = {"returned": [["10", "1", "0.02"]], "dirty": "1", "haircut": "0.08"}
SELL_BACK = {"purchase_price": "100.00", "rate": "0", "days": 5, "income": "1.00"}
BASKET: dict[str, Any] = {**LOAN, "method": "ratio", "lines": [["9974250.00", "1.02", "1"]]}
SINGLE = {**LOAN, "market_value": "1", "haircut": "0"}
BUYS = {**SINGLE, "party_is": "buyer"}
BUYS_BY_RATIO = {**LOAN, "market_value": "1", "margin_ratio": "1", "party_is": "buyer"}
ACCRUED = {"nominal": "10", "coupon": "0.04", "days": 76, "period": 184}
POOL: dict[str, Any] = {
    "need": "10.00",
    "objective": "best-first",
    "lots": [["A", "5.00", "0"], ["B", "5.00", "0"]],
}


def faults(name, given):
    with pytest.raises(BadInputs) as caught:
        read(calculator(name), given)
    return {fault.name: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("name", "given", "change", "field", "said"),
    [
        # haircut and ratio
        (
            "purchase-price",
            PURCHASE,
            {"haircut": "1.02"},
            "haircut",
            "1.02 given, less than 1 needed (is a margin ratio meant?)",
        ),
        ("purchase-price", PURCHASE, {"haircut": "1"}, "haircut", "less than 1 needed"),
        (
            "purchase-price",
            PURCHASE,
            {"haircut": "2"},
            "haircut",
            "2 given, less than 1 needed (2% is written 0.02 or 2%)",
        ),
        (
            "purchase-price",
            PURCHASE,
            {"haircut": "-0.01"},
            "haircut",
            "-0.01 given, zero or more needed",
        ),
        (
            "haircut",
            {},
            {"margin_ratio": "0.02"},
            "margin_ratio",
            "0.02 given, at least 1 needed (is a haircut meant?)",
        ),
        (
            "haircut",
            {},
            {"margin_ratio": "102"},
            "margin_ratio",
            "102 given, at most 100 needed (102% is written 1.02 or 102%)",
        ),
        (
            "purchase-price",
            PURCHASE,
            {"margin_ratio": "1.02"},
            "haircut",
            "both a haircut and a margin ratio given, exactly one needed",
        ),
        (
            "purchase-price",
            PURCHASE,
            {"haircut": None},
            "haircut",
            "neither a haircut nor a margin ratio given, exactly one needed",
        ),
        (
            "substitute",
            SUBSTITUTE,
            {"returned": [["10", "1", "1.02"]]},
            "returned.1.margin",
            "102% given, a haircut of less than 100% needed (is a margin ratio meant?)",
        ),
        (
            "substitute",
            SUBSTITUTE,
            {"returned": [["10", "1", "102"]]},
            "returned.1.margin",
            "102 given, at most 100 needed",
        ),
        (
            "substitute",
            SUBSTITUTE,
            {"haircut": None, "margin_ratio": "1.02"},
            "returned.1.margin",
            "2% given, a margin ratio of at least 100% needed (is a haircut meant?)",
        ),
        # rates, days, dates
        ("interest", LOAN, {"rate": "4.3"}, "rate", "needed (4.3% is written 0.043 or 4.3%)"),
        ("interest", LOAN, {"rate": "-101%"}, "rate", "-101% given, at most 100% either way"),
        (
            "interest",
            LOAN,
            {"basis": "30/360"},
            "basis",
            "'30/360' given, ACT/360 or ACT/365 needed",
        ),
        ("interest", LOAN, {"basis": 364}, "basis", "364 given, ACT/360 or ACT/365 needed"),
        ("interest", LOAN, {"basis": ["ACT/360"]}, "basis", "ACT/360 or ACT/365 needed"),
        ("interest", LOAN, {"days": -1}, "days", "-1 given, zero or more needed"),
        ("interest", LOAN, {"days": "1.5"}, "days", "1.5 given, a whole number needed"),
        ("interest", LOAN, {"days": 20260302}, "days", "at most 36,525 needed"),
        ("interest", LOAN, {"days": None}, "days", "one of days, from and to, or minutes needed"),
        ("interest", LOAN, {"minutes": 5}, "days", "one of days, from and to, or minutes needed"),
        (
            "interest",
            LOAN,
            {"days": None, "minutes": 1441},
            "minutes",
            "1441 given, 1 to 1,440 needed",
        ),
        ("interest", LOAN, {"days": None, "minutes": 0}, "minutes", "0 given, 1 to 1,440 needed"),
        (
            "interest",
            LOAN,
            {"days": None, "from": "2026-03-02"},
            "to",
            "is missing: from and to go together",
        ),
        (
            "interest",
            LOAN,
            {"days": None, "to": "2026-03-02"},
            "from",
            "is missing: from and to go together",
        ),
        (
            "interest",
            LOAN,
            {"days": None, "from": "2026-03-03", "to": "2026-03-02"},
            "to",
            "2026-03-02 given, a date not before 2026-03-03 needed",
        ),
        (
            "interest",
            LOAN,
            {"days": None, "from": "2026-02-30", "to": "2026-03-02"},
            "from",
            "'2026-02-30' given, a date like 2026-03-02 needed",
        ),
        (
            "interest",
            LOAN,
            {"days": None, "from": "2.3.2026", "to": "2026-03-02"},
            "from",
            "a date like",
        ),
        (
            "sell-back",
            SELL_BACK,
            {"days_after_income": 6},
            "days_after_income",
            "6 given, at most the 5 of the term needed",
        ),
        (
            "accrued",
            ACCRUED,
            {"days": 185},
            "days",
            "185 given, at most the 184 of the coupon period needed",
        ),
        (
            "accrued",
            ACCRUED,
            {"days": 0, "period": 0},
            "period",
            "0 given, at least one day needed",
        ),
        ("accrued", ACCRUED, {"coupon": "-0.01"}, "coupon", "zero or more needed"),
        ("accrued", ACCRUED, {"coupon": "4.25"}, "coupon", "at most 100% either way needed"),
        # amounts, quantities, prices
        ("purchase-price", PURCHASE, {"nominal": "0"}, "nominal", "0 given, more than zero needed"),
        (
            "purchase-price",
            PURCHASE,
            {"nominal": "1.5"},
            "nominal",
            "1.5 given, a whole number needed",
        ),
        ("purchase-price", PURCHASE, {"dirty": "0"}, "dirty", "0 given, more than zero needed"),
        ("purchase-price", PURCHASE, {"dirty": "-1"}, "dirty", "-1 given, more than zero needed"),
        (
            "interest",
            LOAN,
            {"purchase_price": "1.005"},
            "purchase_price",
            "1.005 given, whole cents needed",
        ),
        ("interest", LOAN, {"purchase_price": "0"}, "purchase_price", "more than zero needed"),
        (
            "call",
            {"net_exposure": "1"},
            {"threshold": "-1.00"},
            "threshold",
            "-1.00 given, zero or more needed",
        ),
        (
            "partial",
            PURCHASE,
            {"nominal": None, "delivered": "1100", "of": "1000"},
            "delivered",
            "1,100 given, at most the whole of 1,000 needed",
        ),
        # how numbers are written
        (
            "purchase-price",
            PURCHASE,
            {"haircut": 0.01},
            "haircut",
            'the JSON number 0.01 given, a string such as "0.01" needed',
        ),
        (
            "purchase-price",
            PURCHASE,
            {"nominal": 1e7},
            "nominal",
            "the JSON number 10000000.0 given",
        ),
        ("purchase-price", PURCHASE, {"dirty": float("nan")}, "dirty", "the JSON number nan given"),
        ("purchase-price", PURCHASE, {"dirty": "NaN"}, "dirty", "'NaN' is not a number"),
        ("purchase-price", PURCHASE, {"dirty": "Infinity"}, "dirty", "'Infinity' is not a number"),
        ("purchase-price", PURCHASE, {"dirty": "1e3"}, "dirty", "'1e3' is not a number"),
        (
            "purchase-price",
            PURCHASE,
            {"nominal": True},
            "nominal",
            "True given, a number in a string needed",
        ),
        ("purchase-price", PURCHASE, {"nominal": ["1"]}, "nominal", "a number in a string needed"),
        ("purchase-price", PURCHASE, {"nominal": "9" * 30}, "nominal", "more than 26 digits"),
        ("roll", ROLL, {"capitalise": "yes"}, "capitalise", "'yes' given, true or false needed"),
        # what is there
        (
            "purchase-price",
            PURCHASE,
            {"haircutt": "0.01"},
            "haircutt",
            "there is no input 'haircutt'; did you mean 'haircut'?",
        ),
        ("purchase-price", PURCHASE, {"dirty": None}, "dirty", "is missing: dirty price"),
        ("accrual", {}, {"periods": []}, "periods", "a list with something in it needed"),
        ("accrual", {}, {"periods": "25000000"}, "periods", "a list with something in it needed"),
        (
            "accrual",
            {},
            {"periods": [["1.00", "0.01", 3, 4]]},
            "periods.1",
            "[purchase_price, rate, days] needed",
        ),
        (
            "accrual",
            {},
            {"periods": [["1.00", "0.01", 3], ["1.00", "4.3", 3]]},
            "periods.2.rate",
            "4.3 given, at most 100% either way needed",
        ),
        ("accrual", {}, {"periods": [["1.00", "0.01"]]}, "periods.1.days", "is missing"),
        (
            "shape",
            {"dirty": "1", "haircut": "0"},
            {"nominals": ["1", "0"]},
            "nominals.2",
            "0 given, more than zero needed",
        ),
        # exposure
        ("exposure", SINGLE, {"market_value": None}, "market_value", "or a method and lines"),
        ("exposure", SINGLE, {"market_value": "-1"}, "market_value", "zero or more needed"),
        ("exposure", SINGLE, {"method": "ratio"}, "method", "the method of the margin needed"),
        ("exposure", BASKET, {"method": None}, "method", "is missing"),
        (
            "exposure",
            BASKET,
            {"method": "market"},
            "method",
            "'market' given, haircut or ratio needed",
        ),
        ("exposure", BASKET, {"margin_ratio": "1.02"}, "margin_ratio", "does not go with lines"),
        ("exposure", BASKET, {"method": "haircut"}, "lines.1.margin", "is a margin ratio meant?"),
        (
            "exposure",
            BASKET,
            {"lines": [["1.00", "1.02", "1"]]},
            "lines",
            "purchase prices that sum to 1.00 given, the 9,974,250.00 of the whole needed",
        ),
        (
            "net-exposure",
            {},
            {"transactions": [{**BUYS, "party_is": "lender"}]},
            "transactions.1.party_is",
            "'lender' given, buyer or seller needed",
        ),
        (
            "net-exposure",
            {},
            {"transactions": [BUYS, BUYS_BY_RATIO]},
            "transactions",
            "haircuts and margin ratios given, one method for all needed",
        ),
        (
            "net-exposure",
            {"transactions": [BUYS]},
            {"securities_margin_held": [["1"]]},
            "securities_margin_held.1.haircut",
            "the agreement values by haircut",
        ),
        (
            "net-exposure",
            {"transactions": [BUYS_BY_RATIO]},
            {"securities_margin_given": [["1", "0"]]},
            "securities_margin_given.1.haircut",
            "0% given, no haircut needed (the agreement values by ratio)",
        ),
        # allocation
        (
            "allocate",
            POOL,
            {"objective": "best"},
            "objective",
            "'best' given, best-first or cheapest-first needed",
        ),
        (
            "allocate",
            POOL,
            {"lots": [["A", "1.00", "0"], ["A", "1.00", "0"]]},
            "lots",
            "2 of the name A given, each name once needed",
        ),
        ("allocate", POOL, {"lots": [["", "1.00", "0"]]}, "lots.1.name", "'' given, a name needed"),
        (
            "allocate",
            POOL,
            {"lots": [{"name": "A", "haircut": "0"}]},
            "lots.1.value",
            "exactly one of value, and quantity and price",
        ),
        (
            "allocate",
            POOL,
            {"lots": [{"name": "A", "haircut": "0", "quantity": "1"}]},
            "lots.1.price",
            "quantity and price go together",
        ),
        (
            "allocate",
            POOL,
            {"lots": [{"name": "A", "haircut": "0", "price": "1"}]},
            "lots.1.quantity",
            "quantity and price go together",
        ),
        (
            "allocate",
            POOL,
            {"limits": [["issuer", "0.5"]]},
            "lots.1.issuer",
            "is missing: a limit needs it",
        ),
        (
            "allocate",
            POOL,
            {"limits": [["rating", "0.5"]]},
            "limits.1.by",
            "'rating' given, security or issuer or kind needed",
        ),
        (
            "allocate",
            POOL,
            {"limits": [["security", "0"]]},
            "limits.1.share",
            "more than 0 and at most 1 needed",
        ),
    ],
)
def test_one_sentence_names_input_given_and_needed(name, given, change, field, said):
    inputs = {key: value for key, value in {**given, **change}.items() if value is not None}
    found = faults(name, inputs)
    assert list(found) == [field]
    assert said in found[field]


def test_unknown_inputs_are_named_in_the_order_given():
    names = [f"unknown{place}" for place in range(20)]
    assert list(faults("accrual", dict.fromkeys(names, "1"))) == [*names, "periods"]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(BadInputs) as caught:
        read(calculator("interest"), {"purchase_price": "x", "rte": "0.04", "days": -1})
    said = str(caught.value)
    for part in (
        "rte: there is no input",
        "purchase_price: 'x' is",
        "rate is missing",
        "days: -1",
    ):
        assert re.search(re.escape(part), said)
    assert "\n" not in said
