// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "./ICollateralPolicy.sol";
import {ISettlement} from "./ISettlement.sol";

/// @notice How long a repo runs: to an agreed date, until one side gives notice, or for minutes of one day.
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

/// @notice Where a repo stands. One that is not open any more never comes back.
enum RepoState {
    None,
    Open,
    Closed,
    Cancelled,
    ClosedOut
}

/// @notice Whose doing it is that a repo did not close when due; `Impeded`: nobody's, and the clocks stand still.
enum Failing {
    Nobody,
    Seller,
    Buyer,
    Impeded
}

/// @notice Where a netting set stands.
enum SetState {
    Unused,
    Performing,
    InDefault
}

/// @notice One security of the collateral.
/// @param quantity units of nominal or shares
/// @param margin haircut or margin ratio, in 10^-9, as {Agreement-method} says
struct Line {
    address security;
    uint256 quantity;
    uint64 margin;
}

/// @notice What two participants agree for all their repos, as the annex of a master agreement does. Terms name it by its
/// hash, so both sides sign it with every repo. Amounts are millionths of the currency unit, rates 10^-9 a year.
/// @param master hash that names the text, for instance of the GMRA 2011
/// @param method how collateral is valued, in every repo and in every margin
/// @param basis days of the year: 360 or 365
/// @param maximumPriceAge seconds
/// @param grace seconds that a fail stands before it is a default
/// @param lateRate rate from the repurchase date on while the seller is late; zero: the repo rate runs on
/// @param failsRate charge on the repurchase price while the buyer does not return the collateral
/// @param marginRate interest on cash margin
/// @param threshold net exposure up to which no margin is called
/// @param minimumTransfer call below which nothing is transferred
/// @param callDeadline seconds to meet a call
/// @param valuationPeriod seconds after a declared default from which the other side may value a security itself
/// @param valuationBound how far such a valuation may lie from the last price of the board, in 10^-9
/// @param utcOffset seconds that the clock of margin interest is ahead of UTC
struct Agreement {
    bytes32 master;
    Method method;
    uint16 basis;
    uint32 maximumPriceAge;
    uint32 grace;
    int64 lateRate;
    uint64 failsRate;
    int64 marginRate;
    uint256 threshold;
    uint256 minimumTransfer;
    uint32 callDeadline;
    uint32 valuationPeriod;
    uint64 valuationBound;
    int32 utcOffset;
}

/// @notice Everything about a repo that never changes. Both sides sign it once, for both legs. Dates are days since
/// 1970-01-01 on the terms' own clock; amounts are millionths of the currency unit; rates are 10^-9 a year.
/// @param seller wallet that sells and buys back: it borrows the cash
/// @param buyer wallet that buys and sells back: it lends the cash
/// @param agreement the id of the {Agreement} between the two
/// @param purchasePrice cash of the opening leg, whole cents
/// @param rate the repo rate; may be negative
/// @param repurchaseDate zero for an open-ended repo; the purchase date for an intraday one
/// @param utcOffset seconds that the terms' clock is ahead of UTC
/// @param cutOff seconds after midnight from which anyone may close on the repurchase date
/// @param noticePeriod days between a notice and the repurchase date that it sets
/// @param policyVersion version of the venue's collateral policy
/// @param mayReuse whether the buyer may re-use the securities; it has title, so this is its word and nothing enforces it
/// @param maySubstitute whether the seller may substitute without the buyer's consent
/// @param mayTerminate whether either side may end a term repo early by notice
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
    Duration duration;
    uint32 purchaseDate;
    uint32 repurchaseDate;
    int32 utcOffset;
    uint32 cutOff;
    uint32 noticePeriod;
    uint32 policyVersion;
    Income income;
    bool mayReuse;
    bool maySubstitute;
    bool mayTerminate;
    address custody;
    uint64 bindingFrom;
    uint256 nonce;
    Line[] lines;
}

/// @notice A repo as it stands: its terms, and its collateral now where that changed (else no lines at all).
struct Position {
    RepoTerms terms;
    Line[] lines;
}

/// @notice The changing part of a repo, in one storage word.
/// @param changed whether there is a {Change} as well
/// @param accruesFrom day from which interest is still to be counted; of an intraday repo, the second of its opening
/// @param repurchaseDate day on which it is due; 2^32 − 1 while an open-ended repo has had no notice
/// @param purchasePrice cash lent now, in millionths
/// @param number how many changes there were, so that each is signed for its place
/// @param rate the repo rate now; at most one either way, which 40 bits hold
struct Repo {
    RepoState state;
    bool changed;
    uint40 accruesFrom;
    uint32 repurchaseDate;
    uint96 purchasePrice;
    uint32 number;
    int40 rate;
}

/// @notice What is stored of a repo only once it changed.
/// @param lines hash of the collateral now; zero until it first changed
/// @param accrued interest counted so far: `Σ purchase price × rate × minutes`, in 10^-15 and minutes, never rounded
/// @param failedDays days for which the buyer bears the fails charge
/// @param failing who failed last
/// @param failingSince the second in which that was recorded
/// @param failsRate rate of the charge
/// @param incomeDue income that the buyer owes the seller, in millionths
struct Change {
    bytes32 lines;
    int192 accrued;
    uint32 failedDays;
    Failing failing;
    uint40 failingSince;
    uint64 failsRate;
    uint96 incomeDue;
}

/// @notice What every repo of a netting set reads, in one storage word.
/// @param open how many repos are open
/// @param securities how many securities stand as margin
/// @param method, basis, maximumPriceAge, grace, lateRate as the agreement says
/// @param secondDefaulted in default, whether the second participant is
/// @param called whether a call stands
/// @param clock while a call stands, the second by which it is to be met, zero while its clock stands still; in default, the
/// second of the declaration
struct NettingSet {
    uint16 open;
    uint16 securities;
    SetState state;
    Method method;
    uint16 basis;
    uint32 maximumPriceAge;
    uint32 grace;
    int64 lateRate;
    bool secondDefaulted;
    bool called;
    uint40 clock;
}

/// @title The venue's repo desk: a sale and the promise to buy back, signed once for both legs.
/// @notice A repo is named by its id, the struct hash of its terms as the seller signs them; the terms themselves are not
/// stored. The opening event carries them all, and every later event all new values, so any party can act, and anyone can
/// rebuild every repo, from the log alone.
///
/// AGREEMENT. Two participants trade under an {Agreement}, recorded once ({IRepoServicing-recordAgreement}). Their repos
/// under it, in one currency, are a netting set: one method, one basis, one net exposure, one close-out. A set holds at
/// most {MOST_OPEN} repos of at most {MOST_LINES} securities each, so that one call values it all.
///
/// OPEN. On the purchase date, with both signatures, if the policy takes every line, the prices are fresh and the collateral
/// after its margin covers the purchase price. Collateral and cash change hands in one exchange or not at all.
///
/// CLOSE. From the repurchase date, on the word of either side; from the cut-off on that of anyone, for nobody gains by
/// delay. It is one exchange again: the same collateral against purchase price and interest. On the repurchase date that is
/// exactly the repurchase price of that date, whatever the hour. Late, interest runs on to the day of the exchange unless
/// a fail on record says that the delay is not the seller's ({IRepoServicing}). A negative rate takes at most the purchase
/// price: below zero the seller would be paid for taking its collateral back.
///
/// AN INTRADAY REPO counts minutes, rounded up, at least one, from its opening. Still open after midnight, it is an
/// overnight repo from its first minute on, due the day after.
///
/// AN OPEN-ENDED REPO has no repurchase date until one side gives notice.
///
/// What happens between opening and closing is in {IRepoChanges}, {IRepoServicing}, {IRepoMargin} and {IRepoDefault}:
/// five contracts without assets or storage of their own, whose code this one runs on its storage.
///
/// @dev Interest is `purchase price × rate × days / basis`, days counted between dates, rounded once, half up, to the cent.
/// Nothing here can debit anybody beyond what both sides signed. The facility holds nothing; it moves assets through
/// {ISettlement-deliver} under the venue's lock.
/// Assumption, for safety: the price board and the policy of the venue are honest; their worst is to value collateral wrongly.
interface IRepoFacility {
    /// @notice Thrown when a repo is opened or cancelled a second time, or changed or closed while it is not open.
    error WrongState(bytes32 repo, RepoState state);

    /// @notice Thrown when a netting set is in default: only its close-out goes on.
    error SetInDefault(bytes32 nettingSet);

    /// @notice Thrown when terms name an agreement that nobody recorded.
    error AgreementUnknown(bytes32 agreement);

    /// @notice Thrown when a netting set has no room for another repo.
    error SetFull(bytes32 nettingSet, uint256 most);

    /// @notice Thrown when the two sides are one wallet, or two wallets of one participant.
    error SameParty(address wallet);

    /// @notice Thrown when the repurchase date does not suit the duration, or a closing is asked for before it began.
    error DatesOutOfOrder(uint32 purchaseDate, uint32 repurchaseDate);

    /// @notice Thrown when the purchase price is zero, finer than a cent or too large.
    error BadPurchasePrice(uint256 purchasePrice);

    /// @notice Thrown when a rate is more than 100% a year either way. Per cent given for a fraction is the usual cause.
    error BadRate(int256 rate);

    /// @notice Thrown when the clock is ahead of UTC by more than 14 hours, or behind by more than 12, or the cut-off comes
    /// after the end of the day.
    error BadClock(int32 utcOffset, uint32 cutOff);

    /// @notice Thrown when terms name another custody than the venue's.
    error NotTheVenues(address named);

    /// @notice Thrown when a repo is opened on another day than its purchase date.
    error NotThePurchaseDate(uint32 purchaseDate, uint256 today);

    /// @notice Thrown when a repo has no collateral.
    error NoCollateral();

    /// @notice Thrown when a repo has more lines than {MOST_LINES}.
    error TooManyLines(uint256 lines, uint256 most);

    /// @notice Thrown when the lines are not strictly increasing by security.
    error LinesOutOfOrder(address security);

    /// @notice Thrown when a line has no quantity.
    error EmptyLine(address security);

    /// @notice Thrown when the lines given are not the collateral of the repo.
    error NotTheCollateral(bytes32 repo);

    /// @notice Thrown when a root move reversed some of the collateral and nobody recorded it ({IRepoServicing-recordReversal}).
    error ReversalUnrecorded(bytes32 repo, address security);

    /// @notice Thrown when a line's margin is by another method, below the policy's, or outside its bounds.
    error MarginNotAccepted(address security, Method method, uint64 margin, uint64 least);

    /// @notice Thrown when the securities of one issuer make too much of the collateral value; shares in 10^-9.
    error OverConcentrated(bytes20 issuer, uint256 share, uint256 limit);

    /// @notice Thrown when the collateral after its margin is worth less than it must be, both in millionths.
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
    /// @param failsCharge what the buyer bears for its fail, in millionths
    /// @param paid what the seller paid: purchase price and price differential, less the charge
    event Closed(bytes32 indexed repo, uint32 date, int256 priceDifferential, uint256 failsCharge, uint256 paid);

    /// @notice The terms were cancelled before they opened, by one side (`by`) or by both (`by` is zero).
    event RepoCancelled(bytes32 indexed repo, address by);

    /// @notice Opens a repo: collateral against the purchase price, or nothing.
    function open(
        RepoTerms calldata terms,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external returns (bytes32 repo);

    /// @notice Closes a repo: the collateral back against the repurchase price, or nothing. `lines` are the collateral now,
    /// empty where it never changed. `closer` and its signature over the repo's id count before the cut-off of the
    /// repurchase date only; from then on they may be empty.
    function close(RepoTerms calldata terms, Line[] calldata lines, address closer, bytes calldata signature) external;

    /// @notice Cancels terms that did not open, on the word of one side, before `bindingFrom`.
    function cancel(RepoTerms calldata terms, address signer, bytes calldata signature) external;

    /// @notice Cancels terms that did not open, on the word of both sides, at any time.
    function cancelTogether(
        RepoTerms calldata terms,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external;

    /// @notice What closing an open repo on `date` would pay if nothing changed until then, in millionths.
    function repurchasePriceOn(
        RepoTerms calldata terms,
        uint32 date
    ) external view returns (int256 priceDifferential, uint256 failsCharge, uint256 paid);

    /// @notice The most repos that a netting set has open: what one margin call, which needs them all, can value within the
    /// gas of a transaction (16,777,216) if each has {MOST_LINES} lines of its own. A close-out of so many takes several steps.
    function MOST_OPEN() external view returns (uint256);

    /// @notice The most securities of one repo, and of the margin of one set.
    function MOST_LINES() external view returns (uint256);

    /// @notice The venue's door, through which everything moves and which holds the lock.
    function SETTLEMENT() external view returns (ISettlement);
}
