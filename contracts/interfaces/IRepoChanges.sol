// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line, Position, RepoTerms} from "./IRepoFacility.sol";

/// @notice What a repo becomes by agreement: re-rated, repriced, adjusted, or several of these at once.
/// @param date the day on which it takes effect, which is the day of the transaction
/// @param purchasePrice cash lent from now on, in millionths; the difference is paid
/// @param rate repo rate from now on, 10^-9 a year
/// @param lines the collateral from now on; none: it stays as it is
struct Amendment {
    uint32 date;
    uint256 purchasePrice;
    int64 rate;
    Line[] lines;
}

/// @title Changes of an open repo that its sides agree on.
/// @notice Amendments and substitutions are signed for their place in the order of the repo's changes ({Repo-number}), so none can
/// be used twice or out of order. Nothing changes while the netting set is in default, and nothing but by a roll from the
/// repurchase date on. What is signed for a wallet that is not active amends, substitutes and rolls nothing, though no asset
/// moved; notice it may give.
///
/// NOTICE ends an open-ended repo, or a term repo early if its terms say so: on the word of one side, for a day at least
/// the notice period away and before the repurchase date that stands, so none can be used twice. It has no place in the
/// order of changes: no change of the other side's voids it, and it voids none.
///
/// AN AMENDMENT re-rates (new rate), reprices (new purchase price for the same collateral) or adjusts (new collateral for
/// the same cash), on the word of both. Interest counted so far is kept and paid at the end. Where price or collateral
/// changes, the collateral after its margin must cover the new purchase price at fresh prices; a new basket must be eligible as well.
///
/// A SUBSTITUTION exchanges collateral in one step, on the day for which it is signed. The new basket is worth, after its margin and at fresh prices, at least
/// what the old one is; it is eligible and not concentrated. On the word of both, or of the seller alone where the terms say so;
/// never while a margin call stands. Alone the seller lowers no margin: a security that stays keeps at least its own, a new
/// one has at least the largest of the old basket.
///
/// A ROLL closes a repo and opens the next between the same wallets in one step: only differences move. What the new
/// purchase price is above the old one is interest capitalised; what it is not is paid.
interface IRepoChanges {
    /// @notice Thrown when a change comes on or after the repurchase date.
    error PastChanging(uint32 repurchaseDate, uint256 today);

    /// @notice Thrown when notice is given for a day that is too early, or not before the repurchase date that stands.
    error NoticeOutOfBounds(uint32 repurchaseDate, uint256 earliest, uint256 before);

    /// @notice Thrown when notice is given to a repo whose terms do not allow it.
    error NoNoticeAgreed(bytes32 repo);

    /// @notice Thrown when an amendment is for another day.
    error NotTheDay(uint32 date, uint256 today);

    /// @notice Thrown when an amendment changes nothing, or a roll or substitution is into the same again.
    error NothingChanges(bytes32 repo);

    /// @notice Thrown when an intraday repo is amended, or notice is given to it.
    error IntradayStands(bytes32 repo);

    /// @notice Thrown when collateral is substituted while a margin call stands.
    error CallStands(bytes32 nettingSet);

    /// @notice Thrown when a substitution would leave less value after margin than there was; in millionths.
    error LessCollateral(uint256 needed, uint256 available);

    /// @notice Thrown when the next repo of a roll is not between the same wallets, in the same cash, agreement and custody.
    error NotTheSameParties(bytes32 next);

    /// @notice One side gave notice.
    event NoticeGiven(bytes32 indexed repo, uint32 repurchaseDate, address by);

    /// @notice A repo was amended. All new values; `accrued` as in {Change}.
    event Amended(
        bytes32 indexed repo,
        uint32 number,
        uint32 date,
        uint256 purchasePrice,
        int64 rate,
        int192 accrued,
        Line[] lines
    );

    /// @notice The collateral is now `lines`.
    event Substituted(bytes32 indexed repo, uint32 number, Line[] lines);

    /// @notice A repo was closed into the next; {Closed} and {Opened} come with it.
    /// @param paid what the seller paid for the difference, in millionths; below zero: what it received
    event Rolled(bytes32 indexed repo, bytes32 indexed next, int256 paid);

    /// @notice Gives notice: the repo is due on `repurchaseDate`.
    function giveNotice(
        RepoTerms calldata terms,
        uint32 repurchaseDate,
        address signer,
        bytes calldata signature
    ) external;

    /// @notice Amends a repo; pays differences in cash and collateral in one exchange.
    function amend(
        Position calldata position,
        Amendment calldata amendment,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external;

    /// @notice Exchanges the collateral for `lines`. The buyer's signature may be empty where the terms grant the right.
    function substitute(
        Position calldata position,
        Line[] calldata lines,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external;

    /// @notice Closes a repo into `next`; both sides sign the ids of the two.
    function roll(
        Position calldata position,
        RepoTerms calldata next,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external returns (bytes32 repo);
}
