"""`dvp calc` as a person and as a program meets it."""

import json
from pathlib import Path

import pytest

from settlement.analytics.calculators import CALCULATORS
from settlement.analytics.calculators.inputs import fields_of
from settlement.cli import run

VECTORS = Path(__file__).parents[1] / "vectors" / "repo.json"
ROWS = json.loads(VECTORS.read_text("utf-8"))["vectors"]


@pytest.fixture
def dvp(capsys):
    """Runs a calculation; (exit code, standard output, standard error)."""

    def ran(*arguments):
        status = run(["calc", *map(str, arguments)])
        output = capsys.readouterr()
        assert "Traceback" not in output.out + output.err
        return status, output.out, output.err

    return ran


def arguments(vector):
    """The command line of a vector; nothing for one with a basket, which is for files."""
    words = [vector["calc"]]
    for name, given in vector["in"].items():
        several = fields_of(CALCULATORS[vector["calc"]])[name].input.several
        option = f"--{name.removesuffix('s') if several else name}".replace("_", "-")
        if given is True:
            words.append(option)
        for one in given if isinstance(given, list) else [given]:
            if not isinstance(one, bool):
                words += [option, _row(one)]
    return words


def _row(one):
    if isinstance(one, list):
        return ":".join(map(str, one))
    if isinstance(one, dict):
        return ":".join(f"{name}={figure}" for name, figure in one.items())
    return str(one)


@pytest.mark.parametrize("vector", ROWS, ids=lambda vector: vector["id"])
def test_every_vector_by_options(dvp, vector):
    status, output, errors = dvp(*arguments(vector), "--json")
    assert (status, errors) == (0, "")
    assert json.loads(output) == {
        "schema": "dvp/calc/1",
        "calc": vector["calc"],
        "out": vector["out"],
    }


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_command_explains_itself(dvp, name):
    vector = next(vector for vector in ROWS if vector["calc"] == name)
    status, plain, errors = dvp(*arguments(vector))
    assert (status, errors) == (0, "")
    status, explained, _ = dvp(*arguments(vector), "--explain")
    assert status == 0
    figures, formulas = explained.split("\n\n")
    assert figures + "\n" == plain
    assert "=" in formulas
    document = json.loads(dvp(*arguments(vector), "--explain", "--json")[1])
    assert "\n".join(document["steps"]) + "\n" == formulas


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_command_has_help_with_all_its_options(dvp, name):
    status, told, errors = dvp(name, "--help")
    assert (status, errors) == (0, "")
    assert "`" not in told
    for field in fields_of(CALCULATORS[name]).values():
        word = field.name.removesuffix("s") if field.input.several else field.name
        assert f"--{word.replace('_', '-')} " in told


def test_figures_for_people(dvp):
    words = ("--purchase-price", "9,974,250.00", "--rate", "-0.4%", "--days", "3")
    assert dvp("interest", *words, "--explain")[1] == (
        "price differential                     -332.48\n"
        "repurchase price                  9,973,917.52\n"
        "\n"
        "PD = PP × rate × days / basis = 9,974,250.00 × −0.40% × 3 / 360 = −332.475\n"
        "RP = PP + PD = 9,974,250.00 − 332.48 = 9,973,917.52\n"
    )


def test_rows_and_limits_for_people(dvp):
    status, told, _ = dvp(
        *("allocate", "--need", "1,500", "--objective", "best-first"),
        *("--lot", "A:1000.00:0:issuer=X", "--lot", "B:haircut=50%:quantity=9000:price=1:issuer=Y"),
        *("--limit", "issuer:60%"),
    )
    assert status == 0
    assert told == (
        "allocated\n  A  900.00\n  B  1,200\nshort                                     0.00\n"
    )


def test_a_refusal_is_one_sentence_and_exit_code_2(dvp):
    words = ("purchase-price", "--nominal", "10", "--dirty", "1", "--haircut", "102%")
    said = (
        "--haircut: 102% given, less than 1 needed (is a margin ratio meant?);"
        " see dvp calc purchase-price --help"
    )
    assert dvp(*words) == (2, "", f"dvp: {said}\n")
    status, output, _ = dvp(*words, "--json")
    assert status == 2
    assert json.loads(output)["error"] == {"sentence": said, "exit_code": 2}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("frob",), "no such command 'frob'; see dvp calc --help"),
        (
            ("intrest",),
            "no such command 'intrest' (did you mean 'interest'?); see dvp calc --help",
        ),
        (("check",), "missing argument 'FILE.json'; see dvp calc check --help"),
        (("roll", "--foo"), "no such option: --foo; see dvp calc roll --help"),
        (
            ("roll", "--rat", "1"),
            "no such option: --rat (possible options: --rate); see dvp calc roll --help",
        ),
        (
            ("roll", "Extra. Words"),
            "got unexpected extra argument(s) (Extra. Words); see dvp calc roll --help",
        ),
        (("roll", "--rate"), "option '--rate' requires an argument; see dvp calc roll --help"),
        (
            ("haircut",),
            "--margin-ratio is missing: margin ratio, such as 1.02 or 102%;"
            " see dvp calc haircut --help",
        ),
        (
            ("haircut", "--margin-ratio", ""),
            "--margin-ratio: '' is not a number; see dvp calc haircut --help",
        ),
        (
            ("accrual", "--period", "1:2%:3", "--period", "1:2:3:4"),
            "--period no. 2: '1:2:3:4' given, PURCHASE_PRICE:RATE:DAYS needed;"
            " see dvp calc accrual --help",
        ),
        (
            ("accrual", "--period", "1:2%:-3:foo=1:bar=2:qux=3"),
            "--period no. 1, foo: there is no input 'foo'; known: days, purchase_price, rate;"
            " --period no. 1, bar: there is no input 'bar'; known: days, purchase_price, rate;"
            " --period no. 1, qux: there is no input 'qux'; known: days, purchase_price, rate;"
            " --period no. 1, days: -3 given, zero or more needed; see dvp calc accrual --help",
        ),
        (
            ("interest", "--purchase-price", "9" * 26, "--rate", "100%", "--days", "36525"),
            "--purchase-price: 99999999999999999999999999 given,"
            " at most 1,000,000,000,000,000 needed; see dvp calc interest --help",
        ),
        (
            ("shape", "--nominal", "1", "--nominal", "0", "--dirty", "1", "--haircut", "0"),
            "--nominal no. 2: 0 given, more than zero needed; see dvp calc shape --help",
        ),
        (
            ("--json", "haircut", "--margin-ratio", "1.02"),
            "--json given before haircut, dvp calc haircut ... --json needed",
        ),
    ],
)
def test_what_it_does_not_understand(dvp, words, said):
    status, _, errors = dvp(*words)
    assert (status, errors) == (2, f"dvp: {said}\n")


def test_without_a_calculator_it_lists_them(dvp):
    status, told, errors = dvp()
    assert (status, errors) == (0, "")
    assert [line.split()[0] for line in told.splitlines()[:-2]] == list(CALCULATORS)
    assert "\ncall               Margin call that follows from a net exposure.\n" in told
    listed = json.loads(dvp("--json")[1])["calculators"]
    assert list(listed) == list(CALCULATORS)
    assert listed["call"] == "Margin call that follows from a net exposure."


def test_help_marks_what_is_required_and_what_holds_otherwise(dvp):
    told = " ".join(dvp("fails", "--help")[1].split())
    assert "--value VALUE What was to be paid for the delivery. [required]" in told
    assert "--floor RATE Least rate that is charged. [default: 0]" in told
    told = " ".join(dvp("interest", "--help")[1].split())
    assert "--basis ACT/360|ACT/365 Day count, ACT/360 or in short 360. [default: 360]" in told
    assert "--from DATE Purchase date, the first day counted. --to" in told


def test_labels_of_figures_are_words(dvp):
    repo = "buyer:100:0%:1:90"
    assert dvp("close-out", "--transaction", repo)[1].startswith("net to non-defaulter ")
    loan = ("--purchase-price", "100", "--rate", "0%", "--days", "1")
    assert dvp("sell-back", *loan)[1].startswith("sell-back price ")


def test_a_basis_may_be_its_number(dvp):
    words = ("interest", "--purchase-price", "36500", "--rate", "1%", "--days", "1")
    assert "1.00\n" in dvp(*words, "--basis", "365")[1]


def test_a_lot_without_a_value_has_an_empty_place_for_it(dvp):
    words = ("allocate", "--need", "100", "--objective", "best-first")
    lot = "T-2035::2%:quantity=1000:price=1:denomination=10"
    assert dvp(*words, "--lot", lot)[1].startswith("allocated\n  T-2035  110\n")


def test_check_reproduces_the_agreed_figures(dvp):
    assert dvp("check", VECTORS) == (0, f"{len(ROWS)} of {len(ROWS)} vectors reproduced\n", "")
    status, output, _ = dvp("check", VECTORS, "--json")
    assert status == 0
    assert json.loads(output) == {
        "schema": "dvp/calc/1",
        "check": {"vectors": len(ROWS), "reproduced": len(ROWS), "mismatches": []},
    }


def test_check_names_each_mismatch_and_is_exit_code_1(dvp, tmp_path):
    path = tmp_path / "figures.json"
    text = VECTORS.read_text("utf-8")
    path.write_text(text.replace('"332.48"', '"332.47"', 1).replace("1994850.00", "1.00"), "utf-8")
    lots = "3989700.00, 3989700.00"
    assert dvp("check", path) == (
        1,
        "cdm-interest-act360: price_differential: expected 332.47, computed 332.48\n"
        f"cdm-shaping: purchase_prices: expected {lots}, 1.00, computed {lots}, 1994850.00\n"
        f"{len(ROWS) - 2} of {len(ROWS)} vectors reproduced\n",
        "",
    )
    status, output, _ = dvp("check", path, "--json")
    assert status == 1
    assert json.loads(output)["check"]["mismatches"][0] == {
        "id": "cdm-interest-act360",
        "field": "price_differential",
        "expected": "332.47",
        "computed": "332.48",
    }


def test_check_names_an_allocation_that_differs(dvp, tmp_path):
    path = tmp_path / "figures.json"
    path.write_text(VECTORS.read_text("utf-8").replace("13913043.48", "13913043.47"), "utf-8")
    status, told, _ = dvp("check", path)
    assert status == 1
    assert "CORP 20000000.00, EQ 13913043.47, computed UST 30000000.00" in told


def test_check_refuses_a_bad_file_with_every_problem(dvp, tmp_path):
    path = tmp_path / "figures.json"
    text = VECTORS.read_text("utf-8").replace('"calc": "coupon"', '"calc": "cupon"')
    path.write_text(text.replace('"0.065"', "0.065"), "utf-8")
    status, told, errors = dvp("check", path)
    assert (status, told) == (2, "")
    assert len(errors.splitlines()) == 2
    assert "overnight-textbook.in.rate: the JSON number 0.065 given" in errors
    assert "coupon-semi.calc: there is no calculator 'cupon'; did you mean 'coupon'?" in errors
    status, output, _ = dvp("check", path, "--json")
    assert status == 2
    assert len(json.loads(output)["error"]["problems"]) == 2


def test_check_says_that_a_file_is_not_there(dvp, tmp_path):
    path = tmp_path / "missing.json"
    assert dvp("check", path) == (2, "", f"dvp: {path}: no such file or directory\n")
