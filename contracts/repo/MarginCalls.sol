// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Line, Position} from "../interfaces/IRepoFacility.sol";
import {IRepoMargin, MarginCall, Pair, SecurityMargin} from "../interfaces/IRepoMargin.sol";
import {CheckedTerms, byId} from "./CheckedTerms.sol";
import {Collateral} from "./Collateral.sol";
import {Impediment} from "./Impediment.sol";
import {MarginConsents} from "./MarginConsents.sol";
import {NetExposure} from "./NetExposure.sol";
import {RepoBase, Venue} from "./RepoBase.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {RepoWord} from "./RepoWord.sol";

/// @title Margin is called: net exposure, the call and its clock, run by {RepoFacility} on its storage. Manual: {IRepoMargin}.
contract MarginCalls is NetExposure {
    using Collateral for Line[];
    using RepoTermsLib for CheckedTerms;
    using SafeCast for uint256;

    constructor(Venue memory venue) RepoBase(venue) {}

    /// @notice The manual is {IRepoMargin}.
    function callMargin(
        Pair calldata pair,
        Position[] calldata positions,
        address[] calldata securities,
        bytes calldata signature
    ) external {
        _settlement.requireUnlocked();
        Netted memory netted = _performingSet(pair);
        (int256 exposure, uint256 amount) = _callable(pair, netted, positions, securities);
        // Zero is how {_callable} says that there is nothing.
        // slither-disable-next-line incorrect-equality
        if (amount == 0) {
            revert IRepoMargin.NothingToCall(exposure, pair.agreement.threshold, pair.agreement.minimumTransfer);
        }
        if (netted.set.called() && netted.set.clock() != 0) {
            revert IRepoMargin.CallOutstanding(netted.id, _calls[netted.id].amount);
        }
        uint24 number = _nextNumber(netted);
        _requireSigned(pair.by, MarginConsents.calling(netted.id, number, pair.by), signature);

        bool stopped = Impediment.stops(_settlement, pair.cash, pair.by);
        uint40 deadline = stopped ? 0 : uint40(block.timestamp + pair.agreement.callDeadline);
        _calls[netted.id] = MarginCall(uint96(amount), pair.by);
        (_sets[netted.id].called, _sets[netted.id].clock) = (true, deadline);
        emit IRepoMargin.MarginCalled(netted.id, pair.by, pair.against, number, exposure, amount, deadline);
    }

    /// @notice The manual is {IRepoMargin}.
    function stopClock(Pair calldata pair) external {
        _settlement.requireUnlocked();
        Netted memory netted = _ofCaller(pair);
        if (netted.set.clock() == 0 || !Impediment.stops(_settlement, pair.cash, pair.by)) {
            revert IRepoMargin.ClockUnchanged(netted.id);
        }
        _sets[netted.id].clock = 0;
        emit IRepoMargin.ClockSet(netted.id, 0);
    }

    /// @notice The manual is {IRepoMargin}.
    function restartClock(Pair calldata pair) external {
        _settlement.requireUnlocked();
        Netted memory netted = _ofCaller(pair);
        if (netted.set.clock() != 0 || Impediment.stops(_settlement, pair.cash, pair.by)) {
            revert IRepoMargin.ClockUnchanged(netted.id);
        }
        uint40 deadline = uint40(block.timestamp + pair.agreement.callDeadline);
        _sets[netted.id].clock = deadline;
        emit IRepoMargin.ClockSet(netted.id, deadline);
    }

    /// @notice The manual is {IRepoMargin}.
    function netExposure(
        Pair calldata pair,
        Position[] calldata positions,
        address[] calldata securities
    ) external view returns (int256 exposure, uint256 call) {
        _settlement.requireUnlocked();
        return _callable(pair, _netted(pair), positions, securities);
    }

    /// @dev The set, if `by` made the call that stands in it.
    function _ofCaller(Pair calldata pair) private view returns (Netted memory netted) {
        netted = _performingSet(pair);
        MarginCall memory standing = _calls[netted.id];
        if (standing.amount == 0 || standing.by != pair.by) revert IRepoMargin.NoCallStands(netted.id);
    }

    /// @dev Net exposure of `by` and what it may call of it, in millionths.
    function _callable(
        Pair calldata pair,
        Netted memory netted,
        Position[] calldata positions,
        address[] calldata securities
    ) private view returns (int256 exposure, uint256 amount) {
        uint256 basis = netted.set.basis();
        int256 net = _exposureOfFirst(netted, positions) - _cashMargin(netted, pair.agreement, block.timestamp);
        net -= _signedAsExposure(_securitiesOfFirst(netted, securities), basis);
        if (!netted.byFirst) net = -net;
        // A set that never had a repo.
        if (basis == 0) return (0, 0);
        int256 excess = net - _barAsExposure(pair.agreement.threshold, basis);
        exposure = RepoMath.exposureHalfUp(net, basis);
        if (excess > 0 && excess >= _barAsExposure(pair.agreement.minimumTransfer, basis)) {
            amount = uint256(RepoMath.exposureHalfUp(excess, basis)).toUint96();
        }
    }

    /// @dev An amount of the agreement as an exposure. No exposure reaches 2^128 millionths: what is above means never.
    function _barAsExposure(uint256 amount, uint256 basis) private pure returns (int256) {
        return RepoMath.cashAsExposure(int256(Math.min(amount, type(uint128).max)), basis);
    }

    /// @dev What all open repos of the set are short of their margin, to the first participant.
    function _exposureOfFirst(Netted memory netted, Position[] calldata positions) private view returns (int256 sum) {
        if (positions.length != netted.set.open()) {
            revert IRepoMargin.NotAllOfTheSet(netted.id, positions.length, netted.set.open());
        }
        Collateral.Measure memory measure = _standing(netted);
        bytes32 last = 0;
        for (uint256 i = 0; i < positions.length; ++i) {
            CheckedTerms terms = byId(positions[i].terms);
            RepoWord repo;
            bool buyerIsFirst;
            (last, repo, buyerIsFirst) = _next(netted, terms, last);
            Line[] calldata lines = _collateral(terms, positions[i].lines, last, repo.changed());
            (uint256 marketValue, uint256 afterMargin) = lines.valueOf(measure);
            (uint256 owed, int256 toSeller) = _owed(netted, terms, last, repo, block.timestamp);
            int256 exposure =
                RepoMath.exposureUp(owed, marketValue, afterMargin, measure.method, netted.set.basis()) - toSeller;
            sum += buyerIsFirst ? exposure : -exposure;
        }
    }

    /// @dev What the securities count for that the first participant holds as margin, in 10^-17; below zero what it gave.
    function _securitiesOfFirst(Netted memory netted, address[] calldata securities) private view returns (int256 sum) {
        _requireAllSecurities(netted, securities);
        Collateral.Measure memory measure = _standing(netted);
        for (uint256 i = 0; i < securities.length; ++i) {
            SecurityMargin memory held = _securityMargins[netted.id][securities[i]];
            uint256 price = _prices.priceOf(securities[i], measure.maximumPriceAge);
            sum += _marginValue(measure.method, held.quantity, price, held.margin);
        }
    }
}
