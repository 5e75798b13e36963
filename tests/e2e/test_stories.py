"""Stories that are run: those of the package, and small ones in which something goes wrong."""

import re
from datetime import date
from decimal import Decimal

import pytest

from settlement.reporting.story import document
from settlement.reporting.text import story_lines
from settlement.reporting.waiting import waiting_lines
from settlement.scenario import catalogue
from settlement.scenario.acts import ACTS
from settlement.scenario.loading import loads
from settlement.scenario.runner import Runner
from settlement.scenario.starter import STARTER
from settlement.scenario.steps import STEPS

HEAD = """\
format: 1
name: A small story
starts: 2026-03-02 09:00
securities: {T: {kind: treasury-note, denomination: 1000}}
participants:
  dealer: {securities: {T: 5000}, book: {T: 4000}}
  fund: {cash: 9000.00}
  outsider: {registered: no, book: {T: 1000}}
margin: {haircut: {treasury-note: 1%}}
steps:
"""
SALE = "trade: S, seller: dealer, buyer: fund, security: T, quantity: 1000, price: 1"
REPO = (
    "repo: R, seller: dealer, buyer: fund, collateral: {T: 1000}, repo_rate: 3.6%, "
    "purchase_date: 2026-03-02, repurchase_date: 2026-03-03"
)


def run(*steps, expect="", head=HEAD):
    """The runner and its story; each step is the inside of a flow mapping."""
    text = head + "".join(f"  - {{{step}}}\n" for step in steps)
    if not steps:
        text = text.replace("steps:\n", "steps: []\n")
    runner = Runner(loads(text + expect, "small.yaml"))
    return runner, runner.run()


def last(*steps, **options):
    """The story and its last step."""
    _, story = run(*steps, **options)
    return story, story.steps[-1]


# Those of the package.


@pytest.fixture(scope="module")
def told():
    """Every scenario of the package, run once."""
    return {name: Runner(catalogue.find(name)).run() for name in catalogue.names()}


def test_there_are_at_least_four():
    assert len(catalogue.names()) >= 4
    assert catalogue.DEMONSTRATION in catalogue.names()


@pytest.mark.parametrize("name", catalogue.names())
def test_each_goes_as_it_is_told(told, name):
    story = told[name]
    assert story.failures == ()
    assert [check.broken for check in story.checks] == [(), ()]
    assert story.went_as_told
    assert all(step.expected for step in story.steps)
    assert all(step.nothing_moved for step in story.steps if step.refusal)


@pytest.mark.parametrize("name", catalogue.names())
def test_each_says_what_it_expects(name):
    """A scenario without expectations would pass whatever happened."""
    scenario = catalogue.find(name)
    assert scenario.expect.balances or any(step.expect for step in scenario.steps)


def test_the_starter_goes_as_it_is_told():
    story = Runner(loads(STARTER, "starter.yaml")).run()
    assert story.failures == ()
    assert any(step.refusal for step in story.steps)


def test_every_word_is_used_by_some_story():
    used = {step.verb for name in catalogue.names() for step in catalogue.find(name).steps}
    used |= {step.verb for step in loads(HEAD + "  - {register: outsider}\n", "a").steps}
    assert used == set(STEPS)


def test_every_word_has_its_act():
    assert list(ACTS) == list(STEPS)


@pytest.mark.parametrize("name", ["day", "netting"])
def test_the_same_story_is_told_the_same_way_byte_for_byte(told, name):
    again = Runner(catalogue.find(name)).run()
    assert list(story_lines(again)) == list(story_lines(told[name]))
    assert document(again) == document(told[name])


def test_the_day_costs_what_it_moves(told):
    day = told["day"]
    assert day.settlements == 3
    assert day.balances["dealer"] == {"USD": Decimal("2013808.63"), "T-2035": 10_000_000}
    assert day.balances["intruder"] == {"USD": Decimal("0.00"), "T-2035": 0}
    short = next(step for step in day.steps if step.reference == "S2")
    assert (short.refusal.reason, short.figures) == ("MONY", {"short": Decimal("0.01")})


# What a story expects and does not get.


def test_a_refusal_that_nobody_expects_is_a_failure_and_the_story_goes_on():
    story, step = last(SALE.replace("1000", "6000"), "mint: fund, cash: 1.00")
    refused = story.steps[-2]
    assert refused.refusal.reason == "LACK"
    assert refused.failures == ("S was refused: dealer needs 6,000 T, has 5,000, short 1,000",)
    assert (step.verb, step.refusal) == ("mint", None)
    assert story.failures == (f"2 March 09:00 {refused.failures[0]}",)
    assert not story.went_as_told


def test_a_refusal_that_does_not_come_is_a_failure():
    story, step = last(f"{SALE}, expect: {{refused: MONY}}")
    assert step.failures == ("S was to be refused (MONY) and was not",)
    assert not step.expected
    assert not story.went_as_told


def test_a_refusal_for_another_reason_is_a_failure():
    _, step = last(SALE.replace("1000", "6000") + ", expect: {refused: MONY}")
    assert step.failures == ("S was to be refused for MONY and was for LACK",)


@pytest.mark.parametrize("word", ["LACK", "InsufficientFreeBalance", "yes"])
def test_a_refusal_is_expected_by_its_reason_or_its_error_or_at_all(word):
    story, step = last(SALE.replace("1000", "6000") + f", expect: {{refused: {word}}}")
    assert (step.failures, step.refusal.error) == ((), "InsufficientFreeBalance")
    assert story.went_as_told


@pytest.mark.parametrize(
    ("expected", "failure"),
    [
        ("{amount: 1000.01}", "S: amount was to be 1000.01 and is 1,000.00"),
        ("{amount: lots}", "S: amount was to be lots and is 1,000.00"),
    ],
)
def test_a_figure_that_does_not_come_out_is_a_failure(expected, failure):
    _, step = last(f"{SALE}, expect: {expected}")
    assert step.failures == (failure,)


def test_a_figure_is_a_number_however_it_is_written():
    _, step = last(f"{SALE}, expect: {{amount: 1000}}")
    assert step.failures == ()


def test_what_is_short_is_compared_as_well():
    refused = SALE.replace("1000", "6000")
    _, right = last(f"{refused}, expect: {{refused: LACK, short: 1000}}")
    _, wrong = last(f"{refused}, expect: {{refused: LACK, short: 999}}")
    assert (right.failures, wrong.failures) == ((), ("S: short was to be 999 and is 1,000",))


def test_a_step_without_a_name_is_called_by_what_it_does():
    _, step = last("mint: fund, cash: 1.00, expect: {refused: yes}")
    assert step.failures == ("Bank issues 1.00 USD to fund was to be refused (yes) and was not",)
    _, step = last(f"{SALE}, buyer_instructs: {{amount: 1.00}}, expect: {{refused: yes, short: 1}}")
    assert step.failures == ("S has no figure 'short'; it has none",)


@pytest.mark.parametrize(
    ("balances", "failures"),
    [
        ("dealer: {cash: 1000.00, T: 4000}", ()),
        ("dealer: {USD: 1000.00}", ()),
        ("outsider: {cash: 0, T: 0}", ()),
        ("dealer: {cash: 1000.01}", ("dealer was to hold 1,000.01 USD and holds 1,000.00",)),
        ("fund: {T: 0}", ("fund was to hold 0 T and holds 1,000",)),
    ],
)
def test_balances_at_the_end(balances, failures):
    story, _ = last(SALE, expect=f"expect: {{balances: {{{balances}}}}}\n".replace("USD", "cash"))
    assert story.failures == failures
    assert story.went_as_told is (not failures)


# Stories in which one thing rests on another that was refused.


@pytest.mark.parametrize(
    "then",
    ["trade: S", "cancel: S, by: [dealer, fund]", "reverse: S", "batch: B, trades: [{trade: S}]"],
)
def test_what_rests_on_a_trade_that_never_matched_is_refused_too(then):
    mismatched = f"{SALE}, buyer_instructs: {{amount: 1.00}}, expect: {{refused: Mismatch}}"
    story, step = last(mismatched, f"{then}, expect: {{refused: NotBooked}}")
    assert step.refusal.sentence == "there is no trade 'S'; none exists yet"
    assert story.went_as_told
    story, step = last(mismatched, then, "mint: fund, cash: 1.00")
    assert step.verb == "mint"
    assert len(story.failures) == 1


@pytest.mark.parametrize("then", ["repo: R", "close: R", "cancel: R, by: dealer"])
def test_what_rests_on_a_repo_that_was_never_agreed_is_refused_too(then):
    story, step = last(
        f"{REPO}, expect: {{refused: PriceMissing}}", f"{then}, expect: {{refused: NotBooked}}"
    )
    assert step.refusal.sentence == "there is no repo 'R'; none exists yet"
    assert story.went_as_told


def test_a_trade_that_did_not_settle_is_not_reversed():
    story, step = last(f"{SALE}, settle: no", "reverse: S, expect: {refused: NotSettled}")
    assert step.refusal.sentence == "S has not settled: there is nothing to reverse"
    assert story.went_as_told


@pytest.mark.parametrize(
    "step",
    [
        SALE.replace("buyer: fund", "buyer: outsider"),
        SALE.replace("seller: dealer", "seller: outsider").replace("buyer: fund", "buyer: dealer"),
        "mint: outsider, cash: 1.00",
        "transfer: {T: 1000}, from: dealer, to: outsider",
        "deliver_free: {T: 1000}, from: dealer, to: outsider",
    ],
)
def test_who_is_not_registered_receives_and_gives_nothing(step):
    story, told = last(f"{step}, expect: {{refused: WalletNotActive}}")
    assert told.refusal.sentence == "outsider's wallet is not registered"
    assert told.nothing_moved
    assert story.went_as_told


def test_who_registers_later_takes_part_from_then_on():
    runner, story = run(
        "register: outsider",
        "register: outsider, expect: {refused: WalletKnown}",
        "tokenize: outsider, securities: {T: 1000}",
        SALE.replace("seller: dealer", "seller: outsider"),
    )
    assert story.failures == ()
    assert story.balances["outsider"] == {"USD": Decimal("1000.00"), "T": 0}
    assert runner.market.book.position("outsider", "T") == 0


def test_two_movements_of_which_the_second_fails_are_not_passed_over():
    story, step = last(
        "transfer: {T: 1000, USD: 5.00}, from: dealer, to: fund, expect: {refused: MONY}"
    )
    assert not step.nothing_moved
    assert step.failures == (
        "Dealer transfers 1,000 T, 5.00 USD to fund outside the venue was refused, "
        "and yet something moved",
    )
    assert any("SOMETHING MOVED" in line for line in story_lines(story))
    assert not story.went_as_told


def test_preparing_takes_an_hour_however_many_take_part():
    many = "".join(f"  p{number}: {{cash: 1.00}}\n" for number in range(20))
    head = HEAD.replace("  outsider:", f"{many}  outsider:")
    story, step = last("mint: fund, cash: 1.00", head=head)
    assert f"{story.steps[0].at:%H:%M}" == "08:00"
    assert f"{step.at:%H:%M}" == "09:00"
    assert [told.at for told in story.steps] == sorted(told.at for told in story.steps)


def test_a_preparation_that_is_refused_is_a_failure():
    story, _ = last("mint: fund, cash: 1.00", head=HEAD.replace("T: 5000", "T: 5500"))
    assert story.failures == (
        "2 March 08:05 "
        "Dealer tokenizes 5,500 T was refused: 5,500 T is not a multiple of its denomination 1,000",
    )


def test_without_a_margin_part_the_venue_takes_no_collateral():
    head = re.sub("margin: .*\n", "", HEAD)
    _, step = last("price: {T: 1}", f"{REPO}, expect: {{refused: NotEligible}}", head=head)
    assert (
        step.refusal.sentence == "this story has no margin part, so the venue takes no collateral"
    )


def test_a_repo_by_margin_ratio():
    head = HEAD.replace("haircut: {treasury-note: 1%}", "margin_ratio: {treasury-note: 102%}")
    story, step = last("price: {T: 1.00}", f"{REPO}, expect: {{purchase_price: 980.39}}", head=head)
    assert story.failures == ()
    assert "margin ratio 102%" in step.lines[0]


def test_cash_that_appears_from_nowhere_breaks_a_check(monkeypatch):
    runner = Runner(loads(HEAD + f"  - {{{SALE}}}\n", "small.yaml"))
    register = runner.market.journal.register
    held = register.balance
    monkeypatch.setattr(register, "balance", lambda asset, wallet: held(asset, wallet) + 1)
    story = runner.run()
    record, cash = story.checks
    assert not record.holds
    assert cash.broken == ("9,000.00 USD issued, 9,000.000002 held",)
    assert not story.went_as_told
    text = "\n".join(story_lines(story))
    assert "Register = chain = book ✗" in text
    assert "cash conserved ✗" in text


# What is told.


def test_the_text_of_a_step():
    story, _ = last(SALE, f"advance: 30m, {SALE.replace('S,', 'S2,').replace('1000', '6000')}")
    assert (
        list(story_lines(story))
        == """\
A small story: 2 March 2026, local chain, no real value

08:00 Depository registers dealer, fund; outsider is not registered
08:05 Dealer tokenizes 5,000 T
      omnibus account 5,000 T = token supply 5,000  ✓
08:10 Bank issues 9,000.00 USD to fund
08:15 Venue adopts its collateral policy: haircut treasury-note 1%

09:00 Sale S  dealer → fund  1,000 T @ 1
      both signed · settled in one transaction · DvP
                              USD before           USD after
      dealer                        0.00            1,000.00
      fund                      9,000.00            8,000.00

09:30 Sale S2  dealer → fund  6,000 T @ 1
      refused (LACK): dealer needs 6,000 T, has 4,000, short 2,000
                                                               nothing moved ✓
      ✗ S2 was refused: dealer needs 6,000 T, has 4,000, short 2,000

Register = chain = book ✓ · cash conserved ✓
1 settlement, 8 transactions, GAS gas
      ✗ 2 March 09:30 S2 was refused: dealer needs 6,000 T, has 4,000,
      short 2,000""".replace("GAS", f"{story.gas:,}").split("\n")
    )


@pytest.mark.parametrize("name", catalogue.names())
def test_lines_are_short_enough_to_read(told, name):
    assert max(len(line) for line in story_lines(told[name])) <= 78


TABLES = {"statement": {"flows"}, "margin_report": {"repos", "margin"}}
"""What a step carries besides what every step does."""


def no_floats(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and no_floats(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(no_floats, value))
    return isinstance(value, str | int | bool) or value is None


@pytest.mark.parametrize("name", catalogue.names())
def test_the_document_has_one_shape(told, name):
    written = document(told[name])
    assert no_floats(written)
    assert set(written) == {
        *("name", "steps", "balances", "checks", "failures"),
        *("settlements", "transactions", "gas"),
    }
    for step in written["steps"]:
        tables = TABLES.get(step["step"], set()) if step["outcome"] == "done" else set()
        assert set(step) - {"refusal"} == tables | {
            *("at", "step", "reference", "outcome", "expected", "figures", "changes"),
        }
        assert ("refusal" in step) is (step["outcome"] == "refused")
        if "refusal" in step:
            assert set(step["refusal"]) == {"sentence", "error", "reason", "nothing_moved"}
        for change in step["changes"]:
            assert set(change) == {"party", "asset", "before", "after"}
            assert re.fullmatch(r"\d+\.\d\d", change["before"])
    for held in written["balances"].values():
        assert re.fullmatch(r"\d+\.\d\d", held.pop("USD"))
        assert all(isinstance(quantity, int) for quantity in held.values())
    assert [set(check) for check in written["checks"]] == [{"name", "holds", "broken"}] * 2


# What an act tells.


def lines_of(story, heading):
    """The lines under the first heading that begins so."""
    return next(step.lines for step in story.steps if step.heading.startswith(heading))


@pytest.mark.parametrize(
    ("name", "heading", "lines"),
    [
        (
            "day",
            "Repo R1 opens",
            (
                "market value 10,075,000.00, haircut 1%, 4.30%, overnight",
                "purchase price 9,974,250.00 · due 3 March at 9,975,441.37",
            ),
        ),
        (
            "intraday",
            "Repo R1 opens",
            (
                "market value 102,041,000.00, haircut 2%, 5.30%, intraday",
                "purchase price 100,000,000.00 · by the minute, due today",
            ),
        ),
        (
            "repo-changes",
            "Repo R1 opens",
            (
                "market value 10,075,000.00, haircut 1%, 4.31%, open",
                "purchase price 9,974,250.00 · until notice of 1 day",
            ),
        ),
        (
            "eligibility",
            "Repo R1 opens",
            (
                "market value 2,000,000.00, haircut T-2030 1% and MILL 6%, 4.40%, overnight",
                "purchase price 1,930,000.00 · due 3 March at 1,930,235.89",
            ),
        ),
        (
            "month",
            "Repo CUSTODY opens  dealer → fund  collateral for 15,000,000.00 USD",
            (
                "the agent allocates 10,000,000 T-2035, 5,643,000 MBS",
                "market value 15,417,280.00, haircut T-2035 2% and MBS 4%, 4.35%, 28 days",
                "held in tri-party custody",
                "purchase price 15,000,000.00 · due 29 May at 15,050,750.00",
            ),
        ),
        (
            "shaping",
            "Repo R1 is shaped",
            (
                "market value 10,075,000.00, haircut 1%, 4.30%, overnight",
                "R1/1  4,000,000 T-2035 for 3,989,700.00 opens",
                "R1/2  4,000,000 T-2035 for 3,989,700.00 waits: "
                "dealer needs 4,000,000 T-2035, has 2,000,000, short 2,000,000",
                "R1/3  2,000,000 T-2035 for 1,994,850.00 opens",
                "purchase price 5,984,550.00 · due 3 March at 5,985,264.82",
            ),
        ),
        (
            "partial",
            "Repo R1 opens in part",
            (
                "market value 755,625.00, haircut 1%, 4.30%, overnight",
                "purchase price 748,068.75 · due 3 March at 748,158.10",
                "9,250,000 T-2035 for 9,226,181.25 wait as R1-rest",
            ),
        ),
        (
            "month",
            "Repo TERM rolls into TERM-2",
            (
                "interest 9,604,000.00 × 4.45% × 14/360 = 16,620.26",
                "TERM-2 at 4.50%, 14 days",
                "purchase price 9,604,000.00 · due 29 May at 9,620,807.00",
            ),
        ),
        (
            "eligibility",
            "Venue adopts its collateral policy: haircut",
            (
                "treasury-note up to 5y 1%, treasury-note up to 10y 3%, corporate-bond up to 5y 6%",
                "of one issuer at most 60% of a repo's collateral",
                "corporate-bond only of 999900901FAC08E3B459 (MILL, MILL-2)",
            ),
        ),
        (
            "default",
            "Dealer pays the claim of fund",
            ("100,000.00 paid, 382,238.23 left",),
        ),
        (
            "repo-changes",
            "Repo R3 closes",
            (
                "interest 9,877,663.95 × 4.40% × 3/360 = 3,621.81",
                "repurchase price 9,881,285.76",
            ),
        ),
        (
            "reversal",
            "Root wallet reverses R1 (delivered in error): 10,000 T-2035  fund → dealer",
            ("collateral returns, cash does not: fund is exposed for 9,000.00",),
        ),
        (
            "reversal",
            "Repo R1 closes",
            (
                "interest 9,000.00 × 4% × 1/360 = 1.00",
                "repurchase price 9,001.00",
                "collateral returned: none",
            ),
        ),
    ],
)
def test_what_an_act_tells(told, name, heading, lines):
    assert lines_of(told[name], heading) == lines


def test_a_fail_s_charge_is_told_with_its_rate_and_who_bears_it(told):
    closes = [step for step in told["month"].steps if step.heading == "Repo OPEN closes"]
    assert closes[1].lines == (
        "interest 19,600,000.00 × (4.30% × 6 + 4.55% × 14)/360 = 48,727.78",
        "repurchase price 19,648,727.78",
        "fails charge 19,648,727.78 × 3% × 1/360 = 1,637.39, borne by fund",
        "dealer pays 19,647,090.39",
    )
    assert closes[1].figures["days"] == 20


@pytest.mark.parametrize(("name", "reference"), [("shaping", "R1/2"), ("partial", "R1-rest")])
def test_a_repo_that_opens_later_is_told_like_any_other(told, name, reference):
    step = next(step for step in told[name].steps if step.reference == reference)
    assert step.heading.startswith(f"Repo {reference} opens  dealer → fund  ")
    assert step.lines[1].startswith("purchase price ")
    assert [change.party for change in step.changes] == ["dealer", "fund"]
    assert set(step.figures) == {"purchase_price", "market_value"}


def test_a_close_out_adds_up(told):
    """The last column sums to the net."""
    for name in ("default", "clock"):
        step = next(s for s in told[name].steps if s.verb == "close_out" and not s.refusal)
        rows = [line for line in step.lines[3:-1] if not line.startswith(" ")]
        dues = [Decimal(row.split()[-1].replace(",", "")) for row in rows]
        assert len(dues) >= step.figures["repos"]
        assert sum(dues) == step.figures["net"]


def test_a_price_that_was_stated_is_disputed(told):
    closed = lines_of(told["clock"], "All repos of fund and dealer are closed out")
    assert closed[0] == "prices T-2035 0.97 (disputed)"


def test_what_a_defaulter_is_owed_is_told_as_due_to_it():
    story, step = last(
        "price: {T: 1}",
        REPO,
        "transfer: {USD: 990.00}, from: dealer, to: fund",
        "at: 2026-03-03 17:00, fail: R",
        "at: 2026-03-04 17:30, default: {from: fund, to: dealer}, repo: R",
        "price: {T: 1}",
        "close_out: {from: fund, to: dealer}, expect: {net: -9.80}",
    )
    assert story.failures == ()
    assert step.lines[-1] == "net 9.80 due to dealer"
    (row,) = (line for line in story_lines(story) if "R owed by dealer" in line)
    assert row.split()[-3:] == ["990.20", "1,000.00", "\N{MINUS SIGN}9.80"]


def test_a_margin_report_by_ratio_says_how_exposure_comes_about():
    head = HEAD.replace("haircut: {treasury-note: 1%}", "margin_ratio: {treasury-note: 102%}")
    story, step = last(
        "price: {T: 1.00}", REPO, "margin_report: {from: fund, to: dealer}", head=head
    )
    assert step.lines[1] == (
        "  exposure is owed × market value / value after margin − market value"
    )
    written = document(story)["steps"][-1]
    assert written["repos"] == [
        {
            "reference": "R",
            "side": "bought",
            "owed": "980.39",
            "market_value": "1000.00",
            "margin_value": "980.39",
            "due_to_seller": "0.00",
            "exposure": "0.00",
        }
    ]
    assert written["margin"] == []


def test_a_statement_has_its_heading_and_its_flows_are_figures(told):
    (step,) = (step for step in told["month"].steps if step.verb == "statement")
    assert step.lines[0] == "Repo OPEN: dealer sells to fund, 20,000,000 T-2035, closed"
    (written,) = (s for s in document(told["month"])["steps"] if s["step"] == "statement")
    assert [(flow["date"], flow["payer"], flow["amount"]) for flow in written["flows"]] == [
        ("2026-05-01", "fund", "19600000.00"),
        ("2026-05-22", "dealer", "19647090.39"),
    ]


def test_a_long_line_goes_on_under_its_text(told):
    text = [*story_lines(told["month"])]
    failed = next(place for place, line in enumerate(text) if "2026-05-21  the buyer" in line)
    assert text[failed + 1] == f"{'':18}the charge runs"


def test_a_long_heading_goes_on_under_its_words(told):
    text = [*story_lines(told["eligibility"])]
    heading = next(place for place, line in enumerate(text) if "Repo TOO-MUCH opens" in line)
    assert text[heading + 1] == "      500,000 T-2030"


def test_a_deadline_on_another_day_has_its_date():
    _, step = last("price: {T: 1}", REPO, *LATE_CALL)
    assert step.lines[0].endswith("to be met by 01:00:01 on 3 March")


LATE_CALL = ("at: 2026-03-02 21:00, price: {T: 0.90}", "margin_call: {from: fund, to: dealer}")


def test_what_the_file_has_wrong_is_no_refusal():
    story, _ = last(
        "price: {T: 1}",
        REPO,
        *LATE_CALL,
        "deliver_margin: {from: dealer, to: fund, cash: 1.00}, expect: {refused: yes}",
        "mint: fund, cash: 1.00",
    )
    step = story.steps[-2]
    assert (step.refusal, step.mistake) == (None, "99.00 was called, not 1.00")
    assert step.failures == ("margin cannot be done as written: 99.00 was called, not 1.00",)
    assert "      cannot be done as written: 99.00 was called, not 1.00" in [*story_lines(story)]
    written = document(story)["steps"][-2]
    assert (written["outcome"], written["mistake"]) == ("not possible", step.mistake)
    assert not story.went_as_told


HOLIDAYS = {date(2026, 4, 3), date(2026, 5, 25)}
"""Good Friday and Memorial Day: the holidays of the weeks in which the stories play."""


@pytest.mark.parametrize("name", catalogue.names())
def test_nothing_happens_on_a_day_without_business(told, name):
    days = {step.at.date() for step in told[name].steps}
    for step in catalogue.find(name).steps:
        fields = ("purchase_date", "repurchase_date", "record_date", "payment_date")
        days |= {day for field in fields if (day := getattr(step, field, None))}
    assert {day for day in days if day.weekday() > 4 or day in HOLIDAYS} == set()


# Why it has not settled.


def test_waiting_is_what_neither_settled_nor_was_cancelled():
    runner, _ = run(
        SALE,
        f"{SALE.replace('S,', 'W,')}, settle: no",
        f"{SALE.replace('S,', 'C,')}, settle: no",
        "cancel: C, by: [dealer, fund]",
        "trade: S, expect: {refused: NonceUsed}",
    )
    (waiting,) = runner.waiting()
    assert (waiting.reference, waiting.ready) == ("W", True)
    securities, cash = waiting.debits
    assert (securities.wallet, securities.needs, securities.has) == ("dealer", 1_000, 4_000)
    assert (cash.wallet, cash.needs, cash.short) == ("fund", Decimal("1000.00"), Decimal("0.00"))


def test_a_repo_that_was_agreed_and_has_not_opened_waits_as_well():
    runner, _ = run(
        "price: {T: 1}",
        f"{REPO.replace('1000', '6000')}, expect: {{refused: LACK}}",
        REPO.replace("R,", "DONE,"),
        f"{REPO.replace('R,', 'C,').replace('1000', '5000')}, expect: {{refused: LACK}}",
        "cancel: C, by: [dealer, fund]",
    )
    (waiting,) = runner.waiting()
    assert (waiting.what, waiting.reference, waiting.ready) == ("repo", "R", False)
    assert waiting.obstacles == ("dealer needs 6,000 T, has 4,000, short 2,000",)
    assert [*waiting_lines("A story", [waiting])] == [
        "A story: 1 repo has not opened",
        "",
        "R  dealer needs 6,000 T, has 4,000, short 2,000",
    ]


def test_a_repo_that_could_open_now_is_ready():
    runner, _ = run(
        "price: {T: 1}",
        f"{REPO.replace('1000', '6000')}, expect: {{refused: LACK}}",
        "tokenize: dealer, securities: {T: 1000}",
        f"{SALE}, settle: no",
    )
    trade, repo = runner.waiting()
    assert (trade.what, repo.what, repo.ready) == ("trade", "repo", True)
    assert next(iter(waiting_lines("A story", [trade, repo]))) == (
        "A story: 1 trade has not settled, 1 repo has not opened"
    )


def test_a_reversal_names_the_repo_that_holds_the_collateral():
    """Of one that is closed the root wallet would take what is owed to nobody."""
    _, step = last(
        "price: {T: 1}",
        REPO,
        "mint: dealer, cash: 1.00",
        "at: 2026-03-03 10:00, close: R",
        "reverse: R, reason: delivered in error",
    )
    assert step.mistake == "R is over: reverse the repo that holds the collateral now"


@pytest.mark.parametrize(("rate", "charge"), [("3%", "0.08"), ("0.6%", "0.02"), ("0%", "0.00")])
def test_the_rate_of_the_fails_charge_is_agreed(rate, charge):
    """990.00 and 0.10 of interest, a day at the rate."""
    head = HEAD.replace(
        "{haircut: {treasury-note: 1%}}", f"{{haircut: {{treasury-note: 1%}}, fails_rate: {rate}}}"
    )
    story, _ = last(
        "price: {T: 1}",
        REPO,
        "mint: dealer, cash: 1.00",
        "deliver_free: {T: 1000}, from: fund, to: dealer",
        "detokenize: dealer, securities: {T: 5000}",
        "at: 2026-03-03 17:00, fail: R",
        "at: 2026-03-04 09:00, tokenize: dealer, securities: {T: 5000}",
        "deliver_free: {T: 1000}, from: dealer, to: fund",
        f"close: R, expect: {{fails_charge: {charge}}}",
        head=head,
    )
    assert story.failures == ()
