// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A netting cycle: what all of its participants sign alike, beside who they are.
/// @param number consumed for each participant by the cycle that executes
/// @param tradesRoot Merkle root of the trades behind the nets: see {INetSettlement-isIncluded}
/// @param tradeCount how many trades that are
/// @param notBefore first second at which it may settle, in seconds since 1970
/// @param notAfter last second at which it may settle, in seconds since 1970
struct Cycle {
    uint256 number;
    bytes32 tradesRoot;
    uint256 tradeCount;
    uint64 notBefore;
    uint64 notAfter;
}

/// @notice What a participant gets of one asset in a cycle; below zero what it gives. Never zero.
/// @param amount units of the asset
struct NetMovement {
    address asset;
    int256 amount;
}

/// @notice One participant's part of a cycle, and its consent to it.
/// @param movements by increasing address of the asset; none for whoever neither gets nor gives
struct NetStatement {
    address participant;
    NetMovement[] movements;
    bytes signature;
}

/// @notice A trade that both sides confirmed for one cycle. It is no {Trade}: nothing settles on a confirmation.
/// Units as in {Trade}.
/// @param cycle number of the only cycle that it may be part of
/// @param nonce tells apart trades that are otherwise alike
struct NettedTrade {
    address seller;
    address buyer;
    address security;
    uint256 quantity;
    address cash;
    uint256 amount;
    uint32 tradeDate;
    uint256 cycle;
    uint256 nonce;
}

/// @title Netting cycles: many trades, one movement per participant and asset, on everybody's signature.
/// @notice A trade for a cycle is matched and confirmed, never signed as a {Trade}; the consent is the statement. So no trade
/// settles both ways. Trades that are signed already are netted by {ISettlement-settleBatch} instead.
///
/// CONSENT. Every participant that is listed signs, whoever neither gets nor gives included:
///
///     NetStatement(address venue,uint256 cycle,bytes32 tradesRoot,uint256 tradeCount,uint64 notBefore,uint64 notAfter,
///                  address[] participants,NetMovement[] movements,address signer)
///     NetMovement(address asset,int256 amount)
///
/// All values but its own movements are the same for all. `venue` is the door through which the movements go.
///
/// WHAT THE CHAIN PROVES: that everyone listed signed the same cycle, and that each asset sums to zero. WHAT IT DOES NOT: the
/// trades behind the root. Each participant's client recomputes its movements from its own trades before it signs;
/// afterwards anyone can check that a trade which both sides confirmed stands under the root ({isIncluded}). Amounts are not
/// held to whole cents here: those are what clients confirm.
///
/// NUMBERS. A cycle's number is consumed for each participant by itself. Of several proposals of one number that have a
/// participant in common at most one executes; whoever colludes consumes its own numbers and nobody else's; and a participant
/// that changes its mind burns its number, until the cycle has executed.
///
/// MOVEMENTS. Payers pay receivers directly, asset by asset; within an asset both are taken from the highest address down,
/// and each payer fills one receiver after the other. The rules of a token, such as its denomination, count for what moves; one
/// that is paused does not stop a cycle in which it nets to nothing, because no statement names it.
///
/// Roles: none. Anyone may submit what all signed.
/// @dev Assumption, for safety: as {ISettlement}. For liveness: everybody listed signs, and somebody submits inside the window.
/// Warning: one participant that does not sign, is suspended or cannot pay stops the whole cycle.
interface INetSettlement {
    /// @notice Thrown when a cycle has no participant.
    error EmptyCycle();

    /// @notice Thrown at the first participant that is not above the one before it: doubled or unsorted.
    error ParticipantsOutOfOrder(address participant);

    /// @notice Thrown at the first movement of a participant whose asset is not above the one before it.
    error MovementsOutOfOrder(address participant, address asset);

    /// @notice Thrown when a movement is of nothing.
    error EmptyMovement(address participant, address asset);

    /// @notice Thrown when more of an asset is got than given; below zero, when less is.
    error NotBalanced(address asset, int256 excess);

    /// @notice Thrown when the number of a cycle was consumed or burned for one of its participants.
    error CycleUsed(address participant, uint256 cycle);

    /// @notice A cycle settled, in this transaction; the tokens tell what moved.
    event CycleSettled(uint256 indexed cycle, bytes32 indexed tradesRoot, uint256 tradeCount, address[] participants);

    /// @notice A participant takes part in no cycle of this number any more.
    event CycleBurned(address indexed participant, uint256 indexed cycle);

    /// @notice Settles a cycle whole or not at all.
    /// @param statements of every participant, by increasing address
    function settle(Cycle calldata cycle, NetStatement[] calldata statements) external;

    /// @notice Takes `participant` out of every proposal of a cycle, on its signature over
    /// `CycleBurn(uint256 cycle,address signer)`.
    function burn(uint256 cycle, address participant, bytes calldata signature) external;

    /// @notice Whether the number of `cycle` was consumed or burned for `participant`.
    function isUsed(address participant, uint256 cycle) external view returns (bool);

    /// @notice Whether `trade` stands under `tradesRoot`. Reverts unless both sides confirmed it, by signatures over
    /// `NettedTrade` with their own address as last field, `signer`.
    /// @dev Whoever relies on it takes the root from the {CycleSettled} of the cycle that `trade` names, and looks for both
    /// sides among its participants. That the nets contained it, the sides' own clients saw to, and nothing here proves.
    /// A leaf is the struct hash that the seller signs; pairs are hashed in sorted order, as OpenZeppelin's proofs do.
    function isIncluded(
        NettedTrade calldata trade,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature,
        bytes32 tradesRoot,
        bytes32[] calldata proof
    ) external view returns (bool);
}
