// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Agreement, Line, Position} from "./IRepoFacility.sol";

/// @notice A netting set, seen by who acts: two participants, each by one wallet, under an agreement, in one cash.
/// @param by wallet of the participant that calls, pays, returns or declares
/// @param against wallet of the other participant
struct Pair {
    Agreement agreement;
    address cash;
    address by;
    address against;
}

/// @notice Cash margin between two participants and its interest, in one storage word. "First" and "second" are the
/// participants of the set in the order of their ids.
/// @param cash what the first participant holds of the second's, in millionths; below zero, the other way round
/// @param cashDays `Σ cash × days` up to `accruesFrom`, for the interest
/// @param accruesFrom day from which interest is still to be counted
/// @param numberOfFirst how many acts the first participant signed in this set, so that each is signed for its place. Either
/// side has a count of its own: else one could void what the other signed, by an act of its own that comes first
/// @param numberOfSecond the same of the second participant
struct MarginAccount {
    int80 cash;
    int104 cashDays;
    uint24 accruesFrom;
    uint24 numberOfFirst;
    uint24 numberOfSecond;
}

/// @notice The call that stands, in one storage word.
struct MarginCall {
    uint96 amount;
    address by;
}

/// @notice A security that stands as margin.
/// @param quantity what the first participant holds of the second's; below zero, the other way round
/// @param margin haircut or ratio at which it was delivered, 10^-9
struct SecurityMargin {
    int128 quantity;
    uint64 margin;
}

/// @title Margin on the net exposure of a netting set.
/// @notice NET EXPOSURE of a participant: over every open repo of the set, what the repo is short of its margin where it is
/// the buyer, less the same where it is the seller, less margin that it holds, plus margin that it gave. Haircut: `RP − Σ MV (1 − h)`.
/// Ratio: `RP × Σ wm − Σ MV`, where `w`, the share of the purchase price on a line, is the line's share of the collateral
/// after margin. Income that the buyer owes and fails charges count. Nothing is rounded but the call.
///
/// A CALL is for net exposure above the threshold, if that reaches the minimum transfer, on the word of the exposed side.
/// Every open repo of the set comes with it, each once, in the order of their ids, at fresh prices. One call stands at a time.
///
/// IT IS MET exactly, by the called side's signature over the amount: in cash, or in securities worth at least the call
/// (market value under the ratio method, after haircut under the other). Which securities, the called side chooses: any that
/// the latest policy takes, at no less than its margin and however much comes from one issuer. Margin held against it is returned by the same
/// payment, for the account is one signed balance.
///
/// IT IS RETURNED by its holder's own word at any time. To have excess back that the holder keeps, call it: the giver is the
/// one exposed. Cash margin earns the agreed rate, which is paid when its holder returns the last of it, or on its own where
/// nothing is held any more.
///
/// THE CLOCK of a call stands still while the cash is paused or the calling wallet is stopped: from the call on where it is
/// so already, else once somebody says so. A call whose clock stands still gives way to the next one.
interface IRepoMargin {
    /// @notice Thrown when the repos brought are not all that are open in the set.
    error NotAllOfTheSet(bytes32 nettingSet, uint256 brought, uint256 open);

    /// @notice Thrown when the margin securities of the set are not all brought.
    error NotAllSecurities(bytes32 nettingSet, uint256 brought, uint256 standing);

    /// @notice Thrown when repos or securities are not brought in strictly increasing order.
    error OutOfOrder(bytes32 last, bytes32 next);

    /// @notice Thrown when a repo that is brought belongs to another set.
    error NotOfTheSet(bytes32 repo);

    /// @notice Thrown when there is nothing to call; figures in millionths.
    error NothingToCall(int256 netExposure, uint256 threshold, uint256 minimumTransfer);

    /// @notice Thrown when a call stands already.
    error CallOutstanding(bytes32 nettingSet, uint256 amount);

    /// @notice Thrown when no call stands that these two could meet.
    error NoCallStands(bytes32 nettingSet);

    /// @notice Thrown when securities do not reach the call; in millionths.
    error CallNotMet(uint256 needed, uint256 available);

    /// @notice Thrown when more is returned than is held.
    error NotHeldAsMargin(address asset, uint256 needed, uint256 available);

    /// @notice Thrown when nothing stops the clock of a call, or nothing has.
    error ClockUnchanged(bytes32 nettingSet);

    /// @notice Thrown when a margin security comes at another margin than what stands of it.
    error OtherMargin(address security, uint64 given, uint64 standing);

    /// @notice A call was made, the act `number` of the side that calls. `netExposure` in millionths, half up, of that side;
    /// `deadline` zero where the clock does not run yet.
    event MarginCalled(
        bytes32 indexed nettingSet,
        address indexed by,
        address indexed against,
        uint24 number,
        int256 netExposure,
        uint256 amount,
        uint40 deadline
    );

    /// @notice Cash margin moved. All new values of the {MarginAccount}; `interest` was paid besides `principal`.
    event MarginPaid(
        bytes32 indexed nettingSet,
        address indexed from,
        address indexed to,
        uint256 principal,
        int256 interest,
        MarginAccount account
    );

    /// @notice Securities moved as margin, the act `number` of the side that gave them; `lines` are what moved.
    event MarginDelivered(
        bytes32 indexed nettingSet,
        address indexed from,
        address indexed to,
        uint24 number,
        Line[] lines
    );

    /// @notice The call that stood was met.
    event CallMet(bytes32 indexed nettingSet, uint256 amount);

    /// @notice The call that stood is void, because a reversal in its set came on record ({IRepoServicing-recordReversal}).
    event CallVoided(bytes32 indexed nettingSet);

    /// @notice The clock of a call stands still (`deadline` is zero) or runs again.
    event ClockSet(bytes32 indexed nettingSet, uint40 deadline);

    /// @notice Calls margin for `by` of `against`.
    /// @param positions every open repo of the set, by increasing id
    /// @param securities every security that stands as margin in the set, increasing
    function callMargin(
        Pair calldata pair,
        Position[] calldata positions,
        address[] calldata securities,
        bytes calldata signature
    ) external;

    /// @notice Meets the call in cash: `by`, who signs, pays it to `against`, who called.
    function meetInCash(Pair calldata pair, bytes calldata signature) external;

    /// @notice Meets the call in securities: `by`, who signs, delivers them to `against`, who called.
    function meetInSecurities(Pair calldata pair, Line[] calldata lines, bytes calldata signature) external;

    /// @notice Returns cash margin: `by`, who holds it and signs, to `against`. With the last of it goes the interest; a
    /// principal of zero pays the interest that is left where nothing is held any more.
    function returnCash(Pair calldata pair, uint256 principal, bytes calldata signature) external;

    /// @notice Returns securities: `by`, who holds them and signs, to `against`.
    function returnSecurities(Pair calldata pair, Line[] calldata lines, bytes calldata signature) external;

    /// @notice Stops the clock of the call that `by` made of `against` while it cannot be met.
    function stopClock(Pair calldata pair) external;

    /// @notice Starts it again, with all of its time, once it can.
    function restartClock(Pair calldata pair) external;

    /// @notice Net exposure of `by` to `against` and what it may call, in millionths, half up. Changes nothing.
    function netExposure(
        Pair calldata pair,
        Position[] calldata positions,
        address[] calldata securities
    ) external returns (int256 exposure, uint256 call);
}
