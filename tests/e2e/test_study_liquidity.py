"""`dvp study liquidity`, as a user runs it."""

import json
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from settlement.analytics import liquidity as analytics
from settlement.cli import run
from tests.e2e.tradefiles import DATA, RING


@pytest.fixture
def dvp(capsys):
    """Runs the study; (exit code, standard output, standard error)."""

    def ran(*arguments):
        status = run(["study", "liquidity", *map(str, arguments)])
        written = capsys.readouterr()
        assert "Traceback" not in written.out + written.err
        return status, written.out, written.err

    return ran


@pytest.fixture
def ring(tmp_path):
    path = tmp_path / "ring.csv"
    path.write_text(RING, "utf-8")
    return path


@pytest.fixture
def no_study(monkeypatch):
    """Fails where a study begins."""

    def begun(*_):
        raise AssertionError("the study began")

    monkeypatch.setattr(analytics, "study", begun)


def levels(document):
    return {each["level"]: each for each in document["liquidity"]["levels"]}


def test_a_file_for_programs(dvp, ring):
    status, out, err = dvp(ring, "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert next(iter(document.items())) == ("schema", "dvp/study/1")
    studied = document["liquidity"]
    assert (studied["flow"], studied["trades"], studied["dates"]) == ("ring.csv", 3, 2)
    assert (studied["gross"], studied["net"]) == ("1665000.00", "1190000.00")
    assert (studied["netted_percent"], studied["one_by_one"]) == ("28.53", "1190000.00")
    assert [part["cash"] for part in studied["partial_gross"]] == ["1190000.00"] * 11
    assert studied["partial_gross"][-1]["gross_part"]["percent"] == "100.00"
    found = levels(document)
    assert [*found] == [
        "0% of net",
        "20% of net",
        "40% of net",
        "60% of net",
        "80% of net",
        "one by one",
    ]
    assert found["80% of net"]["cash"] == "952000.00"
    assert found["80% of net"]["in_order"] == {"value": "0.00", "percent": "0.00"}
    assert found["80% of net"]["gross_part"] is None
    assert found["one by one"]["most_value_proven"] is True
    assert found["one by one"]["in_order"] == {"value": "1665000.00", "percent": "100.00"}


def test_a_file_for_people(dvp, ring):
    status, out, err = dvp(ring)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == "ring.csv: 3 purchases in USD, 2 settlement dates"
    row = next(line for line in lines if line.startswith("one by one  ") and "%" in line)
    assert row.split()[3:] == ["1,190,000.00", "71.47%", *["100.00%"] * 5]
    (short,) = (line for line in lines if line.startswith("80% of net"))
    assert short.split()[-1] == "–"
    assert any(line.startswith("bypass ") for line in lines)


def test_every_amount_of_cash_is_one_level(dvp, tmp_path):
    """One trade: the net is what one by one needs."""
    path = tmp_path / "one.csv"
    path.write_text("".join(RING.splitlines(keepends=True)[:2]), "utf-8")
    found = levels(json.loads(dvp(path, "--json")[1]))
    assert [*found][-2:] == ["80% of net", "one by one"]
    assert len({each["cash"] for each in found.values()}) == len(found) == 6
    out = dvp(path)[1]
    assert "Levels of the same cash are one line, with the name of the last of them." in out
    assert "net + " not in out


def test_levels_have_cash_of_their_own_where_bounds_differ(dvp):
    arguments = ["--random", 7, "--trades", 12, "--members", 4]
    assert len(levels(json.loads(dvp(*arguments, "--json")[1]))) == 16
    assert "Levels of the same cash" not in dvp(*arguments)[1]


def test_huge_amounts_stay_in_their_columns(dvp, tmp_path):
    path = tmp_path / "huge.csv"
    text = RING.replace(",1000000,95,", ",100000000000000,95,").replace(
        ",950000,", ",95000000000000,"
    )
    path.write_text(text.replace(",1045000,", ",104500000000000,"), "utf-8")
    lines = dvp(path)[1].splitlines()
    gross, net, one_by_one = lines[2:5]
    assert gross.index(".00") == net.index(".00") == one_by_one.index(".00")
    assert "order  95,000," in one_by_one
    table = lines[lines.index("") + 6 :][:7]
    assert len({*map(len, table)}) == 1


def test_what_is_not_proven_is_marked_and_has_its_bound(dvp, ring, monkeypatch):
    def out_of_time(obligations, _balances, _seconds):
        whole = sum(each.value for each in obligations)
        return SimpleNamespace(value=whole // 2, bound=whole)

    monkeypatch.setattr(analytics, "best", out_of_time)
    lines = dvp(ring)[1].splitlines()
    (short,) = (line for line in lines if line.startswith("80% of net"))
    assert short.split()[-2] == "≥50.00%"
    assert "≥: found within 5 seconds a line and not proven to be the most" in lines
    assert "   with 80% of net no more than 100.00%" in lines
    found = levels(json.loads(dvp(ring, "--json")[1]))["80% of net"]
    assert found["most_value"]["value"] == "832500.00"
    assert found["most_value_at_most"]["value"] == "1665000.00"
    assert found["most_value_proven"] is False


def test_what_is_proven_as_far_as_it_is_shown_is_not_marked(dvp, ring, monkeypatch):
    def a_cent_short(obligations, _balances, _seconds):
        whole = sum(each.value for each in obligations)
        return SimpleNamespace(value=whole - 1, bound=whole)

    monkeypatch.setattr(analytics, "best", a_cent_short)
    assert "≥" not in dvp(ring)[1]
    found = levels(json.loads(dvp(ring, "--json")[1]))
    assert found["one by one"]["most_value_proven"] is True
    assert found["0% of net"]["most_value_proven"] is False


def test_a_random_flow_is_the_same_twice(dvp):
    first, second = (dvp("--random", 7, "--trades", 12, "--members", 4) for _ in range(2))
    assert first == second
    status, out, _ = first
    assert status == 0
    assert out.startswith("random flow 7 of 4 members: 12 purchases in USD, 1 settlement date\n")


def test_another_seed_makes_another_flow(dvp):
    documents = [
        json.loads(dvp("--random", seed, "--trades", 12, "--members", 4, "--json")[1])
        for seed in (7, 8)
    ]
    first, second = (document["liquidity"]["gross"] for document in documents)
    assert first != second


def test_a_chart_is_drawn_over_what_was_there(dvp, ring, tmp_path):
    chart = tmp_path / "curve.svg"
    chart.write_text("x" * 100_000, "utf-8")
    status, out, _ = dvp(ring, "--chart", chart)
    assert status == 0
    assert out.endswith(f"{chart} is written\n")
    first = chart.read_bytes()
    assert ElementTree.fromstring(first.decode())[0].text.endswith("ring.csv")
    document = json.loads(dvp(ring, "--chart", chart, "--json")[1])
    assert document["chart"] == str(chart)
    assert chart.read_bytes() == first


@pytest.mark.parametrize("before", [None, "an older chart"])
def test_a_study_that_is_stopped_leaves_the_chart_as_it_was(
    dvp, ring, tmp_path, monkeypatch, before
):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(analytics, "study", stopped)
    chart = tmp_path / "curve.svg"
    if before:
        chart.write_text(before, "utf-8")
    assert dvp(ring, "--chart", chart)[0] == 130
    assert (chart.read_text("utf-8") if chart.exists() else None) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a trade file or --random SEED needed, neither is given"),
        (["RING", "--random", "1"], "a trade file or --random SEED needed, both are given"),
        (["RING", "--trades", "5"], "--trades and --members go with --random"),
        (["RING", "--members", "5"], "--trades and --members go with --random"),
        (["--random", "-1"], "greater than or equal to 0"),
        (["--random", "1", "--members", "1"], "greater than or equal to 2"),
        (["missing.csv"], "missing.csv: No such file or directory"),
        (["RING", "--chart", "curve.png"], "curve.png does not end in .svg"),
        (["RING", "--chart", "missing/curve.svg"], "cannot be written: No such file or directory"),
        (["RING", "--chart", "FOLDER"], "folder.svg cannot be written: Is a directory"),
    ],
)
def test_what_cannot_be_studied_is_said_at_once(dvp, ring, tmp_path, no_study, arguments, said):
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    given = {"RING": ring, "FOLDER": folder}
    status, out, err = dvp(*(given.get(argument, argument) for argument in arguments))
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_an_error_is_a_document_too(dvp):
    status, out, _ = dvp("--json")
    assert status == 2
    assert json.loads(out)["error"]["exit_code"] == 2


@pytest.mark.skipif(not DATA.is_dir(), reason="the public trade files are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "gross", "net", "netted"),
    [
        ("Trades12-2018-06-28.csv", "38712500.00", "14250000.00", "63.19"),
        ("Trades18-2018-11-26.csv", "79230000.00", "13965000.00", "82.37"),
    ],
)
def test_the_public_files(dvp, name, gross, net, netted):
    status, out, _ = dvp(DATA / name, "--json")
    document = json.loads(out)
    studied = document["liquidity"]
    assert status == 0
    assert (studied["gross"], studied["net"], studied["netted_percent"]) == (gross, net, netted)
    found = levels(document)
    assert found["net"]["together"]["percent"] == "100.00"
    assert found["one by one"]["in_order"]["percent"] == "100.00"
    assert all(each["most_value_proven"] for each in found.values())
