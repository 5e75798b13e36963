// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IRegisteredERC20, Movement} from "../interfaces/IRegisteredERC20.sol";
import {
    BatchMode,
    Cancellation,
    FreeDelivery,
    ISettlement,
    Leg,
    SignedTrade,
    Trade
} from "../interfaces/ISettlement.sol";
import {IWalletRegistry, SignerKind} from "../interfaces/IWalletRegistry.sol";
import {ActiveCheck} from "../registry/ActiveCheck.sol";
import {CheckedTrade, asItStands, checked} from "./CheckedTrade.sol";
import {Consent} from "./Consent.sol";
import {copied} from "./Movements.sol";
import {payments} from "./NetPayments.sol";
import {Asset, Netting} from "./Netting.sol";
import {TradeLib} from "./TradeLib.sol";

/// @title The venue's door. Manual: {ISettlement}.
contract Settlement is ISettlement, EIP712 {
    using ActiveCheck for IWalletRegistry;
    using MessageHashUtils for bytes32;
    using Netting for Netting.Ledger;
    using TradeLib for CheckedTrade;
    using TradeLib for Trade;
    using TradeLib for FreeDelivery;
    using TradeLib for Cancellation;

    /// @inheritdoc ISettlement
    uint256 public constant ITEM_GAS = 500_000;

    /// @dev Payments are whole cents; cash counts in millionths.
    uint256 private constant CENT = 10_000;

    /// @dev How much of a failed trade's reason is kept, in bytes.
    uint256 private constant REASON_BYTES = 256;

    /// @notice The register that says who is active and how each wallet signs.
    IWalletRegistry public immutable REGISTRY;

    /// @notice The venue's repo desk, the only contract that may move assets through {deliver}.
    address public immutable REPO_FACILITY;

    /// @notice The venue's netting cycles, the only contract that may move assets through {deliverNets}.
    address public immutable NET_SETTLEMENT;

    /// @dev 256 nonces, in the slot at the hash of their key ({_nonceAt}): a mapping would hash that hash twice more.
    struct NonceWord {
        uint256 bits;
    }

    /// @dev One while the lock is held. A full word: a flag would be read again before it is written.
    uint256 private transient _lock;

    modifier locked() {
        requireUnlocked();
        _lock = 1;
        _;
        _lock = 0;
    }

    modifier onlyFrom(address contractOfThisVenue) {
        if (msg.sender != contractOfThisVenue) revert NotOfThisVenue(msg.sender);
        _;
    }

    constructor(IWalletRegistry registry, address repoFacility, address netSettlement) EIP712("DvP Settlement", "1") {
        REGISTRY = registry;
        REPO_FACILITY = repoFacility;
        NET_SETTLEMENT = netSettlement;
    }

    /// @inheritdoc ISettlement
    function settle(
        Trade calldata trade,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external locked {
        _settleAlone(checked(trade), sellerSignature, buyerSignature);
    }

    /// @inheritdoc ISettlement
    function settleBatch(SignedTrade[] calldata trades, BatchMode mode) external locked {
        if (trades.length == 0) revert EmptyBatch();
        if (mode == BatchMode.BestEffort) _settleEach(trades);
        else _settleTogether(trades, mode == BatchMode.CashNet);
    }

    /// @notice One trade of a best-effort batch, in a call of its own so that a failure leaves no trace.
    /// @dev Only {settleBatch} calls it, with the lock held.
    function settleItem(Trade calldata trade, bytes calldata sellerSignature, bytes calldata buyerSignature) external {
        if (msg.sender != address(this)) revert NotOfThisVenue(msg.sender);
        _settleAlone(checked(trade), sellerSignature, buyerSignature);
    }

    /// @inheritdoc ISettlement
    function deliverFree(
        FreeDelivery calldata delivery,
        bytes calldata delivererSignature,
        bytes calldata receiverSignature
    ) external locked {
        (address deliverer, address receiver) = (delivery.deliverer, delivery.receiver);
        if (delivery.quantity == 0) revert ZeroQuantity();
        if (deliverer == receiver) revert SelfTrade(deliverer);
        _requireInside(delivery.notBefore, delivery.notAfter);
        (bytes32 id, bytes32 receiverHash) = delivery.hashes();
        _requireBothSigned(deliverer, receiver, id, receiverHash, delivererSignature, receiverSignature);

        _consume(deliverer, receiver, delivery.bindingFrom, delivery.nonce);
        emit Delivered(id, deliverer, receiver, delivery.asset, delivery.quantity);

        _move(delivery.asset, deliverer, receiver, delivery.quantity);
    }

    /// @inheritdoc ISettlement
    function cancel(Cancellation calldata cancellation, address signer, bytes calldata signature) external locked {
        if (signer != cancellation.first && signer != cancellation.second) revert NotAParty(signer);
        if (block.timestamp >= cancellation.bindingFrom) {
            revert AlreadyBinding(cancellation.bindingFrom, block.timestamp);
        }
        _requireCancelled(cancellation, signer, signature);
        _cancel(cancellation, signer);
    }

    /// @inheritdoc ISettlement
    function cancelTogether(
        Cancellation calldata cancellation,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) external locked {
        _requireCancelled(cancellation, cancellation.first, firstSignature);
        _requireCancelled(cancellation, cancellation.second, secondSignature);
        _cancel(cancellation, address(0));
    }

    /// @inheritdoc ISettlement
    function deliver(Leg[] calldata legs) external onlyFrom(REPO_FACILITY) locked {
        for (uint256 i = 0; i < legs.length; ++i) {
            (address asset, address from, address to, uint256 amount) = _wordsOf(legs[i]);
            _move(asset, from, to, amount);
        }
    }

    /// @inheritdoc ISettlement
    function deliverNets(address asset, Movement[] calldata movements) external onlyFrom(NET_SETTLEMENT) locked {
        copied(movements).carryOut(asset);
    }

    /// @inheritdoc ISettlement
    function requireUnlocked() public view {
        if (_lock != 0) revert Locked();
    }

    /// @inheritdoc ISettlement
    function nonceUsed(address first, address second, uint64 bindingFrom, uint256 nonce) external view returns (bool) {
        (NonceWord storage word, uint256 bit) = _nonceAt(first, second, bindingFrom, nonce);
        return word.bits & bit != 0;
    }

    /// @inheritdoc ISettlement
    function tradeDigest(Trade calldata trade, address signer) external view returns (bytes32) {
        (bytes32 sellerHash, bytes32 buyerHash) = checked(trade).hashes();
        if (signer == trade.seller) return _hashTypedDataV4(sellerHash);
        if (signer == trade.buyer) return _hashTypedDataV4(buyerHash);
        revert NotAParty(signer);
    }

    /// @inheritdoc ISettlement
    function groupOf(Trade[] calldata trades) external pure returns (bytes32) {
        bytes32[] memory ids = new bytes32[](trades.length);
        for (uint256 i = 0; i < trades.length; ++i) ids[i] = trades[i].unlinkedHash();
        return keccak256(abi.encodePacked(ids));
    }

    function _settleAlone(CheckedTrade trade, bytes calldata sellerSignature, bytes calldata buyerSignature) private {
        if (trade.group() != 0) revert GroupBroken(trade.group());
        _accept(trade, sellerSignature, buyerSignature);
        _move(trade.security(), trade.seller(), trade.buyer(), trade.quantity());
        _move(trade.cash(), trade.buyer(), trade.seller(), trade.amount());
    }

    /// @dev All that a trade needs before anything moves: form, window, both signatures, its nonce. Ends with its event.
    function _accept(CheckedTrade trade, bytes calldata sellerSignature, bytes calldata buyerSignature) private {
        (address seller, address buyer) = (trade.seller(), trade.buyer());
        if (trade.quantity() == 0) revert ZeroQuantity();
        if (trade.amount() == 0) revert ZeroAmount();
        if (trade.amount() % CENT != 0) revert NotWholeCents(trade.amount());
        if (seller == buyer) revert SelfTrade(seller);
        if (trade.security() == trade.cash()) revert SameAsset(trade.security());
        _requireInside(trade.notBefore(), trade.notAfter());
        (bytes32 id, bytes32 buyerHash) = trade.hashes();
        _requireBothSigned(seller, buyer, id, buyerHash, sellerSignature, buyerSignature);

        _consume(seller, buyer, trade.bindingFrom(), trade.nonce());
        emit Settled(id, seller, buyer, trade.security(), trade.quantity(), trade.cash(), trade.amount());
    }

    /// @dev Where only cash is netted, securities stay out of the ledger and move by themselves before it.
    function _settleTogether(SignedTrade[] calldata trades, bool onlyCash) private {
        // Each trade opens two assets and four positions at most.
        Netting.Ledger memory ledger = Netting.create(6 * trades.length);
        bytes32 group = 0;
        Asset security = Asset.wrap(0);
        Asset cash = Asset.wrap(0);
        for (uint256 i = 0; i < trades.length; ++i) {
            SignedTrade calldata item = trades[i];
            CheckedTrade trade = checked(item.trade);
            if (trade.group() != group) {
                group = trade.group();
                if (group != 0) _requireWholeGroup(trades, i, group);
            }
            _accept(trade, item.sellerSignature, item.buyerSignature);
            cash = ledger.assetAt(trade.cash(), cash);
            ledger.book(cash, trade.buyer(), trade.seller(), trade.amount());
            if (onlyCash) continue;
            security = ledger.assetAt(trade.security(), security);
            ledger.book(security, trade.seller(), trade.buyer(), trade.quantity());
        }
        if (onlyCash) _moveSecurities(trades);
        for (Asset asset = ledger.newest; Asset.unwrap(asset) != 0; asset = asset.earlier()) {
            payments(asset, 2 * trades.length).carryOut(asset.token());
        }
    }

    function _moveSecurities(SignedTrade[] calldata trades) private {
        for (uint256 i = 0; i < trades.length; ++i) {
            CheckedTrade trade = asItStands(trades[i].trade);
            _move(trade.security(), trade.seller(), trade.buyer(), trade.quantity());
        }
    }

    function _settleEach(SignedTrade[] calldata trades) private {
        for (uint256 i = 0; i < trades.length; ++i) {
            SignedTrade calldata trade = trades[i];
            bytes memory item = _itemCall(trade);
            // A call forwards at most 63/64 of the gas; less than the allowance would make a failure the submitter's doing.
            uint256 needed = (ITEM_GAS * 64) / 63 + 10_000;
            if (gasleft() < needed) revert NotEnoughGas(needed, gasleft());
            bool settled;
            assembly ("memory-safe") {
                settled := call(ITEM_GAS, address(), 0, add(item, 0x20), mload(item), 0, 0)
            }
            if (!settled) {
                bytes memory reason = _reason();
                // The seller's hash is the trade's id.
                // slither-disable-next-line unused-return
                (bytes32 id, ) = asItStands(trade.trade).hashes();
                emit NotSettled(i, id, reason);
            }
            // The next item takes the memory of this one: kept, the memory of a batch is paid for by its square.
            assembly ("memory-safe") {
                mstore(0x40, item)
            }
        }
    }

    /// @dev The call of {settleItem}. The trade goes in as plain words, because the call checks them: to encode it field
    /// by field, each checked, costs an item 700 gas more.
    function _itemCall(SignedTrade calldata item) private pure returns (bytes memory) {
        Trade calldata trade = item.trade;
        bytes32[12] calldata words;
        assembly ("memory-safe") {
            words := trade
        }
        return abi.encodeWithSelector(this.settleItem.selector, words, item.sellerSignature, item.buyerSignature);
    }

    /// @dev The first bytes of what the last call returned, never all of a megabyte.
    function _reason() private pure returns (bytes memory reason) {
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, REASON_BYTES) {
                size := REASON_BYTES
            }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 0x20), 0, size)
            mstore(0x40, and(add(add(reason, 0x3f), size), not(0x1f)))
        }
    }

    /// @dev The trades of `group` that stand together from `start` on are all of it, in its order.
    function _requireWholeGroup(SignedTrade[] calldata trades, uint256 start, bytes32 group) private pure {
        bytes memory ids = "";
        for (uint256 i = start; i < trades.length && trades[i].trade.group == group; ++i) {
            ids = bytes.concat(ids, trades[i].trade.unlinkedHash());
        }
        if (keccak256(ids) != group) revert GroupBroken(group);
    }

    /// @dev Two active wallets signed their struct hashes, each in the way that the register knows of it.
    function _requireBothSigned(
        address first,
        address second,
        bytes32 firstHash,
        bytes32 secondHash,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) private view {
        bytes32 domain = _domainSeparatorV4();
        (bool firstByKey, bool secondByKey) = REGISTRY.requireActiveSigners(first, second);
        Consent.requireSigned(first, firstByKey, domain.toTypedDataHash(firstHash), firstSignature);
        Consent.requireSigned(second, secondByKey, domain.toTypedDataHash(secondHash), secondSignature);
    }

    function _requireCancelled(
        Cancellation calldata cancellation,
        address signer,
        bytes calldata signature
    ) private view {
        SignerKind kind = REGISTRY.walletOf(signer).signerKind;
        Consent.requireSigned(signer, kind, _hashTypedDataV4(cancellation.hash(signer)), signature);
    }

    function _cancel(Cancellation calldata cancellation, address by) private {
        _consume(cancellation.first, cancellation.second, cancellation.bindingFrom, cancellation.nonce);
        emit Cancelled(cancellation.first, cancellation.second, cancellation.bindingFrom, cancellation.nonce, by);
    }

    function _consume(address first, address second, uint64 bindingFrom, uint256 nonce) private {
        (NonceWord storage word, uint256 bit) = _nonceAt(first, second, bindingFrom, nonce);
        uint256 bits = word.bits;
        if (bits & bit != 0) {
            (first, second) = first < second ? (first, second) : (second, first);
            revert NonceUsed(first, second, bindingFrom, nonce);
        }
        word.bits = bits | bit;
    }

    /// @dev As they stand: the facility wrote them, so the compiler's own check of each, for 400 gas, is not needed.
    function _wordsOf(Leg calldata leg) private pure returns (address asset, address from, address to, uint256 amount) {
        assembly ("memory-safe") {
            asset := calldataload(leg)
            from := calldataload(add(leg, 0x20))
            to := calldataload(add(leg, 0x40))
            amount := calldataload(add(leg, 0x60))
        }
    }

    /// @dev By hand: encoded by the compiler and checked by a library, each leg costs 200 gas more.
    function _move(address asset, address from, address to, uint256 amount) private {
        bytes4 selector = IRegisteredERC20.bookTransfer.selector;
        assembly ("memory-safe") {
            let order := mload(0x40)
            mstore(order, selector)
            mstore(add(order, 0x04), from)
            mstore(add(order, 0x24), to)
            mstore(add(order, 0x44), amount)
            if iszero(call(gas(), asset, 0, order, 0x64, 0, 0)) {
                returndatacopy(order, 0, returndatasize())
                revert(order, returndatasize())
            }
        }
        if (asset.code.length == 0) revert NotAToken(asset);
    }

    function _requireInside(uint64 notBefore, uint64 notAfter) private view {
        if (block.timestamp < notBefore) revert OutsideWindow(notBefore, notAfter, block.timestamp);
        if (block.timestamp > notAfter) revert OutsideWindow(notBefore, notAfter, block.timestamp);
    }

    function _nonceAt(
        address first,
        address second,
        uint64 bindingFrom,
        uint256 nonce
    ) private pure returns (NonceWord storage word, uint256 bit) {
        if (first > second) (first, second) = (second, first);
        uint256 series = nonce >> 8;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, first)
            mstore(add(start, 0x20), second)
            mstore(add(start, 0x40), bindingFrom)
            mstore(add(start, 0x60), series)
            word.slot := keccak256(start, 0x80)
        }
        bit = 1 << (nonce & 0xff);
    }
}
