"""What the desk remembers comes from the log: it is the chain's, whoever sent it."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from settlement.coordinator.chronicle import Entry
from settlement.coordinator.deals import MasterAgreement
from settlement.coordinator.facility import Facility
from settlement.coordinator.netting_sets import Which
from settlement.errors import BadInput, Refused
from settlement.model.repo import RepoState
from settlement.onchain import repo_signing

ANNEX = MasterAgreement(margin_rate=Decimal("0.043"))
WEEK = date(2026, 3, 9)


def at(market, *moment):
    market.at(datetime(*moment))  # noqa: DTZ001 - New York


@pytest.fixture
def lived(repo_market):
    """A market in which much has happened to R1 and its netting set."""
    market = repo_market.market
    market.onboarding.issue_cash("dealer", "USD", Decimal(500_000))
    market.add_security("T-2040")
    market.onboarding.deposit("dealer", "T-2040", 20_000_000)
    market.onboarding.tokenize("dealer", "T-2040", 20_000_000)
    market.board.post_price("T-2040", 98_500_000)
    market.repo.agree(repo_market.deal(repurchase_date=WEEK, agreement=ANNEX))
    market.repo.open("R1")
    market.changes.substitute("R1", "T-2035", "T-2040", 4_000_000)
    at(market, 2026, 3, 3, 9)
    market.board.post_price("T-2035", 99_000_000)
    market.board.post_price("T-2040", 97_000_000)
    market.margin.call_margin("fund", "dealer")
    market.margin.meet_in_cash("dealer", "fund")
    market.changes.rerate("R1", Decimal("0.05"))
    at(market, 2026, 3, 4, 9)
    market.board.post_price("T-2035", 98_000_000)
    market.board.post_price("T-2040", 97_000_000)
    market.margin.call_margin("fund", "dealer")
    market.margin.meet_in_securities("dealer", "fund", "T-2040")
    market.servicing.pass_income(
        "R1", "T-2035", date(2026, 3, 3), date(2026, 3, 6), amount=Decimal(200)
    )
    return market


def test_a_record_is_what_the_chain_has_written_down(lived):
    record = lived.repo.record("R1")
    read = lived.deployment.repo.read
    state, changed, accrues_from, due, price, number, rate = read(lived.chain, "repoOf", record.id)
    assert (RepoState(state), changed) == (record.state, True)
    assert (accrues_from, due, price, rate) == (
        record.accrues_from,
        record.repurchase_date,
        record.purchase_price,
        record.rate,
    )
    lines, accrued, *_, income_due = read(lived.chain, "changeOf", record.id)
    assert lines == repo_signing.lines_hash(record.position.lines)
    assert (number, income_due) == (record.number, record.income_due) == (2, 200_000_000)
    counted = sum(p.purchase_price * p.rate * p.days for p in record.periods)
    assert accrued == counted * 10**15 * 1_440


def test_a_netting_set_is_what_the_chain_has_written_down(lived):
    record = lived.facility.sets.of(lived.repo.record("R1").netting_set)
    read = lived.deployment.repo.read
    (cash, cash_days, accrues_from, *numbers), call = read(lived.chain, "marginOf", record.id)
    assert (cash, cash_days) == (record.cash, record.cash_days)
    assert (accrues_from, tuple(numbers)) == (record.accrues_from, record.numbers)
    assert call[0] == 0
    assert record.call is None
    ((security, held),) = record.securities.items()
    quantity, margin = read(lived.chain, "securityMarginOf", record.id, security)
    assert (quantity, margin) == (held.quantity, held.margin)


def test_who_listens_later_to_the_same_log_knows_the_same(lived):
    """Rebuilt from events alone: told of the whole log, another facility has the same records."""
    again = Facility(lived.journal, lived.directory, lived.deployment, lived.operators)
    entries = lived.repo.record("R1").entries
    by_event = {id(entry.event): entry for entry in entries}
    by_event |= {
        id(entry.event): entry
        for entry in lived.facility.sets.of(lived.repo.record("R1").netting_set).entries
    }
    for event in lived.journal.events:
        entry = by_event.get(id(event), Entry(0, event))
        again.records.apply(entry)
        again.sets.apply(entry)
    record = lived.repo.record("R1")
    assert again.records.repo(record.id) == record
    assert again.sets.of(record.netting_set) == lived.facility.sets.of(record.netting_set)


def test_a_repo_without_a_name_is_known_by_its_id(lived):
    record = lived.repo.record("R1")
    del lived.repo._booked["R1"]
    assert lived.repo.reference_of(record.id) == f"0x{record.id.hex()[:8]}…"
    report = lived.margin_reports.report("fund", "dealer")
    assert report.repos[0].reference.startswith("0x")


def test_what_did_not_open_has_no_record(repo_market):
    repo_market.repo.agree(repo_market.deal())
    with pytest.raises(Refused, match="the repo R1 has not opened"):
        repo_market.repo.record("R1")


def test_two_sets_of_the_same_two_are_told_apart(repo_market):
    market = repo_market.market
    for reference, annex in (("R1", ANNEX), ("R2", MasterAgreement())):
        market.repo.agree(
            repo_market.deal(reference=reference, collateral={"T-2035": 1_000_000}, agreement=annex)
        )
        market.repo.open(reference)
    with pytest.raises(BadInput, match="have 2 netting sets: name agreement and currency"):
        market.margin.net_exposure("fund", "dealer")
    report = market.margin_reports.report("fund", "dealer", Which(ANNEX, "USD"))
    assert [repo.reference for repo in report.repos] == ["R1"]
