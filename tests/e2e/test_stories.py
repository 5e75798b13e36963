"""Stories that are run: those of the package, and small ones in which something goes wrong."""

import re
from decimal import Decimal

import pytest

from settlement.reporting.story import document
from settlement.reporting.text import story_lines
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
    assert story.failures == refused.failures
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
        ("{amount: 1000.01}", "S: amount was to be 1000.01 and is 1000.00"),
        ("{amount: lots}", "S: amount was to be lots and is 1000.00"),
        ("{amout: 1000}", "S has no figure 'amout'; it has amount"),
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
    assert (right.failures, wrong.failures) == ((), ("S: short was to be 999 and is 1000",))


def test_a_step_without_a_name_is_called_by_what_it_does():
    _, step = last("mint: fund, cash: 1.00, expect: {refused: yes}")
    assert step.failures == ("Bank issues 1.00 USD to fund was to be refused (yes) and was not",)
    _, step = last("mint: fund, cash: 1.00, expect: {amount: 1}")
    assert step.failures == ("Bank issues 1.00 USD to fund has no figure 'amount'; it has none",)


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
        "Dealer itself transfers 1,000 T, 5.00 USD to fund was refused, and yet something moved",
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
    assert cash.broken == ("9,000,000,000 issued, 9,000,000,002 held",)
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
      omnibus account 5,000 = token supply 5,000  ✓
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
✗ S2 was refused: dealer needs 6,000 T, has 4,000, short 2,000""".replace(
            "GAS", f"{story.gas:,}"
        ).split("\n")
    )


@pytest.mark.parametrize("name", catalogue.names())
def test_lines_are_short_enough_to_read(told, name):
    assert max(len(line) for line in story_lines(told[name])) <= 100


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
        assert set(step) - {"refusal"} == {
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
