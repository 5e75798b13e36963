"""What a contract refused, in one sentence in the units of the trade."""

import pytest
from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector, to_checksum_address
from eth_utils.abi import collapse_if_tuple

from settlement.chain.reverts import ErrorBook
from settlement.coordinator.amounts import show_amount
from settlement.coordinator.refusals import refusal, sentences
from settlement.model.identifiers import demonstration_lei
from settlement.onchain.artifacts import load, names, published
from tests.coordinator import test_repo_refusals

ISSUER = demonstration_lei("issuer of T-2035").encode()
NOON = 1_772_470_800  # 2026-03-02 12:00:00 in New York

SENTENCES = {
    "PastSunset": (
        {"asset": "T-2035", "sunset": NOON},
        "T-2035 no longer circulates: its sunset was at 2026-03-02 12:00:00",
    ),
    "NotDenominated": (
        {"asset": "T-2035", "quantity": 1_500_000, "denomination": 1_000},
        "1,500,000 T-2035 is not a multiple of its denomination 1,000",
    ),
    "NotTheMover": (
        {"asset": "T-2035", "caller": "settlement"},
        "T-2035 does not let the venue (settlement) move it: "
        "only the mover that the depository named may",
    ),
    "ERC20InsufficientAllowance": (
        {"spender": "fund", "allowance": 7, "needed": 1_000},
        "fund wants 1,000 units of somebody else's, and was allowed 7",
    ),
    "OutsideWindow": (
        {"notBefore": NOON, "notAfter": NOON + 60, "time": NOON + 61},
        "it may settle from 2026-03-02 12:00:00 to 2026-03-02 12:01:00, and it is "
        "2026-03-02 12:01:01",
    ),
    "NonceUsed": (
        {"first": "dealer", "second": "fund", "bindingFrom": NOON, "nonce": 7},
        "it was settled or cancelled before: number 7 of dealer and fund is used",
    ),
    "WalletKnown": ({"wallet": "fund", "status": 1}, "fund's wallet is registered already"),
    "WrongStatus": (
        {"wallet": "fund", "status": 2, "needed": 1},
        "fund's wallet is suspended, and it would have to be registered",
    ),
    "AmountTooLarge": (
        {"asset": "USD", "amount": 2**96},
        "79,228,162,514,264,337,593,543.950336 USD is more than there can be",
    ),
    "PauseUnchanged": ({"asset": "USD", "paused": True}, "USD is paused already"),
    "AssetPaused": ({"asset": "USD"}, "USD is paused"),
    "BadSignature": ({"signer": "fund"}, "fund did not sign exactly this"),
    "ZeroQuantity": ({}, "a quantity is above zero"),
    "ZeroAmount": ({}, "a trade has a price above zero; free deliveries are another type"),
    "SelfTrade": ({"wallet": "fund"}, "fund cannot trade with itself"),
    "SameParty": ({"wallet": "fund"}, "fund cannot trade with itself"),
    "SameAsset": ({"asset": "USD"}, "USD cannot be both legs of a trade"),
    "NotWholeCents": ({"amount": 1_005_000}, "1.005000 is finer than a cent"),
    "NotAToken": ({"asset": "nobody"}, f"there is no token at {'0x' + '00' * 20}"),
    "ParticipantsOutOfOrder": (
        {"participant": "fund"},
        "participants stand in order and each once, and fund does not",
    ),
    "CycleUsed": (
        {"participant": "fund", "cycle": 7},
        "fund took part in cycle 7 before, or left it for good",
    ),
    "NotBalanced": (
        {"asset": "USD", "excess": -5_000_000},
        "the cycle does not balance: 5.00 USD less is got than given",
    ),
    "GroupBroken": (
        {"group": b"g" * 32},
        "linked trades settle only together, all of them and in order",
    ),
    "AlreadyBinding": (
        {"bindingFrom": NOON, "time": NOON + 1},
        "one side alone could cancel until 2026-03-02 12:00:00; from then on both must",
    ),
    "NotAParty": ({"signer": "fund"}, "fund is not a party of it"),
    "NotASide": ({"signer": "fund"}, "fund is not a side of this repo"),
    "NotDue": (
        {"repurchaseDate": 20_515, "today": 20_514},
        "the repurchase date is 2026-03-03, and it is 2026-03-02",
    ),
    "DatesOutOfOrder": (
        {"purchaseDate": 20_514, "repurchaseDate": 20_514},
        "2026-03-02 is not after the purchase date 2026-03-02",
    ),
    "BadPurchasePrice": (
        {"purchasePrice": 5_000},
        "a purchase price is above zero and in whole cents, not 0.005000",
    ),
    "WrongState": ({"repo": b"r" * 32, "state": 2}, "the repo has closed already"),
    "NotThePurchaseDate": (
        {"purchaseDate": 20_514, "today": 20_515},
        "the purchase date is 2026-03-02, and it is 2026-03-03",
    ),
    "NotEnoughCollateral": (
        {"needed": 990_000_000, "available": 980_390_000},
        "the collateral after its margin is worth 980.39, and the purchase price is 990.00",
    ),
    "NotEligible": (
        {"version": 3, "kind": 5},
        "corporate-bond is not eligible under version 3 of the collateral policy",
    ),
    "NotTheLatestPolicy": (
        {"version": 1, "latest": 2},
        "new repos follow version 2 of the collateral policy, not version 1",
    ),
    "MarginNotAccepted": (
        {"security": "T-2035", "method": 0, "margin": 5_000_000, "least": 10_000_000},
        "T-2035 at 0.50% is not accepted: the policy asks for at least 1%",
    ),
    "OverConcentrated": (
        {"issuer": ISSUER, "share": 897_713_325, "limit": 750_000_000},
        f"what {ISSUER.decode()} (T-2035) issued makes 89.7713325% of the collateral, "
        "and the policy allows 75%",
    ),
    "MaturityTooLong": (
        {"version": 3, "kind": 5, "remaining": 3_288, "longest": 1_827},
        "corporate-bond with 3,288 days to its maturity is not eligible: version 3 of the "
        "collateral policy takes it up to 1,827 days",
    ),
    "IssuerNotTaken": (
        {"version": 3, "kind": 5, "issuer": b"9" * 20},
        f"corporate-bond of {'9' * 20} is not eligible under version 3 of the collateral policy, "
        "which lists the issuers that it takes",
    ),
    "WouldOutliveSecurity": (
        {"security": "T-2035", "ends": NOON, "sunset": NOON},
        "T-2035 stops circulating at 2026-03-02 12:00:00, before the repo would end",
    ),
    "ZeroPrice": ({"security": "T-2035"}, "a price of T-2035 is above zero"),
    "PriceMissing": ({"security": "T-2035"}, "T-2035 has no price"),
    "PricePending": (
        {"security": "T-2035"},
        "a jump in the price of T-2035 waits for its confirmation",
    ),
    "PriceStale": (
        {"security": "T-2035", "age": 86_401, "maximumAge": 86_400},
        "the price of T-2035 is 1 d 1 s old, and 1 d is allowed",
    ),
    "NothingToConfirm": (
        {"security": "T-2035", "price": 100_750_000},
        "no price of 1.0075 for T-2035 waits for its confirmation",
    ),
    "AccessManagedUnauthorized": ({"caller": "fund"}, "fund does not hold the role for this"),
}
"""Arguments, with names for addresses, and the sentence. Two have several, below."""

SEVERAL = {"InsufficientFreeBalance", "WalletNotActive"}
NO_DATA = "Silent"


@pytest.fixture
def reverted(market):
    """Reverts as a contract does, by the name of the error, and tells it."""
    addresses = {
        "settlement": market.deployment.settlement.address,
        "nobody": "0x" + "00" * 20,
        "T-2035": market.directory.security("T-2035").address,
        "USD": market.directory.cash("USD").address,
        **{party.name: party.address for party in market.directory.parties()},
    }

    def revert(error, **arguments):
        entry = _abi_of(error)
        kinds = [collapse_if_tuple(item) for item in entry["inputs"]]
        given = [arguments.pop(item["name"]) for item in entry["inputs"]]
        assert not arguments, f"{error} has no {arguments}"
        values = [
            addresses.get(value, value) if isinstance(value, str) else value for value in given
        ]
        selector = function_signature_to_4byte_selector(f"{error}({','.join(kinds)})")
        return market.journal.refused(selector + encode(kinds, values))

    return revert


def _abi_of(error):
    entries = (entry for name in published() for entry in load(name).abi)
    return next(e for e in entries if e["type"] == "error" and e["name"] == error)


def test_every_sentence_belongs_to_an_error_of_some_contract(market):
    known = {
        entry["name"] for name in names() for entry in load(name).abi if entry["type"] == "error"
    }
    assert set(sentences(market.directory)) - {NO_DATA} <= known


def test_every_sentence_is_tested(market):
    of_repos = {error for error, _, _ in test_repo_refusals.SENTENCES}
    assert set(sentences(market.directory)) == {*SENTENCES, *SEVERAL, *of_repos, NO_DATA}


@pytest.mark.parametrize("error", SENTENCES)
def test_sentence(reverted, error):
    arguments, sentence = SENTENCES[error]
    refused = reverted(error, **arguments)
    assert (str(refused), refused.error, refused.reason) == (sentence, error, "")
    assert "short" not in refused.details


@pytest.mark.parametrize(
    ("asset", "needed", "available", "reason", "sentence", "short"),
    [
        (
            "USD",
            2_013_808_640_000,
            2_013_808_630_000,
            "MONY",
            "fund needs 2,013,808.64 USD, has 2,013,808.63, short 0.01",
            "0.01",
        ),
        ("T-2035", 2_000, 1_000, "LACK", "fund needs 2,000 T-2035, has 1,000, short 1,000", "1000"),
        ("nobody", 5, 3, "LACK", "fund needs 5 units, has 3, short 2", "2"),
    ],
)
def test_what_is_short_is_told_in_its_own_units(
    reverted, asset, needed, available, reason, sentence, short
):
    refused = reverted(
        "InsufficientFreeBalance", asset=asset, account="fund", needed=needed, available=available
    )
    assert (str(refused), refused.reason, refused.details["short"]) == (sentence, reason, short)


@pytest.mark.parametrize(
    ("status", "word"), [(0, "not registered"), (2, "suspended"), (3, "closed")]
)
def test_a_wallet_that_is_not_active_is_named_with_its_status(reverted, status, word):
    refused = reverted("WalletNotActive", wallet="fund", status=status)
    assert str(refused) == f"fund's wallet is {word}"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (0, "the repo has not opened"),
        (1, "the repo is open already"),
        (2, "the repo has closed already"),
        (3, "the repo was cancelled"),
    ],
)
def test_a_repo_in_the_wrong_state_is_named_with_its_state(reverted, state, sentence):
    assert str(reverted("WrongState", repo=b"r" * 32, state=state)) == sentence


def test_details_carry_the_arguments_in_a_form_that_json_takes(market, reverted):
    refused = reverted("GroupBroken", group=b"\x01" * 32)
    assert refused.details == {"group": "0x" + "01" * 32}
    refused = reverted("WalletNotActive", wallet="fund", status=2)
    fund = market.directory.party("fund").address
    assert refused.details == {"wallet": to_checksum_address(fund), "status": 2}


def test_an_error_without_a_sentence_is_shown_by_name_with_its_arguments(reverted):
    assert str(reverted("EmptyBatch")) == "EmptyBatch()"
    assert str(reverted("NotEnoughGas", needed=5, available=3)) == (
        "NotEnoughGas(needed=5, available=3)"
    )


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", NO_DATA, "a contract in it failed and did not say why"),
        (b"\x12\x34\x56\x78", "Unknown", "Unknown(data=0x12345678)"),
        (
            function_signature_to_4byte_selector("Panic(uint256)") + encode(["uint256"], [0x11]),
            "Panic",
            "Panic(code=17)",
        ),
        (
            function_signature_to_4byte_selector("Error(string)") + encode(["string"], ["no"]),
            "Error",
            "Error(reason=no)",
        ),
        (function_signature_to_4byte_selector("Error(string)") + b"cut", "Unknown", "Unknown(data"),
    ],
)
def test_what_no_abi_knows_is_still_told(market, data, name, sentence):
    refused = market.journal.refused(data)
    assert refused.error == name
    assert str(refused).startswith(sentence)


def test_the_error_book_lists_its_names_once(market):
    book = ErrorBook([load("Settlement").abi, load("ISettlement").abi])
    assert book.names() == sorted(set(book.names()))
    assert {"Error", "Panic", "NonceUsed"} <= set(book.names())
    assert refusal(market.directory, book.decode(b"")).error == NO_DATA


def test_amounts_are_shown_with_their_asset(market):
    directory = market.directory
    assert show_amount(directory.cash("USD"), 10_000) == "0.01 USD"
    assert show_amount(directory.security("T-2035"), 10_000) == "10,000 T-2035"
    assert show_amount(None, 10_000) == "10,000 units"
