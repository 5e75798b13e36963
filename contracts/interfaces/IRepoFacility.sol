// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "./ICollateralPolicy.sol";
import {ISettlement} from "./ISettlement.sol";

/// @notice How long a repo runs. Only `Term` can be opened so far.
enum Duration {
    Term,
    OpenEnded,
    Intraday
}

/// @notice What becomes of income in the term: paid across as it is paid (classic repo), or kept in the price (buy/sell-back).
enum Income {
    Manufactured,
    InThePrice
}

/// @notice Where a repo stands. A repo that was closed or cancelled never comes back.
enum RepoState {
    None,
    Open,
    Closed,
    Cancelled
}

/// @notice One security of the collateral.
/// @param quantity units of nominal or shares
/// @param margin haircut or margin ratio, in 10^-9, as {RepoTerms-method} says
struct Line {
    address security;
    uint256 quantity;
    uint64 margin;
}

/// @notice Everything about a repo that never changes. Both sides sign it once, for both legs. Dates are days since
/// 1970-01-01 on the terms' own clock; amounts are millionths of the currency unit; rates are 10^-9 a year.
/// @param seller wallet that sells and buys back: it borrows the cash
/// @param buyer wallet that buys and sells back: it lends the cash
/// @param agreement hash that names the master agreement
/// @param purchasePrice cash of the opening leg, whole cents
/// @param rate the repo rate; may be negative
/// @param lateRate rate from the repurchase date on while the seller is late; zero: the repo rate runs on
/// @param basis days of the year: 360 or 365
/// @param utcOffset seconds that the terms' clock is ahead of UTC
/// @param cutOff seconds after midnight from which anyone may close on the repurchase date
/// @param noticePeriod days of notice that end an open-ended repo
/// @param policyVersion version of the venue's collateral policy
/// @param maximumPriceAge seconds
/// @param threshold exposure below which no margin is called
/// @param minimumTransfer margin below which nothing is transferred
/// @param callDeadline seconds to meet a margin call
/// @param grace seconds after a missed payment before it is a default
/// @param mayReuse whether the buyer may re-use the securities
/// @param maySubstitute whether the seller may substitute without the buyer's consent
/// @param mayTerminate whether either side may end it early by notice
/// @param custody zero: title passes to the buyer; else the venue's tri-party custody, which holds the collateral
/// @param bindingFrom until this second either side may cancel alone, from it on only both together
/// @param nonce any number; tells two repos of the same terms apart
/// @param lines the collateral, strictly increasing by the security's address
struct RepoTerms {
    address seller;
    address buyer;
    address cash;
    bytes32 agreement;
    uint256 purchasePrice;
    int64 rate;
    int64 lateRate;
    uint16 basis;
    Duration duration;
    uint32 purchaseDate;
    uint32 repurchaseDate;
    int32 utcOffset;
    uint32 cutOff;
    uint32 noticePeriod;
    Method method;
    uint32 policyVersion;
    address priceBoard;
    uint32 maximumPriceAge;
    uint256 threshold;
    uint256 minimumTransfer;
    uint32 callDeadline;
    uint32 grace;
    Income income;
    bool mayReuse;
    bool maySubstitute;
    bool mayTerminate;
    address custody;
    uint64 bindingFrom;
    uint256 nonce;
    Line[] lines;
}

/// @notice The changing part of a repo, in one storage word.
/// @param accruesFrom day from which interest is still to be counted
/// @param purchasePrice cash lent now, in millionths
struct Repo {
    RepoState state;
    uint32 accruesFrom;
    uint96 purchasePrice;
    int64 rate;
}

/// @title The venue's repo desk: a sale and the promise to buy back, signed once for both legs.
/// @notice A repo is named by its id, the struct hash of its terms as the seller signs them; the terms themselves are not
/// stored. The opening event carries them all, so any party can act, and anyone can rebuild every repo, from the log alone.
///
/// OPEN. On the purchase date, with both signatures, if the policy takes every line, the prices are fresh and the collateral
/// after its margin covers the purchase price. Collateral and cash change hands in one exchange or not at all.
///
/// CLOSE. From the repurchase date, on the word of either side; from the cut-off on that of anyone, for nobody gains by
/// delay. It is one exchange again: the same collateral against purchase price and interest. On the repurchase date that is
/// exactly the repurchase price of that date, whatever the hour. Late, interest runs on to the day of the exchange. A
/// negative rate takes at most the purchase price: below zero the seller would be paid for taking its collateral back.
///
/// @dev Interest is `purchase price × rate × days / basis`, days counted between dates, rounded once, half up, to the cent.
/// Nothing here can debit anybody beyond what both sides signed. The facility holds nothing; it moves assets through
/// {ISettlement-deliver} under the venue's lock.
/// Assumption, for safety: the price board and the policy of the venue are honest; their worst is to value collateral wrongly.
interface IRepoFacility {
    /// @notice Thrown when a repo is opened or cancelled a second time, or closed while it is not open.
    error WrongState(bytes32 repo, RepoState state);

    /// @notice Thrown when the two sides are one wallet, or two wallets of one participant.
    error SameParty(address wallet);

    /// @notice Thrown when terms ask for a duration that this facility does not offer.
    error DurationNotOffered(Duration duration);

    /// @notice Thrown when the repurchase date is not after the purchase date, or a closing is asked for before it.
    error DatesOutOfOrder(uint32 purchaseDate, uint32 repurchaseDate);

    /// @notice Thrown when the purchase price is zero, finer than a cent or too large.
    error BadPurchasePrice(uint256 purchasePrice);

    /// @notice Thrown when the basis is neither 360 nor 365.
    error BadBasis(uint16 basis);

    /// @notice Thrown when the clock is ahead of UTC by more than 14 hours, or behind by more than 12, or the cut-off comes
    /// after the end of the day.
    error BadClock(int32 utcOffset, uint32 cutOff);

    /// @notice Thrown when terms name another price board or custody than the venue's.
    error NotTheVenues(address named);

    /// @notice Thrown when a repo is opened on another day than its purchase date.
    error NotThePurchaseDate(uint32 purchaseDate, uint256 today);

    /// @notice Thrown when a repo has no collateral.
    error NoCollateral();

    /// @notice Thrown when the lines are not strictly increasing by security.
    error LinesOutOfOrder(address security);

    /// @notice Thrown when a line has no quantity.
    error EmptyLine(address security);

    /// @notice Thrown when a line's margin is by another method, below the policy's, or outside its bounds.
    error MarginNotAccepted(address security, Method method, uint64 margin, uint64 least);

    /// @notice Thrown when one security makes too much of the collateral value; shares in 10^-9.
    error OverConcentrated(address security, uint256 share, uint256 limit);

    /// @notice Thrown when the collateral after its margin is worth less than the purchase price, both in millionths.
    error NotEnoughCollateral(uint256 needed, uint256 available);

    /// @notice Thrown when repurchase and grace would end after a security's sunset.
    error WouldOutliveSecurity(address security, uint256 ends, uint256 sunset);

    /// @notice Thrown when a repo is closed before its repurchase date.
    error NotDue(uint32 repurchaseDate, uint256 today);

    /// @notice Thrown when somebody acts who is not a side of the repo.
    error NotASide(address signer);

    /// @notice Thrown when one side alone cancels terms that already bind.
    error AlreadyBinding(uint64 bindingFrom, uint256 time);

    /// @notice Both legs of the opening settled. Carries all there is to know.
    event Opened(bytes32 indexed repo, address indexed seller, address indexed buyer, RepoTerms terms);

    /// @notice Both legs of the closing settled.
    /// @param priceDifferential interest in millionths, may be negative
    event Closed(bytes32 indexed repo, uint32 date, int256 priceDifferential, uint256 repurchasePrice);

    /// @notice The terms were cancelled before they opened, by one side (`by`) or by both (`by` is zero).
    event RepoCancelled(bytes32 indexed repo, address by);

    /// @notice Opens a repo: collateral against the purchase price, or nothing.
    function open(
        RepoTerms calldata terms,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external returns (bytes32 repo);

    /// @notice Closes a repo: the collateral back against the repurchase price, or nothing. `closer` and its signature over
    /// the repo's id count before the cut-off of the repurchase date only; from then on they may be empty.
    function close(RepoTerms calldata terms, address closer, bytes calldata signature) external;

    /// @notice Cancels terms that did not open, on the word of one side, before `bindingFrom`.
    function cancel(RepoTerms calldata terms, address signer, bytes calldata signature) external;

    /// @notice Cancels terms that did not open, on the word of both sides, at any time.
    function cancelTogether(
        RepoTerms calldata terms,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external;

    /// @notice The changing part of a repo; all zero where there is none.
    function repoOf(bytes32 repo) external view returns (Repo memory);

    /// @notice The id that these terms have.
    function idOf(RepoTerms calldata terms) external pure returns (bytes32);

    /// @notice What closing on `date` pays: interest and repurchase price, in millionths. Terms that could not be opened
    /// have none.
    function repurchasePriceOn(
        RepoTerms calldata terms,
        uint32 date
    ) external view returns (int256 priceDifferential, uint256 repurchasePrice);

    /// @notice The netting set of two wallets' participants under an agreement, in the currency of `cash`.
    function nettingSetOf(RepoTerms calldata terms) external view returns (bytes32);

    /// @notice The venue's door, through which everything moves and which holds the lock.
    function SETTLEMENT() external view returns (ISettlement);

    /// @notice How many repos of a netting set are open.
    function openInSet(bytes32 nettingSet) external view returns (uint256);
}
