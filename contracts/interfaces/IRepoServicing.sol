// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Agreement, Failing, Line, Position, RepoTerms} from "./IRepoFacility.sol";

/// @notice Income that the buyer owes the seller: a coupon or dividend on the collateral, as much as the buyer received.
/// @param security the security that pays it
/// @param recordDate the day whose holders receive it; a security pays once per record date
/// @param paymentDate the day on which the issuer pays, and the buyer with it
/// @param amount in millionths, whole cents
struct IncomeNotice {
    address security;
    uint32 recordDate;
    uint32 paymentDate;
    uint256 amount;
}

/// @title What has to be written down before and while a repo runs: agreements, fails, income and reversals.
/// @notice AN AGREEMENT is recorded once, by anyone: only terms that two sides sign put it to use.
///
/// A FAIL says why a repo that is due did not close. Anyone may record it from the cut-off on, and nobody's word
/// counts: the chain looks. While an asset is stopped (paused, past its sunset, taken from this venue) or custody is, nobody
/// failed and the clocks stand still: no interest from the repurchase date on, no charge, no default. Else the seller failed
/// if it is suspended or its free cash does not cover what is due: interest runs on, at the late rate if there is one. Else
/// the buyer failed if it is suspended or the collateral is not there: interest stops, the fails charge runs. Where one
/// side is suspended and the other fails as well, nobody did. What is recorded counts from the day of the record until the
/// next record or the closing.
///
/// INCOME on the collateral belongs to the seller economically. The buyer acknowledges what it owes, once per security and
/// record date; from then on it counts in the net exposure, and from the payment date on anyone may have it paid. In an open
/// buy/sell-back it is not paid: it lowers the purchase price, and interest with it from its payment date on, or from the
/// last change if that came later: each income is to be priced on its day, or interest on it is lost. An intraday repo has no time for that: there it is paid. What was recorded survives the
/// closing, after which it is paid in every case; a close-out takes that of the repos which are open into its one sum, and
/// leaves that of closed ones to be paid.
///
/// A REVERSAL of a repo's own leg, by the depository's root wallet and naming the repo, gives the seller back what the buyer or
/// custody had; it names the repo that holds the collateral now, after a roll the next one. Recorded, it is no longer owed: the
/// collateral is that much less, and the net exposure that much more, and a margin call that stands in the set is void, for it was
/// made on what was gone. Until it is, the repo neither closes nor changes its collateral nor is closed out, and no fail of it
/// comes on record. Any other
/// root move takes from whoever held, and changes nothing between the two.
///
/// Assumption, for liveness: the buyer acknowledges. Record dates announced by the depository would need no word of it.
interface IRepoServicing {
    /// @notice Thrown when an agreement is recorded a second time.
    error AgreementKnown(bytes32 agreement);

    /// @notice Thrown when the basis is neither 360 nor 365.
    error BadBasis(uint16 basis);

    /// @notice Thrown when a fail is recorded before the cut-off of the repurchase date.
    error NotLate(uint256 cutOff, uint256 time);

    /// @notice Thrown when nothing stands in the way of closing, or what does is on record already.
    error NothingToRecord(bytes32 repo, Failing failing);

    /// @notice Thrown when an agreement is not that of the repo.
    error NotTheAgreement(bytes32 given, bytes32 needed);

    /// @notice Thrown when income was recorded before for this security and record date.
    error IncomeKnown(bytes32 repo, address security, uint32 recordDate);

    /// @notice Thrown when income was not recorded so, or was paid.
    error NoIncomeDue(bytes32 repo, address security, uint32 recordDate);

    /// @notice Thrown when income is dated before the purchase date, or is paid before its record.
    error IncomeOutOfTerm(uint32 recordDate, uint32 paymentDate);

    /// @notice Thrown when income is zero, finer than a cent, or more than the purchase price; where it would lower that, as much.
    error BadIncome(uint256 amount);

    /// @notice Thrown when no reversal of this repo's own leg is unrecorded, or the lines given are not what it leaves.
    error NothingReversed(bytes32 repo);

    /// @notice An agreement can be named by terms from now on.
    event AgreementRecorded(bytes32 indexed agreement, Agreement content);

    /// @notice Why a repo that is due has not closed, from `date` on. `accrued` and `failedDays` as in {Change}.
    event FailRecorded(bytes32 indexed repo, Failing failing, uint32 date, int192 accrued, uint32 failedDays);

    /// @notice A reversal took collateral back to the seller; it is now `lines`.
    event Reversed(bytes32 indexed repo, uint32 number, Line[] lines);

    /// @notice The buyer owes this to the seller.
    event IncomeRecorded(
        bytes32 indexed repo,
        address indexed security,
        uint32 recordDate,
        uint32 paymentDate,
        uint256 amount
    );

    /// @notice Recorded income was paid across.
    event IncomePaid(bytes32 indexed repo, address indexed security, uint32 recordDate, uint256 amount);

    /// @notice Recorded income lowered the purchase price of a buy/sell-back from `date` on, its change `number`. `accrued` as
    /// in {Change}.
    event IncomePriced(
        bytes32 indexed repo,
        uint32 number,
        address indexed security,
        uint32 recordDate,
        uint32 date,
        uint256 purchasePrice,
        int192 accrued
    );

    /// @notice Records an agreement, which needs nobody's word: only terms that both sides sign put it to use.
    function recordAgreement(Agreement calldata agreement) external returns (bytes32 id);

    /// @notice Records who failed, by looking.
    function recordFail(Agreement calldata agreement, Position calldata position) external;

    /// @notice Records income on the word of the buyer, whose wallet is active.
    function recordIncome(RepoTerms calldata terms, IncomeNotice calldata income, bytes calldata signature) external;

    /// @notice Pays recorded income: buyer to seller, or into the price.
    function payIncome(RepoTerms calldata terms, IncomeNotice calldata income) external;

    /// @notice Records a reversal of the repo's own leg, by looking: `lines` are the collateral that it leaves.
    function recordReversal(Position calldata position, Line[] calldata lines) external;
}
