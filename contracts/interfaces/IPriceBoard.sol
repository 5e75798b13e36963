// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Prices with a time.
/// @notice Prices are dirty (accrued interest included), in 10^-8: as a fraction of par for nominal, as currency per unit
/// otherwise. Each is observed later than the one before, never in the future, and posted within a day.
///
/// THE GUARD. A price that lies more than {GUARD} away from the benchmark, which is the last price of the last day (UTC) on
/// which one was observed, is pending: nobody may use the security's price until the second role confirms it, or until a
/// later observation lies inside the guard again. A price that was confirmed is the benchmark of the rest of its day. The
/// very first price of a security has nothing to be measured against.
///
/// So whoever posts, alone, moves a price by {GUARD} a day and no faster: small steps of one day share their benchmark, and
/// observations of days long past, which would each have a new one, come too late.
/// @dev Roles: PRICER posts; CONFIRMER confirms. Assumption, for safety: no one person holds both.
interface IPriceBoard {
    /// @notice A security's price, in one storage word.
    /// @param price in 10^-8
    /// @param observedAt in seconds since 1970
    /// @param benchmark what a jump is measured against, in 10^-8
    /// @param pending whether a later price waits for its confirmation
    struct Quote {
        uint64 price;
        uint40 observedAt;
        uint64 benchmark;
        bool pending;
    }

    /// @notice Thrown when a price of zero is posted.
    error ZeroPrice(address security);

    /// @notice Thrown when an observation is not later than the last one, lies in the future, or is more than a day old.
    error ObservationOutOfOrder(address security, uint40 observedAt, uint40 lastObservedAt);

    /// @notice Thrown when a security has no price.
    error PriceMissing(address security);

    /// @notice Thrown when the price is older than the caller allows.
    error PriceStale(address security, uint256 age, uint256 maximumAge);

    /// @notice Thrown while a jump waits for its confirmation.
    error PricePending(address security);

    /// @notice Thrown when what is confirmed is not what is pending.
    error NothingToConfirm(address security, uint64 price);

    event PricePosted(address indexed security, uint64 price, uint40 observedAt);
    event PriceHeldBack(address indexed security, uint64 price, uint64 benchmark, uint40 observedAt);
    event PriceConfirmed(address indexed security, uint64 price, uint40 observedAt);

    /// @notice Posts an observation.
    function post(address security, uint64 price, uint40 observedAt) external;

    /// @notice Confirms the pending price of `security`, which is `price`.
    function confirm(address security, uint64 price) external;

    /// @notice The price of `security`, in 10^-8, if there is one, confirmed and not older than `maximumAge` seconds.
    function priceOf(address security, uint256 maximumAge) external view returns (uint256);

    /// @notice The quote as it stands, whatever its age.
    function quoteOf(address security) external view returns (Quote memory);

    /// @notice How far a price may lie from its benchmark, in 10^-9.
    function GUARD() external view returns (uint256);
}
