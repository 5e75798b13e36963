"""Files of figures: what is reproduced, what is not, and all that is wrong with a file."""

import json

import pytest

from settlement.analytics import jsonfile, vectors
from settlement.errors import BadFile

COUPON = {
    "id": "coupon-semi",
    "calc": "coupon",
    "in": {"nominal": "10000000", "coupon": "0.0425"},
    "out": {"manufactured_payment": "212500.00"},
}
LOTS = [["A", "60.00", "0"], ["B", "60.00", "0.5"]]


def allocation(allocated):
    return {
        "id": "lots",
        "calc": "allocate",
        "in": {"need": "50.00", "objective": "best-first", "lots": LOTS},
        "out": {"allocated": allocated},
    }


@pytest.fixture
def checked(tmp_path):
    """Checks a file with these vectors."""

    def check(*rows):
        path = tmp_path / "figures.json"
        path.write_text(json.dumps({"about": "x", "vectors": rows}, indent=1), "utf-8")
        return vectors.check(path)

    return check


@pytest.fixture
def problems(checked):
    """The problems of a file with these vectors, each as field and message."""

    def found(*rows):
        with pytest.raises(BadFile) as caught:
            checked(*rows)
        return [(problem.field, problem.message) for problem in caught.value.problems]

    return found


def test_a_figure_that_does_not_come_out_is_named(checked):
    wrong = {**COUPON, "id": "wrong", "out": {"manufactured_payment": "212500.01"}}
    found = checked(COUPON, wrong)
    assert (found.vectors, found.reproduced) == (2, 1)
    assert found.mismatches == [
        vectors.Mismatch("wrong", "manufactured_payment", "212500.01", "212500.00")
    ]


def test_figures_are_compared_as_they_are_written(checked):
    assert checked({**COUPON, "out": {"manufactured_payment": "212500"}}).reproduced == 0


@pytest.mark.parametrize("more", [{}, {"B": "0.00"}])
def test_a_lot_of_which_nothing_is_taken_may_be_named_or_left_out(checked, more):
    assert checked(allocation({"A": "50.00", **more})).reproduced == 1


@pytest.mark.parametrize("allocated", [{"A": "50.00", "B": "0.01"}, {"B": "0.00"}, "50.00"])
def test_another_allocation_is_a_mismatch(checked, allocated):
    assert checked(allocation(allocated)).mismatches[0].computed == {"A": "50.00"}


def test_every_problem_is_named_with_its_vector_and_field(problems):
    found = problems(
        {**COUPON, "calc": "cupon"},
        {**COUPON, "id": "b", "in": {"nominal": 0.5, "cupon": "0.04"}},
        {
            **COUPON,
            "id": "c",
            "out": {"manufacturd_payment": "1.00", "manufactured_payment": 212500.0},
        },
        {**COUPON, "id": "d", "in": {}, "out": []},
        {**COUPON, "id": "b"},
        {"calc": "coupon"},
        "row",
    )
    assert sorted(found) == sorted(
        [
            ("coupon-semi.calc", "there is no calculator 'cupon'; did you mean 'coupon'?"),
            ("b.in.cupon", "there is no input 'cupon'; did you mean 'coupon'?"),
            ("b.in.nominal", 'the JSON number 0.5 given, a string such as "0.5" needed'),
            ("b.in.coupon", "is missing: coupon a year"),
            (
                "c.out.manufacturd_payment",
                "there is no output 'manufacturd_payment'; did you mean 'manufactured_payment'?",
            ),
            ("c.out.manufactured_payment", "212500.0 given, figures in strings needed"),
            ("d.in", "is missing: an object with figures"),
            ("d.out", "is missing: an object with figures"),
            ("b", "is the id of two vectors"),
            ("vectors.6.id", "is missing: the name of the vector"),
            ("vectors.7", "'row' given, an object needed"),
        ]
    )


def test_a_problem_has_the_line_of_its_vector(checked, tmp_path):
    with pytest.raises(BadFile) as caught:
        checked(COUPON, {**COUPON, "id": "second", "calc": "cupon"})
    (problem,) = caught.value.problems
    lines = (tmp_path / "figures.json").read_text("utf-8").splitlines()
    assert '"id": "second"' in lines[problem.line - 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "1: is not JSON from column 2 on"),
        (b'{"vectors":\n [}', "2: is not JSON from column 3 on"),
        (b"\n\n\xff", "3: is not UTF-8 here"),
        (b"[]", "vectors: is missing: a list of vectors"),
        (b'{"vectors": []}', "vectors: is missing: a list of vectors"),
        (b'{"vectors": {}}', "vectors: is missing: a list of vectors"),
        (b'{"vectors": [{"id": "a", "id": "b"}]}', "'id' stands twice in one object"),
        (b'{"vectors": ' + b"9" * 5_000 + b"}", "read: a number has more than 100 digits"),
        (b"[" * 100_000, "is not JSON"),
        (b" " * (jsonfile.MOST_BYTES + 1), "is larger than the 5,000,000 bytes that are read"),
    ],
)
def test_a_file_that_is_no_file_of_figures(tmp_path, text, said):
    path = tmp_path / "figures.json"
    path.write_bytes(text)
    with pytest.raises(BadFile) as caught:
        vectors.check(path)
    (problem,) = caught.value.problems
    assert said in str(problem)


def test_a_file_that_is_not_there(tmp_path):
    for path, said in (
        (tmp_path / "missing.json", "no such file or directory"),
        (tmp_path, "is not a file"),
    ):
        with pytest.raises(BadFile, match=said):
            vectors.check(path)
