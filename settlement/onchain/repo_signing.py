"""EIP-712: what the sides of a repo sign, the mirror of `RepoTermsLib` and `MarginConsents`.

What is signed about one repo names it by its id and, where it changes the repo, its place in the
order of its changes (`number`, from one). What is signed about a netting set names the set and its
place in the order of its acts.
"""

from __future__ import annotations

from collections.abc import Iterable

from eth_abi import encode
from eth_utils import keccak

from settlement.model.repo import Agreement, Amendment, IncomeNotice, Line, RepoTerms
from settlement.onchain.signing import ArrayHash, StructHash, struct_hash, structs_hash

LINE = "Line(address security,uint256 quantity,uint64 margin)"
AGREEMENT = (
    "Agreement(bytes32 master,uint8 method,uint16 basis,uint32 maximumPriceAge,uint32 grace,"
    "int64 lateRate,uint64 failsRate,int64 marginRate,uint256 threshold,uint256 minimumTransfer,"
    "uint32 callDeadline,uint32 valuationPeriod,uint64 valuationBound,int32 utcOffset)"
)
REPO_TERMS = (
    "RepoTerms(address seller,address buyer,address cash,bytes32 agreement,uint256 purchasePrice,"
    "int64 rate,uint8 duration,uint32 purchaseDate,uint32 repurchaseDate,int32 utcOffset,"
    "uint32 cutOff,uint32 noticePeriod,uint32 policyVersion,uint8 income,bool mayReuse,"
    "bool maySubstitute,bool mayTerminate,address custody,uint64 bindingFrom,uint256 nonce,"
    "Line[] lines,address signer)" + LINE
)
CLOSING = "RepoClosing(bytes32 repo,address signer)"
CANCELLATION = "RepoCancellation(bytes32 repo,address signer)"
NOTICE = "RepoNotice(bytes32 repo,uint32 repurchaseDate,address signer)"
AMENDMENT = (
    "RepoAmendment(bytes32 repo,uint32 number,uint32 date,uint256 purchasePrice,int64 rate,"
    "Line[] lines,address signer)" + LINE
)
SUBSTITUTION = (
    "RepoSubstitution(bytes32 repo,uint32 number,uint32 date,Line[] lines,address signer)" + LINE
)
ROLL = "RepoRoll(bytes32 repo,bytes32 next,address signer)"
INCOME = (
    "RepoIncome(bytes32 repo,address security,uint32 recordDate,uint32 paymentDate,uint256 amount)"
)
MARGIN_CALL = "MarginCall(bytes32 nettingSet,uint24 number,address signer)"
MARGIN_PAYMENT = (
    "MarginPayment(bytes32 nettingSet,uint24 number,address from,address to,uint256 amount)"
)
MARGIN_DELIVERY = (
    "MarginDelivery(bytes32 nettingSet,uint24 number,address from,address to,uint256 amount,"
    "Line[] lines)" + LINE
)
MARGIN_RETURN = (
    "MarginReturn(bytes32 nettingSet,uint24 number,address from,address to,uint256 principal,"
    "int256 interest)"
)
MARGIN_RESTITUTION = (
    "MarginRestitution(bytes32 nettingSet,uint24 number,address from,address to,Line[] lines)"
    + LINE
)
DEFAULT_NOTICE = "DefaultNotice(bytes32 nettingSet,uint24 number,bytes32 ground,address signer)"
STATED_VALUE = (
    "StatedValue(bytes32 nettingSet,uint24 number,address security,uint64 price,address signer)"
)
CLAIM_PAYMENT = (
    "ClaimPayment(bytes32 nettingSet,uint24 number,address from,address to,uint256 amount)"
)


def lines_hash(lines: Iterable[Line]) -> ArrayHash:
    """The hash of lines, which the contract keeps once they changed."""
    return structs_hash(struct_hash(LINE, line.words()) for line in lines)


def agreement_id(agreement: Agreement) -> StructHash:
    """The id of an agreement, which terms name."""
    return struct_hash(AGREEMENT, agreement.words())


def netting_set(one: bytes, other: bytes, agreement: bytes, cash: str) -> bytes:
    """The id of a netting set: two participants (20 bytes), an agreement's id, a cash token."""
    first, second = sorted((one, other))
    padded = (participant.ljust(32, b"\0") for participant in (first, second))
    return keccak(encode(("bytes32", "bytes32", "bytes32", "address"), (*padded, agreement, cash)))


def terms_hash(terms: RepoTerms, signer: str) -> StructHash:
    """The struct hash that `signer` signs; the seller's is the id of the repo."""
    return struct_hash(REPO_TERMS, (*terms.words()[:-1], lines_hash(terms.lines), signer))


def repo_id(terms: RepoTerms) -> StructHash:
    """The id of a repo: the struct hash that its seller signs."""
    return terms_hash(terms, terms.seller)


def closing_hash(repo: bytes, signer: str) -> StructHash:
    """The struct hash with which `signer` asks to close `repo`."""
    return struct_hash(CLOSING, (repo, signer))


def cancellation_hash(repo: bytes, signer: str) -> StructHash:
    """The struct hash with which `signer` cancels `repo`."""
    return struct_hash(CANCELLATION, (repo, signer))


def notice_hash(repo: bytes, repurchase_date: int, signer: str) -> StructHash:
    """The struct hash with which `signer` gives notice."""
    return struct_hash(NOTICE, (repo, repurchase_date, signer))


def amendment_hash(repo: bytes, number: int, amendment: Amendment, signer: str) -> StructHash:
    """The struct hash with which `signer` agrees to an amendment."""
    words = (amendment.date, amendment.purchase_price, amendment.rate, lines_hash(amendment.lines))
    return struct_hash(AMENDMENT, (repo, number, *words, signer))


def substitution_hash(
    repo: bytes, number: int, day: int, lines: Iterable[Line], signer: str
) -> StructHash:
    """The struct hash with which `signer` agrees to a substitution on a day."""
    return struct_hash(SUBSTITUTION, (repo, number, day, lines_hash(lines), signer))


def roll_hash(repo: bytes, next_repo: bytes, signer: str) -> StructHash:
    """The struct hash with which `signer` agrees to roll a repo into the next."""
    return struct_hash(ROLL, (repo, next_repo, signer))


def income_hash(repo: bytes, income: IncomeNotice) -> StructHash:
    """The struct hash with which the buyer acknowledges income."""
    return struct_hash(INCOME, (repo, *income.words()))


def margin_call_hash(netting_set: bytes, number: int, signer: str) -> StructHash:
    """The struct hash with which `signer` calls margin."""
    return struct_hash(MARGIN_CALL, (netting_set, number, signer))


def margin_payment_hash(
    netting_set: bytes, number: int, payer: str, to: str, amount: int
) -> StructHash:
    """The struct hash with which `payer` meets a call in cash."""
    return struct_hash(MARGIN_PAYMENT, (netting_set, number, payer, to, amount))


def margin_delivery_hash(
    netting_set: bytes, number: int, giver: str, to: str, amount: int, lines: Iterable[Line]
) -> StructHash:
    """The struct hash with which `giver` meets a call of `amount` in securities."""
    return struct_hash(MARGIN_DELIVERY, (netting_set, number, giver, to, amount, lines_hash(lines)))


def margin_return_hash(
    netting_set: bytes, number: int, payer: str, to: str, principal: int, interest: int
) -> StructHash:
    """The struct hash with which `payer` returns cash margin."""
    return struct_hash(MARGIN_RETURN, (netting_set, number, payer, to, principal, interest))


def margin_restitution_hash(
    netting_set: bytes, number: int, giver: str, to: str, lines: Iterable[Line]
) -> StructHash:
    """The struct hash with which `giver` returns securities."""
    return struct_hash(MARGIN_RESTITUTION, (netting_set, number, giver, to, lines_hash(lines)))


def default_notice_hash(netting_set: bytes, number: int, ground: bytes, signer: str) -> StructHash:
    """The struct hash with which `signer` declares a default: a repo's id, or zero for a call."""
    return struct_hash(DEFAULT_NOTICE, (netting_set, number, ground, signer))


def stated_value_hash(
    netting_set: bytes, number: int, security: str, price: int, signer: str
) -> StructHash:
    """The struct hash with which `signer` states a price."""
    return struct_hash(STATED_VALUE, (netting_set, number, security, price, signer))


def claim_payment_hash(
    netting_set: bytes, number: int, payer: str, to: str, amount: int
) -> StructHash:
    """The struct hash with which `payer` pays a claim."""
    return struct_hash(CLAIM_PAYMENT, (netting_set, number, payer, to, amount))
