"""What the repo desk refuses in a repo's life, in one sentence in the units of the trade."""

import pytest
from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector
from eth_utils.abi import collapse_if_tuple

from settlement.coordinator.refusals import sentences
from settlement.onchain.artifacts import load

NOON = 1_772_470_800  # 2026-03-02 12:00:00 in New York
MONDAY, TUESDAY, NEVER = 20_514, 20_515, 2**32 - 1  # 2026-03-02, 2026-03-03
SET, REPO = b"s" * 32, b"r" * 32
INTERFACES = ("IRepoFacility", "IRepoChanges", "IRepoMargin", "IRepoServicing", "IRepoDefault")

SENTENCES = [
    (
        "SetInDefault",
        (SET,),
        "one of the two is in default with the other: only their close-out goes on",
    ),
    ("AgreementUnknown", (SET,), "the agreement of the two sides is not on record"),
    ("SetFull", (SET, 100), "the two have 100 open repos, and no more can be valued"),
    (
        "BadRate",
        (4_300_000_000,),
        "a rate of 430% a year is beyond 100%: 4.30% is 0.043",
    ),
    ("BadClock", (54_000, 0), "no clock is +15 hours from UTC"),
    (
        "BadClock",
        (0, 86_401),
        "a cut-off 86,401 seconds after midnight is on another day",
    ),
    ("NotTheVenues", ("fund",), "fund is not the venue's custody"),
    ("NoCollateral", (), "there is no collateral"),
    ("TooManyLines", (9, 8), "there are 9 securities, and 8 are allowed"),
    (
        "LinesOutOfOrder",
        ("T-2035",),
        "T-2035 is named twice, or not in the order of addresses",
    ),
    ("EmptyLine", ("T-2035",), "there is no quantity of T-2035"),
    (
        "NotTheCollateral",
        (REPO,),
        "what was brought is not the collateral of the repo now",
    ),
    (
        "NotDue",
        (NEVER, TUESDAY),
        "the repurchase date is set by a notice that nobody gave, and it is 2026-03-03",
    ),
    ("WrongState", (REPO, 4), "the repo was closed out after a default"),
    (
        "PastChanging",
        (MONDAY, TUESDAY),
        "the repurchase date is 2026-03-02, and it is 2026-03-03: it can close or roll, and no "
        "more change",
    ),
    (
        "NoticeOutOfBounds",
        (MONDAY, TUESDAY, NEVER),
        "notice is for 2026-03-03 or later, not for 2026-03-02",
    ),
    (
        "NoticeOutOfBounds",
        (MONDAY, TUESDAY, TUESDAY + 1),
        "notice is for 2026-03-03 or later, not for 2026-03-02, and before 2026-03-04",
    ),
    ("NoNoticeAgreed", (REPO,), "the terms do not let one side end the repo early"),
    (
        "NotTheDay",
        (MONDAY, TUESDAY),
        "the change is agreed for 2026-03-02, and it is 2026-03-03",
    ),
    ("NothingChanges", (REPO,), "price, rate and collateral are so already"),
    ("IntradayStands", (REPO,), "an intraday repo stands as it is until it closes"),
    ("CallStands", (SET,), "no collateral is substituted while a margin call stands"),
    (
        "LessCollateral",
        (990_000_000, 980_390_000),
        "the new collateral after its margin is worth 980.39, and the old is worth 990.00",
    ),
    (
        "NotTheSameParties",
        (REPO,),
        "a repo rolls between the same wallets, in the same cash, agreement and custody",
    ),
    ("NotAllOfTheSet", (SET, 1, 2), "1 repos were brought, and the two have 2 open"),
    ("NotAllSecurities", (SET, 0, 1), "0 securities were brought, and 1 stand as margin"),
    ("OutOfOrder", (REPO, REPO), "repos come once each, in the order of their ids"),
    ("NotOfTheSet", (REPO,), "the repo is not one of these two under this agreement"),
    (
        "NothingToCall",
        (-20_000_000, 0, 50_000_000_000),
        "there is nothing to call: the net exposure is -20.00, the threshold 0.00, and the least "
        "call 50,000.00",
    ),
    ("CallOutstanding", (SET, 99_000_000_000), "a call of 99,000.00 stands already"),
    ("NoCallStands", (SET,), "no such call stands between the two"),
    (
        "CallNotMet",
        (99_000_000_000, 98_752_500_000),
        "the call is 99,000.00, and what is delivered counts for 98,752.50",
    ),
    (
        "NotHeldAsMargin",
        ("USD", 5_000_000, 0),
        "0.00 USD is held as margin, and 5.00 USD would be returned",
    ),
    (
        "NotHeldAsMargin",
        ("T-2035", 5_000, 1_000),
        "1,000 T-2035 is held as margin, and 5,000 T-2035 would be returned",
    ),
    ("ClockUnchanged", (SET,), "nothing stops the clock of the call, or it runs already"),
    (
        "OtherMargin",
        ("T-2035", 20_000_000, 10_000_000),
        "T-2035 stands as margin at 1%, not at 2%",
    ),
    ("AgreementKnown", (SET,), "the agreement is on record already"),
    ("BadBasis", (364,), "a year has 360 or 365 days, not 364"),
    (
        "NotLate",
        (NOON + 60, NOON),
        "the repo is not late before its cut-off at 2026-03-02 12:01:00, and it is "
        "2026-03-02 12:00:00",
    ),
    ("NothingToRecord", (REPO, 0), "nothing stands in the way of closing"),
    ("NothingToRecord", (REPO, 1), "the seller's fail is on record already"),
    ("NotTheAgreement", (SET, SET), "the repo is under another agreement"),
    (
        "IncomeKnown",
        (REPO, "T-2035", MONDAY),
        "income of T-2035 for 2026-03-02 is on record already",
    ),
    (
        "ReversalUnrecorded",
        (REPO, "T-2035"),
        "T-2035 of this repo was reversed, which is not on record yet",
    ),
    (
        "NothingReversed",
        (REPO,),
        "no reversal of the repo's own leg is to be recorded",
    ),
    (
        "NoIncomeDue",
        (REPO, "T-2035", MONDAY),
        "income of T-2035 for 2026-03-02 is not due: not on record, paid, or early",
    ),
    (
        "IncomeOutOfTerm",
        (TUESDAY, MONDAY),
        "income recorded for 2026-03-03 and paid on 2026-03-02 does not belong to this repo",
    ),
    (
        "BadIncome",
        (5_000,),
        "income is above zero, in whole cents and no more than the purchase price, not 0.005000",
    ),
    ("NoDefault", (SET, 0), "there is no ground for a default"),
    ("NoDefault", (SET, NOON), "a default may be declared after 2026-03-02 12:00:00"),
    ("NotInDefault", (SET,), "neither of the two is in default with the other"),
    (
        "ValuationNotDue",
        ("T-2035", NOON),
        "a price of T-2035 may be stated from 2026-03-02 12:00:00 on, and only where the board has "
        "none",
    ),
    (
        "ValuationOutOfBounds",
        ("T-2035", 70_000_000, 100_750_000),
        "0.7 for T-2035 lies too far from its last price 1.0075",
    ),
    (
        "NothingToCollect",
        (REPO, "fund"),
        "custody has nothing of this repo that fund could have now",
    ),
    ("BadClaimPayment", (5_000_000, 3_000_000), "5.00 cannot be paid on a claim of 3.00"),
]


def _errors(interface):
    return {entry["name"]: entry for entry in load(interface).abi if entry["type"] == "error"}


@pytest.mark.parametrize(("error", "given", "sentence"), SENTENCES)
def test_sentence(market, error, given, sentence):
    directory = market.directory
    addresses = {
        **{asset.symbol: asset.address for asset in directory.assets()},
        **{party.name: party.address for party in directory.parties()},
    }
    entry = next(known[error] for known in map(_errors, INTERFACES) if error in known)
    kinds = [collapse_if_tuple(item) for item in entry["inputs"]]
    values = [addresses.get(value, value) if isinstance(value, str) else value for value in given]
    selector = function_signature_to_4byte_selector(f"{error}({','.join(kinds)})")
    refused = market.journal.refused(selector + encode(kinds, values))
    assert (str(refused), refused.error) == (sentence, error)


def test_every_error_of_the_repo_desk_has_its_sentence(market):
    written = set(sentences(market.directory))
    assert {name for interface in INTERFACES for name in _errors(interface)} <= written
