"""Bad scenarios (behaviour 39): every problem with file, line and field, all of them at once.

Each case is the story below with something replaced. What is decided about YAML's traps: everything
is text until its field says what it is, so `NO` is a name, `0123` is 123 where a number belongs,
`10:05` is no number and no time, and `1e3` is refused everywhere: numbers are written out.
"""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.errors import BadFile, UnknownName
from settlement.model.identifiers import demonstration_lei
from settlement.scenario import catalogue
from settlement.scenario.loading import load, loads
from settlement.scenario.model import Scenario
from settlement.scenario.reading import MOST_BYTES, read_text
from settlement.scenario.starter import STARTER
from settlement.scenario.steps import RESERVED, STEPS

STORY = """\
format: 1
name: A story
currency: USD
timezone: America/New_York
starts: 2026-03-02 09:00
securities:
  T-2035:
    kind: treasury-note
    isin: US91282CZZ75
    denomination: 1000
participants:
  dealer:
    securities: {T-2035: 5000000}
  fund:
    cash: 6,000,000.00
margin:
  haircut: {treasury-note: 1%}
steps:
  - trade: S1
    seller: dealer
    buyer: fund
    security: T-2035
    quantity: 1,000,000
    price: 1.0075
  - at: 2026-03-02 10:00
    repo: R1
    seller: dealer
    buyer: fund
    collateral: {T-2035: 4000000}
    repo_rate: 4.30%
    purchase_date: 2026-03-02
    repurchase_date: 2026-03-03
expect:
  balances:
    dealer: {cash: 1007500.00, T-2035: 4000000}
"""


def problems(*changes, text=STORY, more=""):
    """(line, field, message) of what is wrong once `changes` are made."""
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    with pytest.raises(BadFile) as caught:
        loads(text + more, "a.yaml")
    assert all(problem.file == "a.yaml" for problem in caught.value.problems)
    assert str(caught.value).splitlines()[0].startswith("a.yaml")
    return [(found.line, found.field, found.message) for found in caught.value.problems]


def problem(*changes, **options):
    (only,) = problems(*changes, **options)
    return only


def step(text):
    """The story with a third step, which begins on line 33."""
    return {"text": STORY.replace("expect:\n", f"  - {text}\nexpect:\n")}


def test_the_story_itself_is_read():
    scenario = loads(STORY, "a.yaml")
    assert scenario.starts == datetime(2026, 3, 2, 9)  # noqa: DTZ001 - the story's zone
    assert scenario.participants["fund"].cash == Decimal(6_000_000)
    assert [type(taken) for taken in scenario.steps] == [STEPS["trade"], STEPS["repo"]]
    assert scenario.steps[0].quantity == 1_000_000
    assert str(scenario.zone) == "America/New_York"


@pytest.mark.parametrize("name", catalogue.names())
def test_every_scenario_of_the_package_is_read(name):
    assert catalogue.find(name).name


def test_the_starter_is_read():
    assert loads(STARTER, "starter.yaml").name == "My first story"


FIELDS = {
    "missing field": (("    kind: treasury-note\n", ""), 7, "securities.T-2035.kind", "is missing"),
    "unknown field": (
        ("    cash: 6,000,000.00", "    cahs: 1"),
        15,
        "participants.fund.cahs",
        "is not known here; did you mean 'cash'?",
    ),
    "unknown field that is like none": (
        ("    cash: 6,000,000.00", "    zzz: 1"),
        15,
        "participants.fund.zzz",
        "is not known here; known: lei, registered, purpose, cash, securities, book",
    ),
    "unknown word at the top": (
        ("name: A", "nmae: x\nname: A"),
        2,
        "nmae",
        "is not known here; did you mean 'name'?",
    ),
    "another format": (("format: 1", "format: 2"), 1, "format", "format 1 is read here, not 2"),
    "finer than a cent": (
        ("6,000,000.00", "6,000,000.001"),
        15,
        "participants.fund.cash",
        "'6,000,000.001' is finer than an amount can be (2 places)",
    ),
    "what a float drifts to": (
        ("6,000,000.00", "0.30000000000000004"),
        15,
        "participants.fund.cash",
        "'0.30000000000000004' is finer than an amount can be (2 places)",
    ),
    "a price too fine": (
        ("price: 1.0075", "price: 1.007500001"),
        24,
        "steps.1.price",
        "'1.007500001' is finer than a price can be (8 places)",
    ),
    "a negative amount": (
        ("6,000,000.00", "-1.00"),
        15,
        "participants.fund.cash",
        "an amount is zero or more, not -1.00",
    ),
    "a price of zero": (
        ("price: 1.0075", "price: 0"),
        24,
        "steps.1.price",
        "a price is above zero, not 0",
    ),
    "a quantity of zero": (
        ("1,000,000\n", "0\n"),
        23,
        "steps.1.quantity",
        "a quantity is a whole number above zero, not 0",
    ),
    "half a bond": (
        ("1,000,000\n", "0.5\n"),
        23,
        "steps.1.quantity",
        "a quantity is a whole number above zero, not 0.5",
    ),
    "more than the chain holds": (
        ("1,000,000\n", "1,000,000,000,000,001\n"),
        23,
        "steps.1.quantity",
        "a quantity is at most 1,000,000,000,000,000, not 1,000,000,000,000,001",
    ),
    "a price beyond all": (
        ("price: 1.0075", "price: 1,000,000,001"),
        24,
        "steps.1.price",
        "a price is at most 1,000,000,000, not 1,000,000,001",
    ),
    "a rate beyond all": (
        ("4.30%", "101"),
        30,
        "steps.2.repo_rate",
        "a rate is at most 100% a year, not 101",
    ),
    "a rate in per cent without its sign": (
        ("4.30%", "4.30"),
        30,
        "steps.2.repo_rate",
        "a rate is at most 100% a year, not 4.30",
    ),
    "a rate below all": (
        ("4.30%", "-100.1%"),
        30,
        "steps.2.repo_rate",
        "a rate is at most 100% a year, not -100.1%",
    ),
    "a rate too fine": (
        ("4.30%", "0.0430000001"),
        30,
        "steps.2.repo_rate",
        "'0.0430000001' is finer than a rate can be (9 places)",
    ),
    "a word for a number": (
        ("6,000,000.00", "plenty"),
        15,
        "participants.fund.cash",
        "'plenty' is not a number",
    ),
    "an exponent": (
        ("1,000,000\n", "1e3\n"),
        23,
        "steps.1.quantity",
        "'1e3' is not a number",
    ),
    "an exponent beyond all": (
        ("6,000,000.00", "1e999999999"),
        15,
        "participants.fund.cash",
        "'1e999999999' is not a number",
    ),
    "minutes that look like a number": (
        ("1,000,000\n", "10:05\n"),
        23,
        "steps.1.quantity",
        "'10:05' is not a number",
    ),
    "a decimal comma": (
        ("6,000,000.00", "10,5"),
        15,
        "participants.fund.cash",
        "'10,5' is not a number",
    ),
    "not a number": (
        ("6,000,000.00", "NaN"),
        15,
        "participants.fund.cash",
        "'NaN' is not a number",
    ),
    "a list for a number": (
        ("6,000,000.00", "[1]"),
        15,
        "participants.fund.cash",
        "a number is needed here",
    ),
    "neither yes nor no": (
        ("    cash: 6,000,000.00", "    registered: NO"),
        15,
        "participants.fund.registered",
        "yes or no, not NO",
    ),
    "a bad ISIN": (
        ("US91282CZZ75", "US91282CZZ74"),
        9,
        "securities.T-2035.isin",
        "'US91282CZZ74' is not a valid ISIN: The number's checksum or check digit is invalid.",
    ),
    "a bad LEI": (
        ("    cash: 6,000,000.00", "    lei: X"),
        15,
        "participants.fund.lei",
        "'X' is not a valid LEI: The number's checksum or check digit is invalid.",
    ),
    "a kind of nobody": (
        ("kind: treasury-note", "kind: gold"),
        8,
        "securities.T-2035.kind",
        "'gold' is not a kind: treasury-bill, treasury-note, money-market-share, "
        "exchange-traded-fund, equity, corporate-bond, agency-mbs, asset-backed",
    ),
    "a haircut for a kind of nobody": (
        ("{treasury-note: 1%}", "{gold: 1%}"),
        17,
        "margin.haircut.gold",
        "'gold' is not a kind: treasury-bill, treasury-note, money-market-share, "
        "exchange-traded-fund, equity, corporate-bond, agency-mbs, asset-backed",
    ),
    "a currency that is none": (
        ("currency: USD", "currency: Dollar"),
        3,
        "currency",
        "'Dollar' is not a currency code like USD",
    ),
    "a time zone that is none": (
        ("America/New_York", "New York"),
        4,
        "timezone",
        "'New York' is not a time zone like America/New_York",
    ),
    "a time that is none": (
        ("2026-03-02 09:00", "nine"),
        5,
        "starts",
        "'nine' is not a time like 2026-03-02 09:00",
    ),
    "a year that is none": (
        ("2026-03-02 09:00", "0001-01-01 00:00"),
        5,
        "starts",
        "a story happens from 2000 to 2099, not in 1",
    ),
    "a date that is none": (
        ("repurchase_date: 2026-03-03", "repurchase_date: 2026-02-30"),
        32,
        "steps.2.repurchase_date",
        "'2026-02-30' is not a date like 2026-03-02",
    ),
    "a haircut of all": (
        ("1%}", "100%}"),
        17,
        "margin.haircut.treasury-note",
        "a haircut is from 0% to below 100%, not 100%",
    ),
    "a haircut that is a ratio": (
        ("1%}", "102%, equity: 5%}"),
        17,
        "margin.haircut.treasury-note",
        "a haircut is from 0% to below 100%, not 102%",
    ),
    "haircut and ratio": (
        ("1%}", "1%}\n  margin_ratio: {equity: 102%}"),
        17,
        "margin",
        "`haircut` or `margin_ratio`, one of them: they are not the same",
    ),
    "neither haircut nor ratio": (
        ("  haircut: {treasury-note: 1%}", "  threshold: 1.00"),
        17,
        "margin",
        "`haircut` or `margin_ratio`, one of them: they are not the same",
    ),
    "a ratio that is a haircut": (
        ("haircut: {treasury-note: 1%}", "margin_ratio: {equity: 2%}"),
        17,
        "margin.margin_ratio.equity",
        "a margin ratio is from 100% to 1000%, not 2%",
    ),
    "a basis that is none": (
        ("1%}", "1%}\n  basis: 364"),
        18,
        "margin.basis",
        "a basis is 360 or 365, not 364",
    ),
    "a concentration that is none": (
        ("1%}", "1%}\n  concentration: 101%"),
        18,
        "margin.concentration",
        "a share is above zero and at most 100%, not 101%",
    ),
    "a maturity that is none": (
        ("{treasury-note: 1%}", "{treasury-note up to soon: 1%}"),
        17,
        "margin.haircut.treasury-note up to soon",
        "'soon' is not a remaining maturity like 5y or 90d",
    ),
    "a maturity beyond the century": (
        ("{treasury-note: 1%}", "{treasury-note up to 101y: 1%}"),
        17,
        "margin.haircut.treasury-note up to 101y",
        "'101y' is not a remaining maturity like 5y or 90d",
    ),
    "an issuer that is none": (
        ("1%}", "1%}\n  issuers: {treasury-note: [ACME]}"),
        18,
        "margin.issuers.treasury-note.1",
        "'ACME' is not a valid LEI: The number's checksum or check digit is invalid.",
    ),
    "issuers of what is not taken": (
        ("1%}", f"1%}}\n  issuers: {{equity: [{demonstration_lei('acme')}]}}"),
        18,
        "margin.issuers.equity",
        "equity is not taken; known: treasury-note",
    ),
    "lots that are not the whole": (
        ("    repo_rate: 4.30%\n", "    repo_rate: 4.30%\n    lots: [4000000, 4000000]\n"),
        31,
        "steps.2.lots",
        "the lots sum to 8,000,000, and `collateral` is 4,000,000 T-2035",
    ),
    "lots of nothing": (
        ("    collateral: {T-2035: 4000000}\n    repo_rate: 4.30%\n", "    lots: [4000000]\n"),
        29,
        "steps.2.lots",
        "lots are of one security, which is `collateral`",
    ),
    "a sale to oneself": (
        ("    buyer: fund\n    security", "    buyer: dealer\n    security"),
        21,
        "steps.1.buyer",
        "dealer is the seller, too",
    ),
    "a repo with oneself": (
        ("    buyer: fund\n    collateral", "    buyer: dealer\n    collateral"),
        28,
        "steps.2.buyer",
        "dealer is the seller, too",
    ),
    "a repurchase before the purchase": (
        ("repurchase_date: 2026-03-03", "repurchase_date: 2026-03-01"),
        32,
        "steps.2.repurchase_date",
        "2026-03-01 is before the purchase date 2026-03-02",
    ),
    "price and amount": (
        ("price: 1.0075", "price: 1.0075\n    amount: 5.00"),
        19,
        "steps.1",
        "`price` or `amount`, one of them",
    ),
    "half a trade": (
        ("    buyer: fund\n    security", "    security"),
        19,
        "steps.1",
        "buyer missing",
    ),
    "half a repo": (("    repo_rate: 4.30%\n", ""), 25, "steps.2", "repo_rate missing"),
    "a list for a mapping": (
        ("{T-2035: 5000000}", "[T-2035]"),
        13,
        "participants.dealer.securities",
        "words with values are needed here, as in {a: 1}",
    ),
    "nothing for a mapping": (
        ("  fund:\n    cash: 6,000,000.00", "  fund:"),
        14,
        "participants.fund",
        "words with values are needed here, as in {a: 1}",
    ),
    "tokens without a wallet": (
        ("    cash: 6,000,000.00", "    registered: no\n    cash: 5.00"),
        15,
        "participants.fund",
        "only a registered participant holds tokens",
    ),
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_bad_field_is_named_with_its_line(case):
    change, line, field, message = FIELDS[case]
    found = problem(change)
    assert found[1:] == (field, message)
    assert line - 1 <= found[0] <= line


def test_the_lines_are_those_of_the_file():
    """Exactly, for one problem in each part."""
    changes = [
        ("isin: US91282CZZ75", "isin: X"),
        ("6,000,000.00", "x"),
        ("quantity: 1,000,000", "quantity: x"),
        ("repo_rate: 4.30%", "repo_rate: x"),
        ("cash: 1007500.00", "cash: x"),
    ]
    text = STORY
    for old, new in changes:
        text = text.replace(old, new)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "x" in line.split(": ")]
    assert [line for line, _, _ in problems(*changes)] == [9, 15, 23, 30, 35]
    assert len(lines) <= 5


NAMES = {
    "seller": (("seller: dealer", "seller: deeler"), 20, "steps.1.seller", "participant 'deeler'"),
    "buyer": (("buyer: fund", "buyer: find"), 21, "steps.1.buyer", "participant 'find'"),
    "security": (("security: T-2035", "security: T"), 22, "steps.1.security", "security 'T'"),
    "collateral": (("{T-2035: 4000000}", "{T-2036: 1}"), 29, "steps.2.collateral", "'T-2036'"),
    "holding": (
        ("{T-2035: 5000000}", "{T-2036: 1}"),
        13,
        "participants.dealer.securities.T-2036",
        "there is no security 'T-2036'; did you mean 'T-2035'?",
    ),
    "expected": (("    dealer: {cash", "    deler: {cash"), 35, "expect.balances.deler", "'deler'"),
    "expected security": (
        ("00, T-2035: 4", "00, T: 4"),
        35,
        "expect.balances.dealer.T",
        "there is no security 'T'",
    ),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_of_nobody_is_found_before_anything_runs(case):
    change, line, field, message = NAMES[case]
    found = problem(change)
    assert found[:2] == (line, field)
    assert message in found[2]


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("trade: S9", "steps.3.trade", "there is no trade 'S9'; known: S1"),
        ("close: R9", "steps.3.close", "there is no repo 'R9'; known: R1"),
        ("repo: R9", "steps.3.repo", "there is no repo 'R9'; known: R1"),
        ("{cancel: X, by: dealer}", "steps.3.cancel", "there is no trade or repo 'X'"),
        ("{cancel: S1, by: [fund, x]}", "steps.3.by", "there is no participant 'x'"),
        ("{batch: B, trades: [{trade: S9}]}", "steps.3.trade", "there is no trade 'S9'"),
        ("reverse: S9", "steps.3.reverse", "there is no trade or repo 'S9'"),
        ("pause: EUR", "steps.3.pause", "there is no asset 'EUR'"),
        ("reinstate: USB", "steps.3.reinstate", "there is no participant or asset 'USB'"),
        ("{transfer: {X: 1}, from: dealer, to: fund}", "steps.3.transfer", "no asset 'X'"),
        ("{freeze: x, holding: {USD: 1.00}}", "steps.3.freeze", "there is no participant 'x'"),
    ],
)
def test_a_step_names_only_what_there_is_by_then(text, field, message):
    line, found, said = problem(**step(text))
    assert (line, found) == (33, field)
    assert message in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{trade: S1, seller: dealer, buyer: fund, security: T-2035, quantity: 1, price: 1}", "S1"),
        ("{trade: R1, seller: dealer, buyer: fund, security: T-2035, quantity: 1, price: 1}", "R1"),
    ],
)
def test_a_name_given_twice(text, message):
    assert problem(**step(text)) == (33, "steps.3.trade", f"'{message}' stands twice")


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("trad: S1", "steps.3", "'trad' is not a step; did you mean 'trade'?"),
        ("zzz: S1", "steps.3", "'zzz' is not a step; known: register, suspend, "),
        ("vote: R1", "steps.3", "'vote' is a reserved word that does not work yet"),
        ("{at: 2026-03-02 11:00}", "steps.3", "a step needs a word for what happens"),
        ("nothing", "steps.3", "a step is a mapping that begins with its word"),
        (
            "{at: 2026-03-02 11:00, advance: 5m, suspend: fund}",
            "steps.3",
            "`at` or `advance`, not both",
        ),
        (
            "{at: 2026-03-02 09:59, suspend: fund}",
            "steps.3.at",
            "2026-03-02 09:59 is earlier than what comes before it: 2026-03-02 10:00",
        ),
        ("{advance: 5 minutes, suspend: fund}", "steps.3.advance", "'5 minutes' is not a span"),
        ("{advance: 99999999d, suspend: fund}", "steps.3.advance", "a span is at most a century"),
        ("{advance: 36000d, suspend: fund}", "steps.3.advance", "a story ends before 2100"),
        ("{advance: -1h, suspend: fund}", "steps.3.advance", "'-1h' is not a span like 30m"),
        ("{freeze: dealer, holding: {T-2035: 0.5}}", "steps.3.holding.T-2035", "a whole number"),
        ("{cancel: S1, by: []}", "steps.3.by", "one side cancels, or both"),
        ("{cancel: S1, by: [dealer, fund, dealer, x]}", "steps.3.by", "one side cancels, or both"),
        ("{batch: B, trades: []}", "steps.3", "a batch has trades"),
        ("{batch: B, trades: [{trade: S1}, {trade: S1}]}", "steps.3", "names each trade once"),
        ("{batch: B, trades: [{trade: S1}], linked: yes}", "steps.3", "linked trades are written"),
        ("{batch: B, trades: x}", "steps.3.trades", "a list is needed here"),
        ("{batch: B, trades: [x]}", "steps.3.trades.1", "words with values are needed here"),
        ("{batch: B, mode: some, trades: [{trade: S1}]}", "steps.3.mode", "'some' is not a mode"),
        ("{trade: S1, buyer_instructs: {nonce: 1}}", "steps.3.buyer_instructs", "'nonce' is not"),
        ("{trade: S1, buyer_instructs: {amount: x}}", "steps.3.buyer_instructs", "'x' is not a"),
        ("{trade: S1, expect: {amount: [x]}}", "steps.3.expect.amount", "a word is needed here"),
        ("{trade: S1, expect: x}", "steps.3.expect", "words with values are needed here"),
        ("{trade: S1, settle: maybe}", "steps.3.settle", "yes or no, not maybe"),
        ("{trade: '  '}", "steps.3.trade", "a word is needed here"),
        ("{mint: fund, cash: 0}", "steps.3.cash", "an amount is above zero, not 0"),
        ("{suspend: fund, reson: x}", "steps.3.reson", "did you mean 'reason'?"),
        (
            "{margin_call: {from: fund, to: fund}}",
            "steps.3.margin_call.to",
            "fund stands on both sides",
        ),
        (
            "{deliver_margin: {from: dealer, to: fund, securities: {A: 1, B: 1}}}",
            "steps.3.deliver_margin.securities",
            "margin moves one security a step",
        ),
        (
            "{return_margin: {from: fund, to: dealer, cash: 1.00, securities: {A: 1}}}",
            "steps.3.return_margin.securities",
            "`cash` or `securities`, not both",
        ),
        (
            "{pay_claim: {from: dealer, to: fund, securities: {T-2035: 1}}}",
            "steps.3.pay_claim.securities",
            "is not known here; known: from, to, cash",
        ),
        (
            "{batch: B, trades: [{trade: S1, buyr: x}]}",
            "steps.3.trades.1.buyr",
            "did you mean 'buyer'?",
        ),
    ],
)
def test_a_step_that_makes_no_sense(text, field, message):
    line, found, said = problem(**step(text))
    assert (line, found) == (33, field)
    assert message in said


SALE = "{trade: X, seller: dealer, buyer: fund, security: T-2035, quantity: 1, price: 1}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{queue: Q, rule: fastest}", "'fastest' is not a rule of a queue: first-in-first-out, "),
        ("{queue: Q, trades: [{trade: S1}]}", "S1 is written out: seller, buyer, security, price"),
        (f"{{queue: Q, trades: [{SALE}, {SALE}]}}", "'X' stands twice"),
        ("{cycle: C, trades: []}", "a cycle has trades"),
        ("{cycle: C}", "is missing"),
        ("{cycle: C, trades: [{trade: S1}]}", "S1 is written out: seller, buyer, security, price"),
        (f"{{cycle: C, if_short: wait, trades: [{SALE}]}}", "'wait' is not a way out: refuse, "),
        (
            f"{{cycle: C, clearing_house: zzz, trades: [{SALE}]}}",
            "there is no clearing house 'zzz'; none",
        ),
        (f"{{cycle: C, trades: [{SALE}], expect: {{waiting: 1}}}}", "is no figure of it; known: "),
    ],
)
def test_a_queue_or_a_cycle_that_makes_no_sense(text, message):
    _, _, said = problem(**step(text))
    assert message in said


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        (
            "{close: R1, expect: {price_diferential: 1.00}}",
            "price_diferential",
            "is no figure of it; did you mean 'price_differential'?",
        ),
        ("{mint: fund, cash: 1.00, expect: {amount: 1}}", "amount", "known: refused"),
        ("{trade: S1, expect: {refuse: MONY}}", "refuse", "did you mean 'refused'?"),
        ("{trade: S1, expect: {short: 1}}", "short", "known: refused, amount"),
        ("{trade: S1, expect: {refused: LACK, amount: 1}}", "amount", "known: refused, short"),
    ],
)
def test_what_is_expected_is_a_figure_that_there_may_be(text, field, message):
    line, found, said = problem(**step(text))
    assert (line, found) == (33, f"steps.3.expect.{field}")
    assert message in said


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_word_for_later_says_so(word):
    found = problem(**step(f"{{{word}: x}}"))
    assert found == (33, "steps.3", f"'{word}' is a reserved word that does not work yet")


def test_reserved_words_and_words_that_work_are_apart():
    assert not RESERVED & set(STEPS)


@pytest.mark.parametrize("symbol", ["USD", "cash"])
def test_a_security_is_not_called_like_the_cash(symbol):
    more = f"securities:\n  {symbol}: {{kind: equity}}\n"
    found = problem(("securities:\n", more))
    assert found == (7, f"securities.{symbol}", "means the cash, here")


@pytest.mark.parametrize("name", ["T-2035", "USD"])
def test_a_participant_is_not_called_like_an_asset(name):
    found = problem(("participants:\n", f"participants:\n  {name}: {{}}\n"))
    assert found == (12, f"participants.{name}", "is an asset's name, too")


def test_somebody_takes_part():
    empty = "format: 1\nname: x\nstarts: 2026-03-02 09:00\nparticipants: {}\nsteps: []\n"
    assert problem(text=empty) == (4, "participants", "a story has a registered participant")
    outside = empty.replace("{}", "{x: {registered: no}}")
    assert problem(text=outside) == (4, "participants", "a story has a registered participant")


def test_all_problems_are_reported_at_once_by_line():
    found = problems(
        ("format: 1", "format: 2"),
        ("US91282CZZ75", "nonsense"),
        ("6,000,000.00", "-5"),
        ("price: 1.0075", "price: cheap"),
        ("repo: R1", "repoo: R1"),
    )
    assert [line for line, _, _ in found] == [1, 9, 15, 24, 25]
    assert len({message for _, _, message in found}) == 5


def test_unknown_names_are_reported_at_once_too():
    found = problems(("seller: dealer", "seller: a"), ("security: T-2035", "security: b"))
    assert [field for _, field, _ in found] == ["steps.1.seller", "steps.1.security"]


# The file itself.


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 0, "is empty"),
        ("# nothing but a comment\n", 0, "is empty"),
        ("- a\n- b\n", 1, "a scenario is a mapping of words to values"),
        ("words\n", 1, "a scenario is a mapping of words to values"),
        ("a: 1\nb: [1, 2\n", 3, "is not YAML: while parsing a flow sequence"),
        ("a: 1\n\tb: 2\n", 2, "is not YAML: while scanning for the next token found character"),
        ("a: 'x\n", 2, "is not YAML: while scanning a quoted scalar"),
        ("a: 1\nb: \x00\n", 2, "is not YAML: special characters are not allowed"),
        ("a: 1\n---\nb: 2\n", 2, "is not YAML: expected a single document"),
        ("a: &x 1\nb: *x\n", 1, "anchors and aliases are not read here"),
        ("a: 1\nb: *x\n", 2, "anchors and aliases are not read here"),
        ("? [a]\n: 1\n", 1, "a key is a word"),
        ("a:\n " + "[" * 900_000, 2, "is nested too deep here"),
        ("a:\n " + "[" * 31 + "]" * 31, 2, "is nested too deep here"),
        ("a:\n " + "{b: " * 400_000, 2, "is nested too deep here"),
        ("- " * 400_000, 1, "is nested too deep here"),
        ("".join(" " * depth + "a:\n" for depth in range(900)), 31, "is nested too deep here"),
    ],
)
def test_a_file_that_is_no_story(text, line, message):
    found = problem(text=text)
    assert found[:2] == (line, "")
    assert found[2].startswith(message)


def test_a_key_that_stands_twice_does_not_win():
    assert problem(("currency: USD", "currency: USD\ncurrency: EUR")) == (
        4,
        "currency",
        "stands twice",
    )
    assert problem(("{T-2035: 5000000}", "{T-2035: 1, T-2035: 2}"))[2] == "stands twice"


def test_a_comma_inside_braces_separates_and_says_so():
    message = "a comma separates inside braces: write the number without it"
    assert problem(("{T-2035: 5000000}", "{T-2035: 5,000,000}")) == (13, "", message)
    assert problem(("{cash: 1007500.00,", "{cash: 1,007,500.00,")) == (35, "", message)
    assert problem(("{treasury-note: 1%}", "{treasury-note: 1,000%}")) == (17, "", message)


def test_what_yaml_would_guess_is_text_here():
    text = STORY.replace("fund", "NO").replace("1,000,000\n", "0123\n")
    scenario = loads(text, "a.yaml")
    assert list(scenario.participants) == ["dealer", "NO"]
    assert scenario.steps[0].quantity == 123
    assert read_text("{a: 10:05, b: 1e3, c: yes, d: ~, e: 0x1f}", "x").content == {
        "a": "10:05",
        "b": "1e3",
        "c": "yes",
        "d": "~",
        "e": "0x1f",
    }


def test_line_ends_and_byte_order_marks_of_other_systems_are_fine():
    assert loads(STORY.replace("\n", "\r\n"), "a.yaml") == loads(STORY, "a.yaml")
    assert loads("\N{BYTE ORDER MARK}" + STORY, "a.yaml") == loads(STORY, "a.yaml")


def in_file(tmp_path, data):
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    with pytest.raises(BadFile) as caught:
        load(path)
    (found,) = caught.value.problems
    assert found.file == str(path)
    return found.line, found.message


def test_bytes_that_are_not_utf8_are_found_by_line(tmp_path):
    data = STORY.replace("A story", "M\N{LATIN SMALL LETTER U WITH DIAERESIS}rz").encode("latin-1")
    assert in_file(tmp_path, data) == (2, "is not UTF-8 here")
    assert in_file(tmp_path, STORY.encode("utf-16")) == (1, "is not UTF-8 here")


def test_a_file_of_more_than_a_megabyte_is_not_read(tmp_path):
    line, message = in_file(tmp_path, b"#" * (MOST_BYTES + 1))
    assert (line, message) == (
        0,
        "has more than 1,000,000 bytes, which is the most that a scenario has",
    )
    padded = STORY.encode() + b"#" * (MOST_BYTES - len(STORY))
    (tmp_path / "b.yaml").write_bytes(padded)
    assert load(tmp_path / "b.yaml").name == "A story"


def test_a_stream_without_an_end_is_not_read_to_its_end():
    with pytest.raises(BadFile, match="more than 1,000,000 bytes"):
        load(Path("/dev/zero"))


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path):
    for path, message in ((tmp_path / "x.yaml", "no such file"), (tmp_path, "is a directory")):
        with pytest.raises(BadFile, match=message) as caught:
            load(path)
        assert caught.value.problems[0].line == 0


def test_a_name_is_looked_up_in_the_package_and_a_path_is_not():
    with pytest.raises(UnknownName, match="there is no scenario 'dya'; did you mean 'day'"):
        catalogue.find("dya")
    with pytest.raises(UnknownName, match="known: clearing, clock, coupon, day, "):
        catalogue.text_of("zzz")
    with pytest.raises(BadFile, match="no such file"):
        catalogue.find("somewhere/day")


# Anything else.


def reads_or_says_why(text):
    try:
        read, found = loads(text, "a.yaml"), []
    except BadFile as problem:
        read, found = None, problem.problems
    assert isinstance(read, Scenario) or found
    assert all(one.line <= text.count("\n") + 2 for one in found)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_text_breaks_the_reader(text):
    reads_or_says_why(text)


@given(st.text(alphabet="ab:{}[],-?&*!|>'\"#%@` \n\t01", max_size=80))
def test_nothing_that_looks_like_yaml_breaks_the_reader(text):
    reads_or_says_why(text)


odd = [
    "",
    "~",
    "[]",
    "{}",
    "[x]",
    "{x: 1}",
    "NaN",
    "1e400",
    "-1",
    "0",
    "1%",
    "yes",
    "1,5",
    "dealer",
]
times = ["9999-12-31 23:59", "2099-12-31 23:59", "2026-03-02", "99999999999999d", "36500d", "1d"]
scraps = st.one_of(
    st.sampled_from(odd + times),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.integers().map(str),
)
WORDS = [
    "at",
    "advance",
    "expect",
    "seller",
    "buyer",
    "security",
    "quantity",
    "price",
    "amount",
    "settle",
    "collateral",
    "repo_rate",
    "purchase_date",
    "by",
    "reason",
    "cash",
    "holding",
    "from",
    "to",
    "mode",
    "linked",
    "trades",
    "buyer_instructs",
]


@given(st.integers(0, len(STORY.splitlines()) - 1), scraps)
def test_no_value_in_a_story_breaks_the_reader(place, scrap):
    lines = STORY.splitlines()
    lines[place] = f"{lines[place].split(':')[0]}: {scrap}"
    reads_or_says_why("\n".join(lines))


@given(st.sampled_from(sorted(STEPS)), st.dictionaries(st.sampled_from("abc"), scraps), scraps)
def test_no_step_breaks_the_reader(verb, others, value):
    words = "".join(f"\n    {word}: {scrap}" for word, scrap in others.items())
    reads_or_says_why(STORY.replace("expect:\n", f"  - {verb}: {value}{words}\nexpect:\n"))


@given(st.sampled_from(sorted(STEPS)), st.dictionaries(st.sampled_from(WORDS), scraps, max_size=8))
def test_no_words_of_a_step_break_the_reader(verb, words):
    listed = "".join(f"\n    {word}: {scrap}" for word, scrap in words.items())
    reads_or_says_why(STORY.replace("expect:\n", f"  - {verb}: x{listed}\nexpect:\n"))
