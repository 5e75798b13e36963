// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One movement among the many of {IRegisteredERC20-bookTransfers}.
struct Movement {
    address from;
    address to;
    uint256 amount;
}

/// @title An ERC-20 that only registered wallets hold.
/// @notice Both sides of every movement are registered and active, whoever moves it: the token asks the wallet register
/// each time and caches nothing. Amounts are whole units of the token (see {IERC20Metadata-decimals}).
/// @dev Freezing follows the words of ERC-7943 (`setFrozenTokens`, `getFrozenTokens`, `canTransfer`, `Frozen`).
///
/// THE MOVER. One contract, the venue that settles, may move balances without an allowance. It is in effect a universal
/// allowance, and safe only because that contract moves nothing without a signature over the amount or its bound. The
/// depository can take it away at once ({removeMover}) and give it only after {MOVER_DELAY} ({announceMover},
/// {adoptMover}); each step emits.
///
/// Roles: PAUSER pauses and unpauses; FREEZER freezes; MOVER_ADMIN announces, adopts and removes the mover.
/// Assumption, for safety: the register and the mover are the ones named at deployment.
interface IRegisteredERC20 {
    /// @notice A holder's one storage word.
    /// @param balance units held, frozen ones included
    /// @param frozen units that the holder cannot move; may exceed the balance
    /// @param changedAt when the balance last changed, in seconds since 1970; record dates build on it
    struct Account {
        uint96 balance;
        uint96 frozen;
        uint40 changedAt;
    }

    /// @notice Thrown when a holder would move more than its balance less what is frozen.
    error InsufficientFreeBalance(address asset, address account, uint256 needed, uint256 available);

    /// @notice Thrown when an asset that is paused would move between wallets or be issued.
    error AssetPaused(address asset);

    /// @notice Thrown when pausing a paused asset or unpausing one that is not.
    error PauseUnchanged(address asset, bool paused);

    /// @notice Thrown when anyone but the mover calls {bookTransfer} or {bookTransfers}.
    error NotTheMover(address asset, address caller);

    /// @notice Thrown when no mover is announced, or its delay has not passed yet.
    error MoverNotReady(address asset, address mover, uint256 readyAt);

    /// @notice Thrown when an amount, or a supply, does not fit the 96 bits of an account word.
    error AmountTooLarge(address asset, uint256 amount);

    event Frozen(address indexed account, uint256 amount);
    event Paused(string reason);
    event Unpaused(string reason);
    event MoverAnnounced(address indexed mover, uint256 readyAt);
    event MoverAdopted(address indexed mover);
    event MoverRemoved(address indexed mover);

    /// @notice Moves `amount` from `from` to `to` on the word of the mover, as a book transfer does.
    function bookTransfer(address from, address to, uint256 amount) external;

    /// @notice Makes the movements in their order, all or none, each under the rules of {bookTransfer}. A call without any
    /// reverts as {bookTransfer} would for any movement at all: not the mover, paused, or past the asset's life.
    function bookTransfers(Movement[] calldata movements) external;

    /// @notice Stops movements between wallets and new issues. Acts of the issuer that take out still work.
    function pause(string calldata reason) external;

    /// @notice Lifts a pause.
    function unpause(string calldata reason) external;

    /// @notice Sets how much of what `account` holds, or will hold, cannot move.
    function setFrozenTokens(address account, uint256 amount) external;

    /// @notice Names the next mover; it can be adopted once {MOVER_DELAY} has passed. Zero withdraws the announcement.
    function announceMover(address mover) external;

    /// @notice Makes the announced mover the mover.
    function adoptMover() external;

    /// @notice Takes the mover's power at once, and any announcement with it.
    function removeMover() external;

    /// @notice Seconds between announcing a mover and adopting it.
    function MOVER_DELAY() external view returns (uint256);

    /// @notice The contract that may call {bookTransfer}; zero for none.
    function mover() external view returns (address);

    /// @notice Whether the asset is paused.
    function paused() external view returns (bool);

    /// @notice The storage word of `account`.
    function accountOf(address account) external view returns (Account memory);

    /// @notice Units of `account` that are frozen.
    function getFrozenTokens(address account) external view returns (uint256);

    /// @notice Units of `account` that it can move: balance less frozen, never below zero.
    function freeBalanceOf(address account) external view returns (uint256);

    /// @notice Whether a transfer of `amount` would succeed now. Agrees with the transfer in every rule.
    function canTransfer(address from, address to, uint256 amount) external view returns (bool);
}
