// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Movement} from "./IRegisteredERC20.sol";

/// @notice A sale of `quantity` of `security` by `seller` against `amount` of `cash` by `buyer`. Both sign it.
/// @param quantity units of the security (nominal or shares), above zero
/// @param amount millionths of the currency unit, above zero, whole cents
/// @param tradeDate day of the trade, in days since 1970-01-01
/// @param notBefore first second at which it may settle, in seconds since 1970
/// @param notAfter last second at which it may settle, in seconds since 1970
/// @param bindingFrom until this second either side may cancel alone, from it on only both together
/// @param group zero, or the hash of the linked trades together with which alone it may settle
/// @param nonce number of the trade in the space of its pair of wallets and its `bindingFrom`
struct Trade {
    address seller;
    address buyer;
    address security;
    uint256 quantity;
    address cash;
    uint256 amount;
    uint32 tradeDate;
    uint64 notBefore;
    uint64 notAfter;
    uint64 bindingFrom;
    bytes32 group;
    uint256 nonce;
}

/// @notice A trade with both consents. A key signs in 65 bytes; a contract wallet answers ERC-1271 for its bytes.
struct SignedTrade {
    Trade trade;
    bytes sellerSignature;
    bytes buyerSignature;
}

/// @notice A delivery free of payment, of a security or of cash. The receiver signs it too. Units and windows as in {Trade}.
struct FreeDelivery {
    address deliverer;
    address receiver;
    address asset;
    uint256 quantity;
    uint32 tradeDate;
    uint64 notBefore;
    uint64 notAfter;
    uint64 bindingFrom;
    uint256 nonce;
}

/// @notice The end of a nonce before it was used: whatever carries it can never settle.
struct Cancellation {
    address first;
    address second;
    uint64 bindingFrom;
    uint256 nonce;
}

/// @notice One movement of one asset.
struct Leg {
    address asset;
    address from;
    address to;
    uint256 amount;
}

/// @notice All-or-none: every leg is netted and the trades settle together or not at all (the third of the BIS models of
/// DvP). Best-effort: each trade by itself, in the order given (the first). Cash-net: together or not at all, securities trade
/// by trade in the order given, cash netted (the second, without the gap in time that it has elsewhere).
enum BatchMode {
    AllOrNone,
    BestEffort,
    CashNet
}

/// @title The venue's door: delivery against payment, or nothing.
/// @notice THE MOVER OF EVERY TOKEN. The tokens let this contract move any balance. That is safe for one reason only: it moves
/// nothing without a signature over the amount, by both sides, or on the word of a venue contract fixed at construction
/// that itself checked signatures over the amount or its bound. Nobody administers it; no role exists here.
///
/// CONSENT is EIP-712: each side signs the same data with its own address as the last field, `signer`, so that one signature
/// is never two consents. Parties hold no ether, approve nothing and send nothing; anyone may submit.
///
/// NONCES are one bit each, in words keyed by the sorted pair of wallets and `bindingFrom`. The time from which a trade binds
/// is part of its nonce's key so that nobody can burn the nonce of a binding trade with another trade of the same number
/// that does not bind yet. Used and cancelled look alike in the bit: the event tells.
///
/// REENTRANCY. All venue contracts share one transient lock that lives here and is held whenever assets move. No entry point
/// of any of them gets through while it is held, because each ends in moving assets or asks {requireUnlocked}, as economic
/// views do.
///
/// @dev Assumption, for safety: `keccak256` has no collisions, `ecrecover` cannot be forged, the register is honest about who
/// signs how. For liveness: somebody submits inside the window.
/// Warning: an asset is whatever address both sides signed. A token outside the venue's directory can lie about its own
/// balances; it cannot reach anybody else's.
interface ISettlement {
    /// @notice Thrown when a trade or a delivery has a quantity of zero.
    error ZeroQuantity();

    /// @notice Thrown when a trade has no price: free deliveries are another type.
    error ZeroAmount();

    /// @notice Thrown when both sides are the same wallet.
    error SelfTrade(address wallet);

    /// @notice Thrown when security and cash are the same asset.
    error SameAsset(address asset);

    /// @notice Thrown when a payment is finer than a cent.
    error NotWholeCents(uint256 amount);

    /// @notice Thrown when an asset's address has no code.
    error NotAToken(address asset);

    /// @notice Thrown outside the inclusive window of a trade or a delivery.
    error OutsideWindow(uint64 notBefore, uint64 notAfter, uint256 time);

    /// @notice Thrown when a nonce was settled or cancelled before; `first` is the lower address.
    error NonceUsed(address first, address second, uint64 bindingFrom, uint256 nonce);

    /// @notice Thrown when `signer` did not sign exactly this, or with a malleable or a malformed signature.
    error BadSignature(address signer);

    /// @notice Thrown when a linked trade comes without the whole of its group, in its order, all or none.
    error GroupBroken(bytes32 group);

    /// @notice Thrown when a batch has no trade.
    error EmptyBatch();

    /// @notice Thrown when somebody cancels, or is asked for a signature, who is not one of the two.
    error NotAParty(address signer);

    /// @notice Thrown when one side alone cancels what already binds.
    error AlreadyBinding(uint64 bindingFrom, uint256 time);

    /// @notice Thrown when the gas left would not give the next trade of a best-effort batch its full allowance.
    error NotEnoughGas(uint256 needed, uint256 available);

    /// @notice Thrown when an entry point is entered while the venue's lock is held.
    error Locked();

    /// @notice Thrown when a contract that the venue was not built with wants to act as part of it.
    error NotOfThisVenue(address caller);

    /// @notice A trade settled: both legs, in this transaction.
    /// @param trade the struct hash that the seller signed, which binds every other word of the trade
    event Settled(
        bytes32 indexed trade,
        address indexed seller,
        address indexed buyer,
        address security,
        uint256 quantity,
        address cash,
        uint256 amount
    );

    /// @notice A free delivery was made.
    /// @param delivery the struct hash that the deliverer signed
    event Delivered(
        bytes32 indexed delivery,
        address indexed deliverer,
        address indexed receiver,
        address asset,
        uint256 quantity
    );

    /// @notice A nonce was cancelled, by one side (`by`) before it bound, or by both (`by` is zero).
    event Cancelled(address indexed first, address indexed second, uint64 bindingFrom, uint256 nonce, address by);

    /// @notice A trade of a best-effort batch failed and left no trace but this.
    /// @param reason what it reverted with, at most 256 bytes of it
    event NotSettled(uint256 indexed position, bytes32 indexed trade, bytes reason);

    /// @notice Settles one trade: both legs or neither.
    function settle(Trade calldata trade, bytes calldata sellerSignature, bytes calldata buyerSignature) external;

    /// @notice Settles a batch. All-or-none nets every leg per wallet and asset first, so neither the order of the trades nor
    /// what passes through a wallet matters; rules of a token, such as its denomination, count for what moves. Best-effort goes
    /// in the order given, each trade with {ITEM_GAS} to spend. Cash-net moves every security in the order given, so its
    /// seller must hold it by then, and nets the cash.
    function settleBatch(SignedTrade[] calldata trades, BatchMode mode) external;

    /// @notice Delivers free of payment what both sides signed.
    function deliverFree(
        FreeDelivery calldata delivery,
        bytes calldata delivererSignature,
        bytes calldata receiverSignature
    ) external;

    /// @notice Cancels on the word of one side, before `bindingFrom`.
    function cancel(Cancellation calldata cancellation, address signer, bytes calldata signature) external;

    /// @notice Cancels on the word of both sides, at any time.
    function cancelTogether(
        Cancellation calldata cancellation,
        bytes calldata firstSignature,
        bytes calldata secondSignature
    ) external;

    /// @notice Moves the legs in their order, under the lock, on the word of the venue's repo desk.
    function deliver(Leg[] calldata legs) external;

    /// @notice Makes the movements of one asset in their order, under the lock, on the word of the venue's netting cycles.
    function deliverNets(address asset, Movement[] calldata movements) external;

    /// @notice Reverts with {Locked} while a settlement is under way, when balances are between two truths.
    function requireUnlocked() external view;

    /// @notice Whether the nonce was settled or cancelled.
    function nonceUsed(address first, address second, uint64 bindingFrom, uint256 nonce) external view returns (bool);

    /// @notice The digest that `signer` signs for `trade`.
    function tradeDigest(Trade calldata trade, address signer) external view returns (bytes32);

    /// @notice The group of linked trades: the hash of what their sellers would sign if they were not linked, in this order.
    function groupOf(Trade[] calldata trades) external pure returns (bytes32);

    /// @notice Gas that a trade of a best-effort batch may use, contract wallets' answers included.
    function ITEM_GAS() external view returns (uint256);
}
