// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Method} from "../interfaces/ICollateralPolicy.sol";
import {IRepoFacility, Line} from "../interfaces/IRepoFacility.sol";
import {IRepoMargin, MarginAccount, MarginCall, Pair, SecurityMargin} from "../interfaces/IRepoMargin.sol";
import {Collateral} from "./Collateral.sol";
import {Exchange, exchange} from "./Exchange.sol";
import {MarginConsents} from "./MarginConsents.sol";
import {NetExposure} from "./NetExposure.sol";
import {RepoBase, Venue} from "./RepoBase.sol";
import {RepoMath} from "./RepoMath.sol";

/// @title Margin moves: calls are met and margin returned, run by {RepoFacility} on its storage. Manual: {IRepoMargin}.
contract MarginTransfers is NetExposure {
    using SafeCast for int256;
    using SafeCast for uint256;

    constructor(Venue memory venue) RepoBase(venue) {}

    /// @notice The manual is {IRepoMargin}.
    function meetInCash(Pair calldata pair, bytes calldata signature) external {
        Netted memory netted = _performingSet(pair);
        uint256 amount = _requireCalled(pair, netted);
        MarginAccount memory account = _accountToday(pair, netted);
        uint24 number = _count(account, netted.byFirst);
        bytes32 structHash = MarginConsents.paying(netted.id, number, pair.by, pair.against, amount);
        _requireSigned(pair.by, structHash, signature);

        account.cash += netted.byFirst ? -_asCash(amount) : _asCash(amount);
        _margins[netted.id] = account;
        _endCall(netted.id);
        emit IRepoMargin.CallMet(netted.id, amount);
        emit IRepoMargin.MarginPaid(netted.id, pair.by, pair.against, amount, 0, account);

        _pay(pair, amount);
    }

    /// @notice The manual is {IRepoMargin}.
    function meetInSecurities(Pair calldata pair, Line[] calldata lines, bytes calldata signature) external {
        Netted memory netted = _performingSet(pair);
        uint256 needed = _requireCalled(pair, netted);
        uint24 number = _nextNumber(netted);
        bytes32 structHash = MarginConsents.delivering(netted.id, number, pair.by, pair.against, needed, lines);
        _requireSigned(pair.by, structHash, signature);
        uint256 available = _worthAsMargin(pair, netted, lines);
        if (available < needed * RepoMath.VALUE_IN_MILLIONTH)
            revert IRepoMargin.CallNotMet(needed, available / RepoMath.VALUE_IN_MILLIONTH);

        _book(netted, lines, true);
        _endCall(netted.id);
        emit IRepoMargin.CallMet(netted.id, needed);
        emit IRepoMargin.MarginDelivered(netted.id, pair.by, pair.against, number, lines);

        _deliver(pair, lines);
    }

    /// @notice The manual is {IRepoMargin}.
    function returnCash(Pair calldata pair, uint256 principal, bytes calldata signature) external {
        Netted memory netted = _performingSet(pair);
        MarginAccount memory account = _accountToday(pair, netted);
        int256 held = netted.byFirst ? int256(account.cash) : -int256(account.cash);
        uint256 available = held < 0 ? 0 : uint256(held);
        // The books of this contract, which nobody can add to from outside.
        // slither-disable-next-line incorrect-equality
        bool settles = int256(principal) == held && account.cashDays != 0;
        int256 interest = settles ? _takeInterest(pair, netted, account) : int256(0);
        bool nothing = principal == 0 && interest <= 0;
        if (nothing || principal > available || principal % RepoMath.CENT != 0) {
            revert IRepoMargin.NotHeldAsMargin(pair.cash, principal, available);
        }
        uint24 number = _count(account, netted.byFirst);
        bytes32 structHash = MarginConsents.returning(netted.id, number, pair.by, pair.against, principal, interest);
        _requireSigned(pair.by, structHash, signature);

        account.cash += netted.byFirst ? -_asCash(principal) : _asCash(principal);
        _margins[netted.id] = account;
        emit IRepoMargin.MarginPaid(netted.id, pair.by, pair.against, principal, interest, account);

        _pay(pair, uint256(int256(principal) + interest));
    }

    /// @notice The manual is {IRepoMargin}.
    function returnSecurities(Pair calldata pair, Line[] calldata lines, bytes calldata signature) external {
        Netted memory netted = _performingSet(pair);
        if (lines.length == 0) revert IRepoFacility.NoCollateral();
        uint24 number = _nextNumber(netted);
        bytes32 structHash = MarginConsents.restoring(netted.id, number, pair.by, pair.against, lines);
        _requireSigned(pair.by, structHash, signature);

        _book(netted, lines, false);
        emit IRepoMargin.MarginDelivered(netted.id, pair.by, pair.against, number, lines);

        _deliver(pair, lines);
    }

    /// @dev The amount of the call that `against` made of `by`.
    function _requireCalled(Pair calldata pair, Netted memory netted) private view returns (uint256) {
        MarginCall memory standing = _calls[netted.id];
        if (standing.amount == 0 || standing.by != pair.against) revert IRepoMargin.NoCallStands(netted.id);
        return standing.amount;
    }

    /// @dev What new margin counts for, in 10^-17. It may stand in as the collateral of a new repo may, however much of it
    /// comes from one issuer.
    function _worthAsMargin(
        Pair calldata pair,
        Netted memory netted,
        Line[] calldata lines
    ) private view returns (uint256 sum) {
        Collateral.Measure memory measure = _standing(netted);
        measure.policy = _policy;
        measure.policyVersion = _policy.latest();
        measure.byLatest = true;
        measure.ends = block.timestamp + pair.agreement.grace;
        for (uint256 i = 0; i < lines.length; ++i) {
            // One issuer may be all of a margin.
            // slither-disable-next-line unused-return
            (uint256 value, , ) = Collateral.eligibleValue(lines[i], measure);
            // An enumeration, not an amount.
            // slither-disable-next-line incorrect-equality
            if (measure.method == Method.Ratio) {
                value = lines[i].quantity * _prices.priceOf(lines[i].security, measure.maximumPriceAge) * RepoMath.ONE;
            }
            sum += value;
        }
    }

    /// @dev Books lines that go from `by` to `against`: as new margin, or as what `by` must hold to return it.
    function _book(Netted memory netted, Line[] calldata lines, bool isNew) private {
        uint16 standing = netted.set.securities();
        for (uint256 i = 0; i < lines.length; ++i) {
            (address security, uint64 margin) = (lines[i].security, lines[i].margin);
            int128 quantity = int128(uint128(lines[i].quantity.toUint96()));
            SecurityMargin storage stored = _securityMargins[netted.id][security];
            SecurityMargin memory held = stored;
            int128 holding = netted.byFirst ? held.quantity : -held.quantity;
            if (!isNew && (quantity == 0 || holding < quantity)) {
                revert IRepoMargin.NotHeldAsMargin(security, uint128(quantity), holding < 0 ? 0 : uint128(holding));
            }
            if (held.quantity != 0 && held.margin != margin)
                revert IRepoMargin.OtherMargin(security, margin, held.margin);
            int128 rest = held.quantity + (netted.byFirst ? -quantity : quantity);
            if (held.quantity == 0) ++standing;
            if (rest == 0) --standing;
            (stored.quantity, stored.margin) = (rest, rest == 0 ? 0 : margin);
        }
        if (standing > Collateral.MOST_LINES) revert IRepoFacility.TooManyLines(standing, Collateral.MOST_LINES);
        _sets[netted.id].securities = standing;
    }

    /// @dev The account with its interest counted up to today.
    function _accountToday(Pair calldata pair, Netted memory netted) private view returns (MarginAccount memory) {
        return _accruedMargin(_margins[netted.id], _dayOn(pair.agreement.utcOffset));
    }

    /// @dev What `by` pays with the last of the margin: all interest, which is settled with it. Interest the other way
    /// stays counted where it would be more than the payment.
    function _takeInterest(
        Pair calldata pair,
        Netted memory netted,
        MarginAccount memory account
    ) private pure returns (int256 interest) {
        interest = RepoMath.interestHalfUp(_interest(account, pair.agreement), netted.set.basis());
        if (!netted.byFirst) interest = -interest;
        int256 principal = netted.byFirst ? int256(account.cash) : -int256(account.cash);
        if (principal + interest < 0) return 0;
        account.cashDays = 0;
    }

    function _pay(Pair calldata pair, uint256 amount) private {
        Exchange legs = exchange(1);
        legs.add(pair.cash, pair.by, pair.against, amount);
        legs.carryOut(_settlement);
    }

    function _deliver(Pair calldata pair, Line[] calldata lines) private {
        Exchange legs = exchange(lines.length);
        legs.addLines(lines, pair.by, pair.against);
        legs.carryOut(_settlement);
    }

    /// @dev The number of the next act of one side, counted in memory.
    function _count(MarginAccount memory account, bool byFirst) private pure returns (uint24) {
        return byFirst ? ++account.numberOfFirst : ++account.numberOfSecond;
    }

    function _asCash(uint256 amount) private pure returns (int80) {
        return int256(amount).toInt80();
    }
}
