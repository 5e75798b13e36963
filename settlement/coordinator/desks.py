"""The repo desks of a venue, on one facility: each takes up a part of a repo's life."""

from __future__ import annotations

from dataclasses import dataclass

from settlement.coordinator.agent import Agent
from settlement.coordinator.baskets import Baskets
from settlement.coordinator.board import Board
from settlement.coordinator.changes import ChangeDesk
from settlement.coordinator.chronicle import Chronicle
from settlement.coordinator.default import DefaultDesk
from settlement.coordinator.delivery import DeliveryDesk
from settlement.coordinator.directory import Directory
from settlement.coordinator.end_of_day import EndOfDay
from settlement.coordinator.facility import Facility
from settlement.coordinator.margin import MarginDesk
from settlement.coordinator.margin_report_writer import MarginReportWriter
from settlement.coordinator.netting_sets import NettingSets
from settlement.coordinator.repo import RepoDesk
from settlement.coordinator.servicing import ServicingDesk
from settlement.coordinator.statement_writer import StatementWriter
from settlement.coordinator.terms import TermsWriter
from settlement.onchain.deployment import Deployment
from settlement.onchain.operators import Operators


@dataclass
class RepoDesks:
    """All of them.

    `facility` has the records, `board` policy and prices; `repo` opens and closes, `delivery` does
    so in parts, `changes` amends, `servicing` records fails and income, `margin` and `default` act
    between two participants, `agent` allocates tri-party collateral, `end_of_day` closes what is
    due, `statements` and `margin_reports` write down what the log says.
    """

    facility: Facility
    board: Board
    repo: RepoDesk
    delivery: DeliveryDesk
    changes: ChangeDesk
    servicing: ServicingDesk
    margin: MarginDesk
    default: DefaultDesk
    agent: Agent
    end_of_day: EndOfDay
    statements: StatementWriter
    margin_reports: MarginReportWriter


def repo_desks(
    journal: Chronicle, directory: Directory, deployment: Deployment, operators: Operators
) -> RepoDesks:
    """Sets them up; they listen to the journal from now on."""
    facility = Facility(journal, directory, deployment, operators)
    board = Board(journal, directory, deployment, operators)
    terms, sets = TermsWriter(facility, board), NettingSets(facility)
    baskets = Baskets(facility, board)
    repo = RepoDesk(facility, terms)
    changes = ChangeDesk(facility, baskets, repo)
    servicing = ServicingDesk(facility, repo)
    return RepoDesks(
        facility=facility,
        board=board,
        repo=repo,
        delivery=DeliveryDesk(terms, repo),
        changes=changes,
        servicing=servicing,
        margin=MarginDesk(facility, board, sets),
        default=DefaultDesk(facility, baskets, repo, sets),
        agent=Agent(facility, board, baskets, repo, changes),
        end_of_day=EndOfDay(facility, repo, servicing),
        statements=StatementWriter(facility, repo),
        margin_reports=MarginReportWriter(facility, board, repo, sets),
    )
