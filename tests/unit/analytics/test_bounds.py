"""Bounds of the inputs: what is beyond them is refused, and within them no digit is lost."""

import json
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from settlement.analytics.calculators import calculator
from settlement.analytics.calculators.inputs import BadInputs, fields_of, read
from settlement.errors import BadInput

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "repo.json").read_text("utf-8"))[
    "vectors"
]
LOAN = {"purchase_price": "10000000.00", "rate": "0.05", "days": 10}
PURCHASE = {"nominal": "10000000", "dirty": "1.0075", "haircut": "0.01"}
LOT = {"name": "A", "haircut": "0"}
POOL = {"need": "1.00", "objective": "best-first"}


def places(most, count, least=0):
    """Numbers up to `most` with up to so many places, as text; the ends more often than not."""
    unit = 10**count
    units = st.one_of(st.sampled_from((most * unit, most * unit - 1)), st.integers(0, most * unit))
    return units.map(lambda number: f"{Decimal(max(number, least)).scaleb(-count):f}")


@st.composite
def signed(draw, numbers):
    return draw(st.sampled_from(("", "-"))) + draw(numbers)


NUMBERS = {
    "CASH": places(10**15, 2, least=1),
    "VALUE": places(10**15, 10),
    "PRICE": places(10, 20, least=1),
    "RATE": signed(places(1, 20)),
    "HAIRCUT": places(1, 20),
    "RATIO": places(100, 20, least=10**20),
    "SHARE": places(1, 20),
    "QUANTITY": places(10**15, 0, least=1),
    "DAYS": places(36_525, 0),
    "MINUTES": places(1_440, 0, least=1),
}


@st.composite
def inputs(draw, kind, given):
    """What a vector gives, with other numbers in it."""
    known = fields_of(kind)
    drawn = {name: draw(_input(known[name].input, value)) for name, value in given.items()}
    if "lines" in drawn:
        for line in drawn["lines"]:
            line["purchase_price"] = draw(places(10**15 // len(drawn["lines"]), 2, least=1))
        carried = sum(Decimal(line["purchase_price"]) for line in drawn["lines"])
        drawn["purchase_price"] = f"{carried}"
    return drawn


def _input(known, value):
    if known.row is not None and isinstance(value, dict):
        return inputs(known.row, value)
    if known.row is not None:
        positions = getattr(known.row, "POSITIONS", ()) or tuple(fields_of(known.row))
        rows = [
            row if isinstance(row, dict) else dict(zip(positions, row, strict=False))
            for row in value
        ]
        return st.tuples(*(inputs(known.row, row) for row in rows)).map(list)
    written = known.written
    if written == "MARGIN":
        written = "HAIRCUT" if Decimal(value) < 1 else "RATIO"
    numbers = NUMBERS.get(written, st.just(value))
    return st.tuples(*(numbers for _ in value)).map(list) if known.several else numbers


@given(st.data())
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_within_the_bounds_more_digits_change_nothing(vector, data):
    kind = calculator(vector["calc"])
    try:
        calculates = read(kind, data.draw(inputs(kind, vector["in"])))
        answer = calculates.answer()
    except BadInput:
        assume(False)
    with localcontext(prec=200):
        assert calculates.answer() == answer


@pytest.mark.parametrize(
    ("name", "given", "field", "said"),
    [
        ("interest", {**LOAN, "purchase_price": "1000000000000000.01"}, "purchase_price", "10^15"),
        ("call", {"net_exposure": "-1000000000000001"}, "net_exposure", "-10^15 to 10^15 needed"),
        ("call", {"net_exposure": "1", "threshold": "9" * 16}, "threshold", "10^15"),
        ("interest", {**LOAN, "purchase_price": "9" * 26}, "purchase_price", "10^15"),
        ("purchase-price", {**PURCHASE, "nominal": 10**15 + 1}, "nominal", "10^15"),
        ("allocate", {**POOL, "lots": [{**LOT, "value": "9" * 20}]}, "lots.1.value", "10^15"),
        (
            "allocate",
            {**POOL, "lots": [{**LOT, "quantity": 1, "price": "1000000001"}]},
            "lots.1.price",
            "at most 1,000,000,000 needed",
        ),
        ("interest", {**LOAN, "days": 36_526}, "days", "36526 given, at most 36,525 needed"),
        (
            "interest",
            {"purchase_price": "1.00", "rate": "0", "from": "2000-01-01", "to": "2100-01-02"},
            "to",
            "2100-01-02 given, a date at most 36,525 days after 2000-01-01 needed",
        ),
        ("interest", {**LOAN, "rate": "0." + "0" * 20 + "1"}, "rate", "has more than 20 places"),
        ("interest", {**LOAN, "rate": "0." + "0" * 999 + "1%"}, "rate", "'0.000000000000000000..."),
    ],
)
def test_beyond_a_bound_the_bound_is_named(name, given, field, said):
    with pytest.raises(BadInputs) as caught:
        read(calculator(name), given)
    (fault,) = caught.value.faults
    assert fault.name == field
    assert said.replace("10^15", f"{10**15:,}") in fault.message


@pytest.mark.parametrize("field", ["nominal", "dirty"])
def test_a_bound_itself_is_accepted(field):
    most = {"nominal": 10**15, "dirty": "10"}
    read(calculator("purchase-price"), {**PURCHASE, field: most[field]})


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("purchase-price", {**PURCHASE, "dirty": "100.75"}, "dirty"),
        ("adjust", {"purchase_price": "1.00", "dirty": "99", "haircut": "0"}, "dirty"),
        ("shape", {"nominals": ["1"], "dirty": "10.01", "haircut": "0"}, "dirty"),
        ("partial", {"delivered": 1, "of": 2, "dirty": "99", "haircut": "0"}, "dirty"),
        (
            "substitute",
            {"returned": [["1", "99", "0"]], "dirty": "1", "haircut": "0"},
            "returned.1.dirty",
        ),
        ("margin-securities", {"call": "1.00", "price": "99.5"}, "price"),
    ],
)
def test_a_price_in_per_cent_is_refused_where_prices_are_of_par(name, given, field):
    with pytest.raises(BadInput) as caught:
        read(calculator(name), given)
    assert f"{field}: " in str(caught.value)
    assert "at most 10 needed (a price is a fraction of par: 100.75 per cent is 1.0075)" in str(
        caught.value
    )


def test_a_lot_may_be_of_shares_at_any_price():
    lots = [{**LOT, "quantity": 10, "price": "413.20"}]
    found = read(calculator("allocate"), {**POOL, "need": "1000.00", "lots": lots}).answer()
    assert found.outputs["allocated"] == {"A": 3}
