"""Wallets with code: ERC-1271 for those registered so, and for nobody else."""

from enum import IntEnum

import pytest
from eth.vm.forks.prague.transactions import PragueTransactionBuilder

from settlement.model.party import SignerKind
from settlement.onchain import signing
from tests.contracts.live import decoded, reverts


class Mood(IntEnum):
    """How ContractWallet answers."""

    HONEST = 0
    SILENT = 1
    REVERTING = 2
    BURNING_GAS = 3
    RETURNING_MEGABYTE = 4
    TERSE = 5
    CHATTY = 6


REFUSING = [
    Mood.SILENT,
    Mood.REVERTING,
    Mood.BURNING_GAS,
    Mood.RETURNING_MEGABYTE,
    Mood.TERSE,
]
MOST_GAS = 400_000
"""No answer costs more than its cap of 100,000, however long it is or would be."""


@pytest.fixture
def sale(pen, vault, fund):
    """The vault sells a million to fund."""
    return pen.trade(vault, fund)


@pytest.mark.parametrize("seller", [True, False], ids=["seller", "buyer"])
def test_an_honest_wallet_trades(settlement, pen, vault, fund, dealer, security, seller):
    trade = pen.trade(vault, fund) if seller else pen.trade(dealer, vault, amount=10_000)
    if not seller:
        first = pen.trade(vault, fund, amount=10_000)
        settlement.settle(*pen.signed(first).words())
    before = security.balanceOf(vault)
    settlement.settle(*pen.signed(trade).words())
    assert security.balanceOf(vault) - before == (-trade.quantity if seller else trade.quantity)


@pytest.mark.parametrize("mood", REFUSING)
def test_a_wallet_that_does_not_approve(settlement, pen, vault, sale, changes, used, mood):
    vault.setMood(mood)
    receipt = settlement.receipt("settle", *pen.signed(sale).words())
    refusal = decoded(receipt.output)
    assert (refusal.name, refusal.arguments) == ("BadSignature", {"signer": vault.address})
    assert receipt.gas_used < MOST_GAS
    assert changes() == {}
    assert not used(sale)


@pytest.mark.parametrize("mood", REFUSING)
def test_in_a_batch_it_harms_only_itself(settlement, pen, vault, sale, trade, used, mood):
    vault.setMood(mood)
    items = [pen.signed(sale), pen.signed(trade)]
    events = settlement.settleBatch(items, 1, gas=8_000_000)
    (failed,) = (event.arguments for event in events if event.name == "NotSettled")
    assert (failed["position"], decoded(failed["reason"]).name) == (0, "BadSignature")
    assert used(trade)
    assert not used(sale)


@pytest.mark.parametrize("mood", REFUSING)
def test_in_an_all_or_none_batch_nothing_settles(settlement, pen, vault, sale, trade, used, mood):
    vault.setMood(mood)
    with reverts("BadSignature", signer=vault):
        settlement.settleBatch([pen.signed(trade), pen.signed(sale)], 0)
    assert not used(trade)
    assert not used(sale)


def test_two_wallets_that_burn_gas_fit_one_item(settlement, pen, vault, live, trade, used, fund):
    vault.setMood(Mood.BURNING_GAS)
    sale = pen.trade(vault, fund)
    settlement.settleBatch([pen.signed(sale)] * 3 + [pen.signed(trade)], 1, gas=8_000_000)
    assert used(trade)


def test_of_a_long_answer_one_word_is_read(settlement, pen, vault, sale, used):
    vault.setMood(Mood.CHATTY)
    receipt = settlement.receipt("settle", *pen.signed(sale).words())
    assert receipt.succeeded
    assert receipt.gas_used < MOST_GAS
    assert used(sale)


def test_its_owner_signs_for_nobody_else(settlement, pen, sale, vault, fund):
    signed = pen.signed(sale)
    intruders = signing.sign(fund.key, pen.domain, signing.trade_hash(sale, vault.address))
    with reverts("BadSignature", signer=vault):
        settlement.settle(sale, intruders, signed.buyer_signature)


def test_its_bytes_may_be_of_any_size(settlement, pen, sale, vault):
    with reverts("BadSignature", signer=vault):
        settlement.settle(sale, b"\1" * 1_000, pen.signed(sale).buyer_signature)


def test_a_contract_registered_as_a_key_never_signs(
    settlement, registry, pen, live, dealer, fund, operators, chain
):
    wallet = live("ContractWallet", dealer.address)
    lei = dealer.participant.lei.encode()
    kind = SignerKind.KEY.value
    registry.register(wallet, lei, 0, kind, chain.now(), sender=operators.registrar)
    pen.keys[wallet.address] = dealer.key
    with reverts("BadSignature", signer=wallet):
        settlement.settle(*pen.signed(pen.trade(wallet, fund)).words())


@pytest.fixture
def delegated(chain, live, dealer, intruder, operators):
    """The dealer's key has delegated to code that approves what the intruder signs: EIP-7702."""
    code = live("ContractWallet", intruder.address)
    web3_nonce = chain._chain.get_vm().state.get_nonce
    sender = operators.coordinator
    authorization = dealer.key.sign_authorization(
        {
            "chainId": chain.chain_id,
            "address": bytes.fromhex(code.address[2:]),
            "nonce": web3_nonce(bytes.fromhex(dealer.address[2:])),
        }
    )
    raw = sender.sign_transaction(
        {
            "type": 4,
            "chainId": chain.chain_id,
            "nonce": web3_nonce(bytes.fromhex(sender.address[2:])),
            "gas": 500_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 0,
            "to": sender.address,
            "value": 0,
            "data": b"",
            "accessList": [],
            "authorizationList": [authorization],
        }
    ).raw_transaction
    machine = chain._chain
    machine.set_header_timestamp(chain.now())
    machine.mine_all([PragueTransactionBuilder.decode(bytes(raw))])
    chain.advance_to(chain.now() + 1)
    state = machine.get_vm().state
    assert state.get_code(bytes.fromhex(dealer.address[2:])).startswith(b"\xef\x01\x00")
    return code


def test_a_key_stays_a_key_under_a_delegation(
    settlement, registry, delegated, pen, trade, dealer, intruder, changes, exchanged
):
    assert registry.walletOf(dealer)[2] == SignerKind.KEY.value
    hijacked = signing.sign(intruder.key, pen.domain, signing.trade_hash(trade, dealer.address))
    with reverts("BadSignature", signer=dealer):
        settlement.settle(trade, hijacked, pen.trade_by(trade.buyer, trade))
    assert changes() == {}

    settlement.settle(*pen.signed(trade).words())
    assert changes() == exchanged


def test_the_delegation_does_answer_erc1271(chain, delegated, dealer, intruder):
    """Else the test above would pass for the wrong reason."""
    digest = bytes(range(32))
    signature = intruder.key.unsafe_sign_hash(digest).signature
    data = delegated.encode("isValidSignature", digest, bytes(signature))
    assert chain.call(dealer.address, data)[:4] == bytes.fromhex("1626ba7e")
