"""Calculators: every agreed vector, what the vectors do not combine, and the way to the answer."""

import json
from pathlib import Path

import pytest

from settlement.analytics.calculators import CALCULATORS, calculator
from settlement.analytics.calculators.allocation import Lot
from settlement.analytics.calculators.answer import label, shown, written
from settlement.analytics.calculators.exposure import Transaction
from settlement.analytics.calculators.inputs import fields_of, read, row_from_text
from settlement.errors import BadInput, UnknownName

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "repo.json").read_text("utf-8"))[
    "vectors"
]

LOAN = {"purchase_price": "10000000.00", "rate": "0.05", "days": 10}
HAIRCUT = {**LOAN, "market_value": "10050000.00", "haircut": "0.02", "party_is": "buyer"}
RATIO = {**LOAN, "market_value": "10050000.00", "margin_ratio": "1.02", "party_is": "buyer"}
CASH = {"amount": "30000.00", "rate": "0.04", "days": 2}
CLOSING = {**LOAN, "default_market_value": "9800000.00", "non_defaulter_is": "buyer"}
LINES = [["20000000.00", "0.02", "20300000.00"], ["10000000.00", "0.05", "10400000.00"]]
LOT = {"name": "A", "quantity": 1_000_000, "price": "0.995", "haircut": "0.02"}
POOL = [
    {"name": "A", "value": "60.00", "haircut": "0", "issuer": "X"},
    {"name": "B", "value": "60.00", "haircut": "0.5", "issuer": "Y"},
]


def answered(name, inputs):
    return read(calculator(name), inputs).answer()


def outputs(name, inputs):
    return {field: written(output) for field, output in answered(name, inputs).outputs.items()}


def test_every_calculator_has_a_vector():
    assert {vector["calc"] for vector in VECTORS} == set(CALCULATORS)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_vectors(vector):
    assert outputs(vector["calc"], vector["in"]) == vector["out"]


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        (
            "interest",
            {"purchase_price": "100000000.00", "rate": "5.3%", "minutes": 185, "basis": "ACT/365"},
            {"price_differential": "1865.49", "repurchase_price": "100001865.49"},
        ),
        (
            "interest",
            {"purchase_price": "100.00", "rate": "1", "from": "2024-02-28", "to": "2024-03-01"},
            {"price_differential": "0.56", "repurchase_price": "100.56"},
        ),
        (
            "interest",
            {"purchase_price": "100.00", "rate": "0.05", "from": "2026-03-02", "to": "2026-03-02"},
            {"price_differential": "0.00", "repurchase_price": "100.00"},
        ),
        (
            "accrual",
            {"periods": [["100.00", "-0.01", 180], ["100.00", "0.02", 90]]},
            {"price_differential": "0.00"},
        ),
        (
            "roll",
            {
                "purchase_price": "100.00",
                "rate": "0.0365",
                "first_days": 1,
                "second_days": 1,
                "basis": "ACT/365",
            },
            {"paid_at_roll": "0.01", "second_price_differential": "0.01"},
        ),
        (
            "reprice",
            {
                "nominal": "20,000,000",
                "dirty": "98%",
                "margin_ratio": "102%",
                "old_purchase_price": "19000000.00",
            },
            {"purchase_price": "19215686.27", "cash_to_buyer": "-215686.27"},
        ),
        (
            "adjust",
            {
                "purchase_price": "9803921.57",
                "dirty": "1",
                "margin_ratio": "1.02",
                "denomination": "1000",
            },
            {"nominal": "10001000"},
        ),
        (
            "substitute",
            {
                "returned": [["1000000", "1", "1.02"], ["510000", "1", "1.02"]],
                "dirty": "0.5",
                "margin_ratio": "1.05",
            },
            {"nominal": "3108824"},
        ),
        (
            "shape",
            {"nominals": ["1", "1", "1"], "dirty": "0.005", "margin_ratio": "1"},
            {"purchase_prices": ["0.01", "0.00", "0.01"]},
        ),
        (
            "partial",
            {"delivered": "750000", "of": "10000000", "dirty": "1", "margin_ratio": "1.02"},
            {"now": "735294.12", "open": "9068627.45"},
        ),
        (
            "partial",
            {"delivered": "10", "of": "10", "dirty": "1", "haircut": "0"},
            {"now": "10.00", "open": "0.00"},
        ),
        (
            "exposure",
            {
                "purchase_price": "30000000.00",
                "rate": "0.045",
                "days": 9,
                "method": "haircut",
                "lines": LINES,
            },
            {"repurchase_price": "30033750.00", "exposure": "259750.00"},
        ),
        (
            "exposure",
            {
                "purchase_price": "9974250.00",
                "rate": "-0.004",
                "days": 3,
                "market_value": "0",
                "haircut": "0",
            },
            {"repurchase_price": "9973917.52", "exposure": "9973917.53"},
        ),
        (
            "net-exposure",
            {
                "transactions": [HAIRCUT],
                "cash_margin_held": CASH,
                "cash_margin_given": [CASH, {**CASH, "amount": "1000.00", "days": 0}],
                "securities_margin_held": [["1000.00", "0.1"]],
                "securities_margin_given": [["500.00", "0.02"], ["100.00", "0"]],
                "income_due_to_party": "7.00",
                "income_due_by_party": "3.00",
            },
            {"net_exposure": "165582.89"},
        ),
        (
            "net-exposure",
            {"transactions": [RATIO], "securities_margin_held": {"market_value": "164000.00"}},
            {"net_exposure": "166.67"},
        ),
        (
            "call",
            {"net_exposure": "147166.666", "threshold": "100000", "minimum_transfer": "0"},
            {"call": "47166.67"},
        ),
        ("call", {"net_exposure": "-5.00"}, {"call": "0.00"}),
        (
            "margin-securities",
            {"call": "164166.67", "price": "0.995", "haircut": "0.02", "denomination": "1000"},
            {"nominal": "169000"},
        ),
        (
            "sell-back",
            {"purchase_price": "36500.00", "rate": "0.1", "days": 10, "basis": "ACT/365"},
            {"sell_back_price": "36600.00"},
        ),
        (
            "fails",
            {"value": "50000000.00", "reference_rate": "0.0525", "floor": "0.01", "days": 3},
            {"charge": "4166.67"},
        ),
        (
            "close-out",
            {
                "transactions": [CLOSING, {**CLOSING, "non_defaulter_is": "seller"}],
                "cash_margin_held": CASH,
                "cash_margin_given": {**CASH, "amount": "90000.00"},
                "securities_margin_held": "5000.00",
                "securities_margin_given": "700.00",
                "income_due_to_non_defaulter": "40.00",
                "income_due_by_non_defaulter": "30.00",
                "fails_charges_due_to_non_defaulter": "2.00",
                "fails_charges_due_by_non_defaulter": "1.00",
            },
            {"net_to_non_defaulter": "55724.33"},
        ),
        (
            "allocate",
            {
                "need": "1000.00",
                "objective": "cheapest-first",
                "lots": [["A", "2000.00", "0"], ["B", "600.00", "0.5"]],
            },
            {"allocated": {"A": "700.00", "B": "600.00"}, "short": "0.00"},
        ),
        (
            "allocate",
            {"need": "900.00", "objective": "best-first", "lots": [["A", "100.01", "0.5"]]},
            {"allocated": {"A": "100.01"}, "short": "850.00"},
        ),
        (
            "allocate",
            {
                "need": "500000.00",
                "objective": "best-first",
                "lots": [{**LOT, "denomination": "1000"}],
            },
            {"allocated": {"A": "513000"}, "short": "0.00"},
        ),
        (
            "allocate",
            {
                "need": "100.00",
                "objective": "best-first",
                "lots": POOL,
                "limits": [["issuer", "0.6"], {"by": "security", "share": "70%", "of": "A"}],
            },
            {"allocated": {"A": "45.00", "B": "60.00"}, "short": "25.00"},
        ),
    ],
)
def test_what_the_vectors_do_not_combine(name, inputs, expected):
    assert outputs(name, inputs) == expected


def test_one_unit_less_is_not_enough_for_a_substitution():
    """1,510,000 × 1.05 / (1.02 × 0.5) is 3,108,823.53."""
    assert 3_108_823 * 0.5 / 1.05 < 1_510_000 / 1.02 < 3_108_824 * 0.5 / 1.05


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_every_answer_says_how_it_came_about(vector):
    steps = answered(vector["calc"], vector["in"]).steps
    assert steps
    assert all("=" in step or step.startswith(("+ ", "− ")) for step in steps)


def test_the_way_has_the_figures_and_what_was_not_rounded():
    tie = {"purchase_price": "9974250.00", "rate": "0.004", "days": 3}
    assert answered("interest", tie).steps[0] == (
        "PD = PP × rate × days / basis = 9,974,250.00 × 0.40% × 3 / 360 = 332.475"
    )


def test_outputs_are_shown_with_thousands_parted():
    shaped = answered("shape", {"nominals": ["1000", "2000"], "dirty": "1", "haircut": "0"})
    assert shown(shaped.outputs["purchase_prices"]) == "1,000.00\n2,000.00"
    assert shown({"LONG": 1000, "A": 2}) == "LONG  1,000\nA     2"


def test_a_row_in_text_is_filled_in_order_and_then_by_name():
    row = row_from_text(Transaction, "buyer:10000000.00:5%:10:9000000:margin_ratio=102%")
    assert row == {
        "party_is": "buyer",
        "purchase_price": "10000000.00",
        "rate": "5%",
        "days": "10",
        "market_value": "9000000",
        "margin_ratio": "102%",
    }


def test_a_position_with_nothing_in_it_was_not_given():
    assert row_from_text(Lot, "T-2035::2%:quantity=1000:price=0.99") == {
        "name": "T-2035",
        "haircut": "2%",
        "quantity": "1000",
        "price": "0.99",
    }


@pytest.mark.parametrize("basis", ["ACT/365", "365", 365])
def test_a_basis_may_be_its_number(basis):
    assert read(calculator("interest"), {**LOAN, "basis": basis}).basis == 365


def test_lines_of_a_basket_name_the_cash_that_they_carry():
    names = ("purchase_price", "margin", "market_value")
    given = {"purchase_price": "30000000.00", "rate": "0.045", "days": 9, "method": "haircut"}
    by_name = [dict(zip(names, line, strict=True)) for line in LINES]
    assert outputs("exposure", {**given, "lines": by_name}) == outputs(
        "exposure", {**given, "lines": LINES}
    )


@pytest.mark.parametrize(
    ("name", "inputs", "steps"),
    [
        (
            "interest",
            {**LOAN, "rate": "-0.004"},
            [
                "PD = PP × rate × days / basis = 10,000,000.00 × −0.40% × 10 / 360"
                " = −1,111.111111111…",
                "RP = PP + PD = 10,000,000.00 − 1,111.11 = 9,998,888.89",
            ],
        ),
        (
            "exposure",
            {**LOAN, "market_value": "10050000.00", "haircut": "0.02"},
            [
                "PD = PP × rate × days / basis = 10,000,000.00 × 5% × 10 / 360 = 13,888.888888888…",
                "RP = PP + PD = 10,000,000.00 + 13,888.888888888… = 10,013,888.888888888…",
                "exposure = RP − Σ MV × (1 − h) = 10,013,888.888888888…"
                " − (10,050,000.00 × (1 − 2%)) = 164,888.888888888…",
            ],
        ),
        (
            "partial",
            {"delivered": "750000", "of": "10000000", "dirty": "1", "haircut": "0.01"},
            [
                "delivered now = 750,000 × 1 × (1 − 1%) = 742,500",
                "stays open = 9,250,000 × 1 × (1 − 1%) = 9,157,500",
                "whole = 9,900,000",
            ],
        ),
        (
            "margin-securities",
            {"call": "164166.67", "price": "0.0000001", "denomination": "1000"},
            [
                "nominal = call / (price × (1 − h)) = 164,166.67 / (0.0000001 × (1 − 0%))"
                " = 1,641,666,700,000, up to a multiple of 1,000: 1,641,666,700,000"
            ],
        ),
        (
            "adjust",
            {"purchase_price": "100.00", "dirty": "0.99", "haircut": "0", "denomination": "10"},
            [
                "nominal = PP / (dirty × (1 − h)) = 100 / (0.99 × (1 − 0%)) = 101.010101010…,"
                " up to a multiple of 10: 110"
            ],
        ),
        (
            "sell-back",
            {"purchase_price": "36000.00", "rate": "-0.1", "days": 10},
            [
                "PP × (1 + r × d / basis) − C × (1 + r × d after / basis)"
                " = 36,000.00 × (1 − 10% × 10 / 360) − 0.00 × (1 − 10% × 0 / 360) = 35,900"
            ],
        ),
        (
            "fails",
            {"value": "36000.00", "reference_rate": "-0.01", "days": 1},
            [
                "rate = max(3% − reference rate, floor) = max(3% − (−1%), 0%) = 4%",
                "charge = value × rate × days / 360 = 36,000.00 × 4% × 1 / 360 = 4",
            ],
        ),
        (
            "call",
            {"net_exposure": "-5.00"},
            [
                "X = net exposure − threshold = −5 − 0.00 = −5",
                "call = X where X > 0 and X ≥ 0.00, else nothing: 0.00",
            ],
        ),
        (
            "allocate",
            {
                "need": "1500.00",
                "objective": "best-first",
                "lots": [["A", "1000.00", "0.3"], {**LOT, "name": "T-1", "denomination": "1000"}],
            },
            [
                "T-1 1,538.303763716… × 0.995 × (1 − 2%) = 1,500 after haircut,"
                " up to a multiple of 1,000: 2,000",
                "short = 0",
            ],
        ),
        (
            "allocate",
            {"need": "100.00", "objective": "best-first", "lots": [["A", "1000.00", "0.3"]]},
            [
                "A 142.857142857… × (1 − 30%) = 100 after haircut, up to the cent: 142.86",
                "short = 0",
            ],
        ),
    ],
)
def test_the_way_ends_in_its_result(name, inputs, steps):
    assert answered(name, inputs).steps == steps


def test_labels_are_written_as_words_are():
    assert label("net_to_non_defaulter") == "net to non-defaulter"
    assert label("sell_back_price") == "sell-back price"
    income = {"income_due_to_non_defaulter": "40.00", "transactions": [CLOSING]}
    assert "+ 40  income due to non-defaulter" in answered("close-out", income).steps


@pytest.mark.parametrize("text", ["a:b:c:d:e:f", "buyer:party_is=seller", "=1"])
def test_a_row_in_text_with_a_part_too_many_is_refused(text):
    with pytest.raises(BadInput, match="PARTY_IS:PURCHASE_PRICE:RATE"):
        row_from_text(Transaction, text)


def test_inputs_have_meanings():
    for kind in CALCULATORS.values():
        assert all(each.input.meaning for each in fields_of(kind).values())


def test_a_calculator_of_nobody_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'purchase-price'"):
        calculator("purchase-prise")
