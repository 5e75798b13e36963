// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line, Position, RepoTerms} from "./IRepoFacility.sol";
import {Pair} from "./IRepoMargin.sol";

/// @notice A close-out under way.
/// @param declaredAt the second of the declaration: interest stops on its day, prices are those observed from it on
/// @param secondDefaulted whether the second participant is in default
/// @param net what the second participant owes the first so far, in {RepoMath} units of exposure
struct CloseOut {
    uint40 declaredAt;
    bool secondDefaulted;
    int256 net;
}

/// @title Default of a participant and the close-out of its whole netting set.
/// @notice DECLARED by the other side, by signature, when a call was not met by its deadline, or when a recorded fail has
/// stood for the grace and nothing stops the closing now: neither cash nor collateral, nor the side that did not fail, nor
/// custody. The set is frozen: nothing but its close-out goes on.
///
/// VALUED in steps, by anyone, every open repo exactly once, those of a step by increasing id. Whoever leaves one out of a
/// step leaves it for a later one: the set is valued when all of it is. All repurchase dates are that of the
/// declaration. Securities count at their default market value: the first price observed at or after the declaration that
/// somebody brings, one for the whole set, without margin. If none comes within the agreed period, the other side may state
/// one itself, within the agreed bound of the last price; the event marks it disputed.
///
/// FINISHED with the last repo: `N = Σ where N is buyer (RP − DMV) + Σ where N is seller (DMV − RP) − margin that N holds
/// + margin that N gave`, each with its interest, with income and fails charges; one sum, rounded once, whoever of the two
/// it is due to. It is recorded as a claim, and its debtor pays it by its own signature, in parts if it likes. Nobody is
/// debited here, so nobody can hold up the end by refusing, not even the side that did not default and owes the excess.
///
/// TITLE stays where it is in a bilateral repo. Out of custody the buyer receives collateral up to what it is owed, the
/// seller the rest; each is collected in a step of its own, so a side that is stopped holds up nobody, nor does a security
/// that is: it is collected later, and the others now.
interface IRepoDefault {
    /// @notice Thrown when there is no ground for a default; for a call: when it may be declared, zero if never.
    error NoDefault(bytes32 nettingSet, uint256 earliest);

    /// @notice Thrown when a set that is not in default is closed out.
    error NotInDefault(bytes32 nettingSet);

    /// @notice Thrown when a side states a price too early, or while the board has one.
    error ValuationNotDue(address security, uint256 earliest);

    /// @notice Thrown when a stated price lies too far from the last one of the board.
    error ValuationOutOfBounds(address security, uint256 price, uint256 last);

    /// @notice Thrown when there is nothing to collect, or nothing that custody could deliver now.
    error NothingToCollect(bytes32 repo, address wallet);

    /// @notice Thrown when a payment is zero, finer than a cent or more than the claim; in millionths.
    error BadClaimPayment(uint256 amount, uint256 claim);

    /// @notice A set is in default from now on. `ground` is the repo that failed, zero where a call was not met.
    event DefaultDeclared(
        bytes32 indexed nettingSet,
        address indexed by,
        address indexed against,
        uint40 declaredAt,
        bytes32 ground
    );

    /// @notice A security counts at `price` in this close-out; `disputed` if a side stated it.
    event DefaultPriceFixed(bytes32 indexed nettingSet, address indexed security, uint256 price, bool disputed);

    /// @notice A repo was valued and is over: what its seller owed, and what its collateral was worth, in millionths, half up.
    event Valued(bytes32 indexed nettingSet, bytes32 indexed repo, int256 owed, uint256 marketValue);

    /// @notice The close-out is over. `claim` is what stands between the two from all close-outs: owed to the first
    /// participant, or below zero to the second; `net` what this one added. In millionths.
    event ClosedOut(bytes32 indexed nettingSet, int256 net, int256 claim);

    /// @notice Collateral left custody after a close-out.
    event Collected(bytes32 indexed repo, address indexed wallet, Line[] lines);

    /// @notice A claim was paid, wholly or in part. `claim` is what is left, as in {ClosedOut}.
    event ClaimPaid(bytes32 indexed nettingSet, address indexed from, address indexed to, uint256 amount, int256 claim);

    /// @notice Declares `against` in default, on the word of `by`.
    /// @param failed the repo whose fail is the ground; none where it is a call
    function declareDefault(Pair calldata pair, Position[] calldata failed, bytes calldata signature) external;

    /// @notice States the price of a security, on the word of `by`, where the board has none since the declaration.
    function stateValue(Pair calldata pair, address security, uint64 price, bytes calldata signature) external;

    /// @notice Values repos of the set and, with the last, finishes. One step where it all fits.
    /// @param positions some of the repos that are open still, by increasing id
    /// @param securities with the last step: every security that stands as margin, increasing
    function closeOut(Pair calldata pair, Position[] calldata positions, address[] calldata securities) external;

    /// @notice Delivers to the buyer, or to the seller, what custody has for it after a close-out and can deliver now.
    function collect(RepoTerms calldata terms, Line[] calldata lines, address wallet) external;

    /// @notice Pays a claim: `by`, who owes and signs, to `against`.
    function payClaim(Pair calldata pair, uint256 amount, bytes calldata signature) external;
}
