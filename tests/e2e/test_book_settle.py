"""`dvp book --settle`: the purchases of a trade file by four methods, as a user runs it."""

import json

import pytest

from settlement.cli import run
from settlement.cli.book import Settle
from settlement.coordinator import cycle
from settlement.errors import BadInput, Refused
from settlement.reporting.methods import SettlementMethod
from settlement.tradefile import methods
from tests.e2e.tradefiles import DATA, HEADER

METHODS = [method.value for method in SettlementMethod]
NETTED = ["net", "ccp"]

MONDAY, TUESDAY = "2020-01-06", "2020-01-07"


def purchase(trade_id, buyer, seller, security, quantity, price, day=MONDAY):
    cash = f"{quantity * price / 100:.2f}"
    terms = [MONDAY, day, str(quantity), str(price), "1", "1", cash, cash, "EUR"]
    return ",".join([trade_id, buyer, seller, security, *terms]) + "\n"


RING = (
    HEADER
    + purchase("1", "A", "C", "S1", 1000, 100)
    + purchase("2", "B", "A", "S2", 2000, 50)
    + purchase("3", "C", "B", "S3", 500, 200)
)
THERE_AND_BACK = (
    HEADER + purchase("1", "A", "B", "S", 1000, 100) + purchase("2", "B", "A", "S", 1000, 100)
)
TWO_DATES = (
    HEADER
    + purchase("late", "C", "B", "S", 600, 95.5, TUESDAY)
    + purchase("1", "A", "B", "S", 1000, 95)
    + purchase("2", "B", "A", "S", 700, 90)
    + purchase("later", "B", "A", "S", 300, 96, TUESDAY)
)


@pytest.fixture
def dvp(tmp_path, capsys):
    def run_book(text, *options):
        path = tmp_path / "trades.csv"
        path.write_text(text, "utf-8")
        status = run(["book", str(path), *options])
        written = capsys.readouterr()
        return status, written.out, written.err

    return run_book


@pytest.fixture
def settled(dvp):
    """The document of a file whose purchases all settle."""

    def settle(text, method):
        status, out, err = dvp(text, "--settle", method, "--json")
        written = json.loads(out)
        assert (status, err) == (0, "")
        assert (written["settle"], written["refused"]) == (method, [])
        assert written["settled"] == written["trades"]
        assert all(check["holds"] for check in written["checks"])
        return written

    return settle


@pytest.fixture
def one_less(monkeypatch):
    """What methods are said to need of one account is one unit less than it is."""

    def reduce(account, *reduced):
        def less(method, trades, currency):
            needs = needed(method, trades, currency)
            if method.value in reduced:
                needs[account] -= 1
            return needs

        needed = methods.needed
        monkeypatch.setattr(methods, "needed", less)

    return reduce


def holding(cash, **securities):
    return {"cash": cash, "securities": securities}


@pytest.mark.parametrize("method", METHODS)
def test_a_ring_without_cash_ends_the_same_by_each_method(settled, method):
    written = settled(RING, method)
    assert next(iter(written)) == "schema"
    assert written["schema"] == "dvp/book/1"
    assert (written["gross_cash"], written["net_cash"]) == ("3000.00", "0.00")
    assert written["netted_percent"] == "100.00"
    assert written["start"] == {
        "A": holding("0.00", S2=2000),
        "C": holding("0.00", S1=1000),
        "B": holding("0.00", S3=500),
    }
    assert written["positions"] == {
        "A": holding("0.00", S1=1000),
        "C": holding("0.00", S3=500),
        "B": holding("0.00", S2=2000),
    }


def test_a_ring_without_cash_all_waits_gross(settled):
    written = settled(RING, "gross")
    assert written["waiting"] == [
        {"tradeId": "1", "why": ["A is short of 1,000.00 EUR"]},
        {"tradeId": "2", "why": ["B is short of 1,000.00 EUR"]},
        {"tradeId": "3", "why": ["C is short of 1,000.00 EUR"]},
    ]
    assert written["cash_needed"] == {
        "total": "2000.00",
        "by_member": {"A": "1000.00", "C": "0.00", "B": "1000.00"},
    }
    assert written["brought_in"] == {"A": holding("1000.00"), "B": holding("1000.00")}
    assert (written["cash_moved"], written["transfers"]) == ("3000.00", 6)


@pytest.mark.parametrize("method", ["cash-net", *NETTED])
def test_a_ring_without_cash_settles_netted_without_any(settled, method):
    written = settled(RING, method)
    assert (written["waiting"], written["brought_in"]) == ([], {})
    assert written["cash_needed"]["total"] == "0.00"
    assert (written["cash_moved"], written["transfers"]) == ("0.00", 3)
    assert written["transactions"] == 1


@pytest.mark.parametrize(("method", "transfers"), [("gross", 4), ("cash-net", 2), ("net", 0)])
def test_equal_and_opposite_trades(settled, method, transfers):
    written = settled(THERE_AND_BACK, method)
    assert written["start"] == written["positions"] == {"A": holding("0.00"), "B": holding("0.00")}
    assert written["transfers"] == transfers


def test_a_clearing_house_moves_nothing_of_equal_and_opposite_trades(settled):
    written = settled(THERE_AND_BACK, "ccp")
    assert (written["cash_moved"], written["transfers"]) == ("0.00", 0)
    assert written["positions"] == {"A": holding("0.00"), "B": holding("0.00")}


@pytest.mark.parametrize("method", METHODS)
def test_dates_settle_in_turn_on_what_the_last_one_left(settled, method):
    written = settled(TWO_DATES, method)
    assert (written["first_day"], written["last_day"]) == (MONDAY, TUESDAY)
    assert written["net_cash"] == "893.00"  # 320.00 on Monday, 573.00 on Tuesday
    assert written["start"] == {
        "C": holding("573.00"),
        "B": holding("0.00", S=600),
        "A": holding("320.00"),
    }
    assert written["positions"] == {
        "C": holding("0.00", S=600),
        "B": holding("605.00"),
        "A": holding("288.00"),
    }


def test_needs_are_those_of_the_date_that_takes_most(settled):
    needed = settled(TWO_DATES, "gross")["cash_needed"]
    assert needed == {"total": "950.00", "by_member": {"C": "573.00", "B": "0.00", "A": "950.00"}}
    needed = settled(TWO_DATES, "net")["cash_needed"]
    assert needed == {"total": "573.00", "by_member": {"C": "573.00", "B": "0.00", "A": "320.00"}}


def test_securities_wait_where_cash_alone_is_netted(settled):
    written = settled(TWO_DATES, "cash-net")
    assert written["waiting"] == [
        {"tradeId": "1", "why": ["B is short of 700 S"]},
        {"tradeId": "2", "why": ["A is short of 700 S"]},
        {"tradeId": "late", "why": ["B is short of 300 S"]},
        {"tradeId": "later", "why": ["the batch is all or none, and others in it wait"]},
    ]
    assert written["brought_in"] == {"B": holding("0.00", S=700)}
    assert written["cash_moved"] == written["net_cash"]
    assert written["transactions"] == 2


# one unit less than is needed, and something does not settle


def test_gross_needs_no_cent_less(dvp, one_less):
    one_less(("A", "EUR"), "gross")
    status, out, _ = dvp(THERE_AND_BACK, "--settle", "gross", "--json")
    written = json.loads(out)
    assert status == 1
    assert written["refused"] == [
        {"tradeId": "1", "why": ["A is short of 0.01 EUR"]},
        {"tradeId": "2", "why": ["A is short of 1,000 S", "B is short of 1,000.00 EUR"]},
    ]
    assert all(check["holds"] for check in written["checks"])


def test_gross_needs_no_security_less(dvp, one_less):
    one_less(("B", "S"), "gross")
    status, out, _ = dvp(THERE_AND_BACK, "--settle", "gross")
    assert status == 1
    assert "✗ 1 did not settle: B is short of 1 S" in out
    assert "0 of 2 trades settled" in out


def test_cash_net_needs_no_security_less(dvp, one_less):
    one_less(("B", "S"), "cash-net")
    status, out, err = dvp(THERE_AND_BACK, "--settle", "cash-net")
    assert (status, err) == (1, "")
    assert "✗ 1 did not settle: B needs 1,000 S, has 999, short 1\n" in out
    assert "✗ 2 did not settle: B needs 1,000 S, has 999, short 1\n" in out


@pytest.mark.parametrize("method", ["cash-net", *NETTED])
def test_what_is_netted_needs_no_cent_less(dvp, one_less, method):
    one_less(("A", "EUR"), "net", method)
    status, out, _ = dvp(TWO_DATES, "--settle", method, "--json")
    written = json.loads(out)
    assert (status, written["settled"]) == (1, 0)
    assert [each["tradeId"] for each in written["refused"]] == ["1", "2"]
    for each in written["refused"]:
        assert "A needs 320.00 EUR" in each["why"][0]
        assert "has 319.99" in each["why"][0]
    assert all(check["holds"] for check in written["checks"])


# limits and mistakes


@pytest.fixture
def many():
    """101 trades of one date, whose sellers have and buyers pay in turn."""
    rows = [purchase(str(number), "A", "B", "S", 100, 100) for number in range(101)]
    return HEADER + "".join(rows)


def test_cash_net_of_more_than_one_transaction_is_refused_before_anything_is_sent(dvp, many):
    status, out, err = dvp(many, "--settle", "cash-net")
    assert (status, out) == (2, "")
    assert err == (
        "dvp: 101 trades settle on 2020-01-06, and cash-net settles those of a date in one "
        "transaction, which carries 100\n"
    )


def test_gross_takes_as_many_transactions_as_it_needs(dvp, many):
    status, out, err = dvp(many, "--settle", "gross", "--json")
    written = json.loads(out)
    assert (status, written["settled"], written["transactions"]) == (0, 101, 2)
    assert err == "registering 2 firms, 1 security\n2020-01-06: 101 to settle\n"


def test_a_cycle_of_more_than_one_transaction_is_refused(dvp, monkeypatch):
    monkeypatch.setattr(cycle, "TRANSACTION_GAS_CAP", 400_000)
    status, out, err = dvp(RING, "--settle", "net", "--json")
    error = json.loads(out)["error"]
    assert (status, error["error"]) == (1, "CycleTooLarge")
    assert err.startswith("dvp: the cycle does not fit one transaction: ")


AFTER_THE_SUNSET = (
    HEADER
    + purchase("1", "B", "A", "S", 1000, 100)
    + purchase("2", "C", "B", "S", 1000, 100, "2024-01-08")
)


@pytest.mark.parametrize("method", METHODS)
def test_what_no_longer_circulates_does_not_settle_and_ends_the_run(dvp, method):
    status, out, err = dvp(AFTER_THE_SUNSET, "--settle", method, "--json")
    written = json.loads(out)
    assert (status, err, written["settled"]) == (1, "", 1)
    ((trade, (why,)),) = (each.values() for each in written["refused"])
    assert trade == "2"
    assert "S no longer circulates" in why
    assert "1 of 2 trades settled" in dvp(AFTER_THE_SUNSET, "--settle", method)[1]


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_brought_in_any_more_does_not_settle(dvp, method):
    """On the second date A must have as many again, which nobody may tokenize by then."""
    text = AFTER_THE_SUNSET + purchase("3", "B", "A", "S", 1000, 100, "2024-01-08")
    status, out, _ = dvp(text, "--settle", method, "--json")
    written = json.loads(out)
    assert (status, written["settled"]) == (1, 1)
    assert [each["tradeId"] for each in written["refused"]] == ["2", "3"]
    assert all(check["holds"] for check in written["checks"])


def test_one_method_that_fails_does_not_lose_the_others(dvp):
    status, out, err = dvp(AFTER_THE_SUNSET, "--settle", "all")
    rows = {line[:24].strip(): line[24:].split() for line in out.splitlines()}
    assert (status, err) == (1, "")
    assert rows["trades that fail"] == ["1"] * 4
    assert out.count("1 trade did not settle: ") == 4


def test_a_cycle_that_is_too_large_is_left_out(dvp, monkeypatch):
    monkeypatch.setattr(cycle, "TRANSACTION_GAS_CAP", 400_000)
    status, out, err = dvp(RING, "--settle", "all", "--json")
    written = json.loads(out)
    assert (status, err) == (0, "")
    assert list(written["methods"]) == ["gross", "cash-net"]
    assert list(written["left_out"]) == ["net", "ccp"]
    assert "does not fit one transaction" in written["left_out"]["net"]


@pytest.mark.parametrize("trouble", [BadInput("mistaken"), Refused("out of order")])
def test_any_other_error_of_a_run_is_not_taken_for_a_size(dvp, monkeypatch, trouble):
    def run_into(_):
        raise trouble

    monkeypatch.setattr(methods.MethodRunner, "run", run_into)
    status, out, err = dvp(RING, "--settle", "all")
    assert (status, out, err) == (trouble.exit_code, "", f"dvp: {trouble}\n")


def test_every_method_may_be_chosen():
    assert [choice.value for choice in Settle] == [*METHODS, "all"]


def test_a_firm_may_be_called_clearing_house(settled):
    text = HEADER + purchase("1", "clearing house", "B", "S", 1000, 100)
    written = settled(text, "ccp")
    assert set(written["positions"]) == {"clearing house", "B"}


def test_one_seller_clears_the_same_trade_with_two_buyers(settled):
    text = HEADER + purchase("1", "B", "A", "S", 10, 100) + purchase("2", "C", "A", "S", 10, 100)
    assert settled(text, "ccp")["positions"]["A"] == holding("20.00")


def test_all_methods_side_by_side(dvp):
    status, out, err = dvp(TWO_DATES, "--settle", "all")
    rows = {line[:24].strip(): line[24:].split() for line in out.splitlines()}
    assert (status, err) == (0, "")
    assert "".join(f"{method:>18}" for method in METHODS) in out
    assert len(set(rows["cash needed"][1:])) == 1
    assert rows["trades that fail"] == ["0"] * 4
    assert "every method leaves the same positions ✓" in out


def test_all_methods_in_one_document(dvp, settled):
    written = json.loads(dvp(RING, "--settle", "all", "--json")[1])
    assert written["same_positions"]
    assert list(written["methods"]) == METHODS
    for method, compared in written["methods"].items():
        alone = settled(RING, method)
        assert compared == {key: alone[key] for key in compared}
        assert alone["positions"] == written["positions"]


def test_a_method_that_a_book_is_too_large_for_is_left_out(dvp, many):
    status, out, _ = dvp(many, "--settle", "all", "--json")
    written = json.loads(out)
    assert status == 0
    assert list(written["methods"]) == ["gross", "net", "ccp"]
    assert "which carries 100" in written["left_out"]["cash-net"]


def test_an_unknown_method_is_a_mistake(dvp):
    status, out, err = dvp(RING, "--settle", "quickly")
    assert (status, out) == (2, "")
    assert (
        "'quickly' is not one of 'gross', 'cash-net', 'net', 'ccp', 'all'; see dvp book --help"
        in err
    )
    assert err.count("\n") == 1


# for people


@pytest.mark.parametrize("method", ["gross", "ccp"])
def test_tells_it_the_same_twice(dvp, method):
    first, second = (dvp(TWO_DATES, "--settle", method) for _ in range(2))
    assert first == second
    status, out, err = first
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 100
    assert "Repurchase legs are not settled here" in out
    assert "Registration and funding are not counted in that" in out
    assert (
        "Register = chain = book ✓ · every asset conserved ✓ · positions = start + trades ✓" in out
    )


@pytest.mark.skipif(not DATA.is_dir(), reason="the public trade files are not beside this checkout")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("name", "trades", "gross", "net", "netted"),
    [
        ("Trades12-2018-06-28.csv", 12, "38712500.00", "14250000.00", "63.19"),
        ("Trades18-2018-11-26.csv", 18, "79230000.00", "13965000.00", "82.37"),
    ],
)
def test_the_public_files(settled, name, trades, gross, net, netted, method):
    written = settled((DATA / name).read_text("utf-8"), method)
    assert written["trades"] == trades
    assert (written["gross_cash"], written["net_cash"]) == (gross, net)
    assert written["netted_percent"] == netted
    assert written["cash_moved"] == (gross if method == "gross" else net)
    assert bool(written["waiting"]) == (method in ("gross", "cash-net"))
