// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";
import {IRepoDefault} from "../interfaces/IRepoDefault.sol";
import {
    Change,
    Failing,
    IRepoFacility,
    Line,
    NettingSet,
    Position,
    RepoState,
    RepoTerms,
    SetState
} from "../interfaces/IRepoFacility.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {Pair} from "../interfaces/IRepoMargin.sol";
import {SignerKind} from "../interfaces/IWalletRegistry.sol";
import {ISecurityEntitlement} from "../interfaces/ISecurityEntitlement.sol";
import {CheckedTerms, byId} from "./CheckedTerms.sol";
import {Exchange, exchange} from "./Exchange.sol";
import {Impediment} from "./Impediment.sol";
import {MarginConsents} from "./MarginConsents.sol";
import {NetExposure} from "./NetExposure.sol";
import {RepoBase, Venue} from "./RepoBase.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {RepoWord, readRepo} from "./RepoWord.sol";

/// @title Default and close-out of a netting set, run by {RepoFacility} on its storage. Manual: {IRepoDefault}.
contract RepoDefault is IRepoDefault, NetExposure {
    using RepoTermsLib for CheckedTerms;
    using TransientSlot for bytes32;
    using TransientSlot for TransientSlot.Uint256Slot;

    /// @notice One step of a close-out.
    /// @param net as in {CloseOut}, so far
    struct Step {
        uint40 declaredAt;
        bool isLast;
        int256 net;
    }

    constructor(Venue memory venue) RepoBase(venue) {}

    /// @inheritdoc IRepoDefault
    function declareDefault(Pair calldata pair, Position[] calldata failed, bytes calldata signature) external {
        _settlement.requireUnlocked();
        Netted memory netted = _performingSet(pair);
        bytes32 ground = 0;
        if (failed.length == 0) _requireCallUnmet(pair, netted);
        else ground = _requireFailStands(pair, netted, failed[0]);
        uint24 number = _nextNumber(netted);
        _requireSigned(pair.by, MarginConsents.declaring(netted.id, number, ground, pair.by), signature);

        uint40 declaredAt = uint40(block.timestamp);
        NettingSet storage set = _sets[netted.id];
        (set.state, set.secondDefaulted, set.clock) = (SetState.InDefault, netted.byFirst, declaredAt);
        emit DefaultDeclared(netted.id, pair.by, pair.against, declaredAt, ground);
    }

    /// @inheritdoc IRepoDefault
    function stateValue(Pair calldata pair, address security, uint64 price, bytes calldata signature) external {
        _settlement.requireUnlocked();
        Netted memory netted = _inDefault(pair);
        if (netted.set.secondDefaulted() != netted.byFirst) revert IRepoFacility.NotASide(pair.by);
        uint40 declaredAt = netted.set.clock();
        IPriceBoard.Quote memory last = _prices.quoteOf(security);
        uint256 earliest = uint256(declaredAt) + pair.agreement.valuationPeriod;
        bool known = _defaultPrices[netted.id][declaredAt][security] != 0;
        bool observed = last.observedAt >= declaredAt && !last.pending;
        if (block.timestamp < earliest || known || observed) revert ValuationNotDue(security, earliest);
        uint256 distance = price > last.price ? price - last.price : last.price - price;
        if (price == 0 || distance * RepoMath.ONE > uint256(pair.agreement.valuationBound) * last.price) {
            revert ValuationOutOfBounds(security, price, last.price);
        }
        // slither-disable-next-line unused-return
        (SignerKind kind, ) = _registry.checkActive(pair.by, pair.by);
        bytes32 structHash = MarginConsents.stating(netted.id, _nextNumber(netted), security, price, pair.by);
        _requireSignedBy(pair.by, kind, structHash, signature);

        _defaultPrices[netted.id][declaredAt][security] = price;
        emit DefaultPriceFixed(netted.id, security, price, true);
    }

    /// @inheritdoc IRepoDefault
    function closeOut(Pair calldata pair, Position[] calldata positions, address[] calldata securities) external {
        _settlement.requireUnlocked();
        Netted memory netted = _inDefault(pair);
        uint16 open = netted.set.open();
        Step memory step = Step(netted.set.clock(), positions.length == open, _nets[netted.id]);
        bytes32 last = 0;
        for (uint256 i = 0; i < positions.length; ++i) last = _value(netted, step, positions[i], last);
        if (step.isLast) {
            _finish(pair, netted, step, securities);
        } else {
            _nets[netted.id] = step.net;
            _sets[netted.id].open = open - uint16(positions.length);
        }
    }

    /// @inheritdoc IRepoDefault
    function collect(RepoTerms calldata given, Line[] calldata lines, address wallet) external {
        CheckedTerms terms = byId(given);
        bytes32 id = terms.id();
        RepoWord repo = readRepo(_repos[id]);
        bool ofSide = wallet == terms.buyer() || wallet == terms.seller();
        if (repo.state() != RepoState.ClosedOut || terms.custody() == address(0) || !ofSide) {
            revert NothingToCollect(id, wallet);
        }
        lines = _owedCollateral(terms, lines, id, repo.changed());
        Line[] memory due = new Line[](lines.length);
        uint256 count = 0;
        for (uint256 i = 0; i < lines.length; ++i) {
            address security = lines[i].security;
            uint256 held = _custody.heldFor(id, security);
            // A reversal since the close-out takes from what is left for the buyer last.
            uint256 award = Math.min(_awards[id][security], held);
            uint256 quantity = wallet == terms.buyer() ? award : held - award;
            if (quantity == 0 || !_canDeliver(security, terms.custody(), quantity)) continue;
            due[count] = Line(security, quantity, lines[i].margin);
            ++count;
            if (wallet == terms.buyer()) _awards[id][security] = 0;
        }
        if (count == 0) revert NothingToCollect(id, wallet);
        assembly ("memory-safe") {
            mstore(due, count)
        }
        emit Collected(id, wallet, due);

        _custody.release(id, due);
        Exchange legs = exchange(count);
        for (uint256 i = 0; i < count; ++i) legs.add(due[i].security, terms.custody(), wallet, due[i].quantity);
        legs.carryOut(_settlement);
    }

    /// @inheritdoc IRepoDefault
    function payClaim(Pair calldata pair, uint256 amount, bytes calldata signature) external {
        Netted memory netted = _netted(pair);
        int256 claim = _claims[netted.id];
        int256 owed = netted.byFirst ? -claim : claim;
        if (amount == 0 || amount % RepoMath.CENT != 0 || int256(amount) > owed || amount > type(uint96).max) {
            revert BadClaimPayment(amount, owed < 0 ? 0 : uint256(owed));
        }
        uint24 number = _nextNumber(netted);
        bytes32 structHash = MarginConsents.claimPaying(netted.id, number, pair.by, pair.against, amount);
        _requireSigned(pair.by, structHash, signature);

        claim += netted.byFirst ? int256(amount) : -int256(amount);
        _claims[netted.id] = claim;
        emit ClaimPaid(netted.id, pair.by, pair.against, amount, claim);

        Exchange legs = exchange(1);
        legs.add(pair.cash, pair.by, pair.against, amount);
        legs.carryOut(_settlement);
    }

    function _inDefault(Pair calldata pair) private view returns (Netted memory netted) {
        netted = _netted(pair);
        if (netted.set.state() != SetState.InDefault) revert NotInDefault(netted.id);
    }

    /// @dev `against` did not meet the call of `by` in time, and it could have.
    function _requireCallUnmet(Pair calldata pair, Netted memory netted) private view {
        uint256 deadline = _calls[netted.id].by == pair.by ? netted.set.clock() : 0;
        bool unmet = deadline != 0 && block.timestamp > deadline;
        if (!unmet || Impediment.stops(_settlement, pair.cash, pair.by)) revert NoDefault(netted.id, deadline);
    }

    /// @dev A fail of `against` has been on record for the grace, and nothing stops the closing now.
    function _requireFailStands(
        Pair calldata pair,
        Netted memory netted,
        Position calldata position
    ) private view returns (bytes32 id) {
        CheckedTerms terms = byId(position.terms);
        RepoWord repo;
        (id, repo, ) = _next(netted, terms, 0);
        Change memory change = _changes[id];
        (bytes20 seller, bytes20 against) = _participants(terms.seller(), pair.against);
        bool bySeller = seller == against;
        bool onRecord = change.failing == (bySeller ? Failing.Seller : Failing.Buyer);
        uint256 earliest = onRecord ? uint256(change.failingSince) + netted.set.grace() : 0;
        if (!onRecord || block.timestamp <= earliest) revert NoDefault(netted.id, earliest);
        Line[] calldata lines = _owedCollateral(terms, position.lines, id, repo.changed());
        address other = bySeller ? terms.buyer() : terms.seller();
        bool stopped = Impediment.stops(_settlement, terms.cash(), pair.by);
        if (other != pair.by) stopped = stopped || Impediment.stops(_settlement, terms.cash(), other);
        for (uint256 i = 0; i < lines.length; ++i) {
            (address security, uint256 quantity) = (lines[i].security, lines[i].quantity);
            bool stands =
                terms.custody() == address(0)
                    ? !Impediment.stops(_settlement, security, other)
                    : _canDeliver(security, terms.custody(), quantity);
            stopped = stopped || !stands;
        }
        if (stopped) revert NoDefault(netted.id, 0);
    }

    /// @dev Whether custody could deliver so much of a security now to a wallet that is active.
    function _canDeliver(address security, address custody, uint256 quantity) private view returns (bool) {
        if (Impediment.stops(_settlement, security, custody)) return false;
        return quantity <= IRegisteredERC20(security).freeBalanceOf(custody);
    }

    /// @dev Values one repo and ends it, which is why no later step can value it again. The order holds within a step only:
    /// one that held across steps would let whoever skips a repo keep it from ever being valued.
    function _value(
        Netted memory netted,
        Step memory step,
        Position calldata position,
        bytes32 last
    ) private returns (bytes32 id) {
        CheckedTerms terms = byId(position.terms);
        RepoWord repo;
        bool buyerIsFirst;
        (id, repo, buyerIsFirst) = _next(netted, terms, last);
        Line[] calldata lines = _owedCollateral(terms, position.lines, id, repo.changed());
        (uint256 repurchase, int256 toSeller) = _owed(netted, terms, id, repo, step.declaredAt);
        int256 owed = int256(repurchase) - toSeller;
        uint256 basis = netted.set.basis();
        int256 worth = RepoMath.valueAsExposure(_worth(netted, step, terms, id, lines, owed), basis);
        step.net += buyerIsFirst ? owed - worth : worth - owed;
        _repos[id].state = RepoState.ClosedOut;
        emit Valued(
            netted.id,
            id,
            RepoMath.exposureHalfUp(owed, basis),
            uint256(RepoMath.exposureHalfUp(worth, basis))
        );
    }

    /// @dev What the buyer has or receives of the collateral, at default market value, in 10^-17: all of it with title; out
    /// of custody as much as it is owed, rounded down to what can be delivered.
    function _worth(
        Netted memory netted,
        Step memory step,
        CheckedTerms terms,
        bytes32 id,
        Line[] calldata lines,
        int256 owed
    ) private returns (uint256 worth) {
        for (uint256 i = 0; i < lines.length; ++i) {
            uint256 value = _defaultPrice(netted, step, lines[i].security) * RepoMath.ONE;
            uint256 quantity = lines[i].quantity;
            if (terms.custody() != address(0)) {
                int256 left = owed - RepoMath.valueAsExposure(worth, netted.set.basis());
                quantity = _award(lines[i], left, value * netted.set.basis() * RepoMath.MINUTES);
                _awards[id][lines[i].security] = quantity;
            }
            worth += quantity * value;
        }
    }

    /// @dev How much of a line covers `left` at a value per unit, both as exposures, rounded down to the denomination.
    function _award(Line calldata line, int256 left, uint256 valueOfOne) private view returns (uint256 quantity) {
        if (left <= 0) return 0;
        uint256 denomination = ISecurityEntitlement(line.security).denomination();
        // Dividing first is the rounding.
        // slither-disable-next-line divide-before-multiply
        quantity = (uint256(left) / valueOfOne / denomination) * denomination;
        if (quantity > line.quantity) quantity = line.quantity;
    }

    /// @dev The price of this close-out: the one that was fixed, else the board's if it was observed since the declaration.
    /// The last step keeps it for itself only: a word of storage that nobody will read costs 22,100 gas.
    function _defaultPrice(Netted memory netted, Step memory step, address security) private returns (uint256 price) {
        uint256 stored = _defaultPrices[netted.id][step.declaredAt][security];
        if (stored != 0) return stored;
        TransientSlot.Uint256Slot fixedNow = keccak256(abi.encode(netted.id, step.declaredAt, security)).asUint256();
        price = fixedNow.tload();
        if (price != 0) return price;
        price = _prices.priceOf(security, block.timestamp - step.declaredAt);
        if (step.isLast) fixedNow.tstore(price);
        else _defaultPrices[netted.id][step.declaredAt][security] = price;
        emit DefaultPriceFixed(netted.id, security, price, false);
    }

    /// @dev Takes the margin in, rounds once, records the claim, and gives the set back empty.
    function _finish(
        Pair calldata pair,
        Netted memory netted,
        Step memory step,
        address[] calldata securities
    ) private {
        int256 net = step.net - _cashMargin(netted, pair.agreement, step.declaredAt);
        _requireAllSecurities(netted, securities);
        for (uint256 i = 0; i < securities.length; ++i) {
            int256 quantity = _securityMargins[netted.id][securities[i]].quantity;
            int256 value = quantity * int256(_defaultPrice(netted, step, securities[i]) * RepoMath.ONE);
            net -= _signedAsExposure(value, netted.set.basis());
            delete _securityMargins[netted.id][securities[i]];
        }
        int256 sum = RepoMath.exposureHalfUp(net, netted.set.basis());
        int256 claim = _claims[netted.id] + sum;
        _claims[netted.id] = claim;
        (_margins[netted.id].cash, _margins[netted.id].cashDays) = (0, 0);
        delete _calls[netted.id];
        delete _nets[netted.id];
        NettingSet storage set = _sets[netted.id];
        (set.open, set.securities, set.state) = (0, 0, SetState.Performing);
        (set.called, set.clock) = (false, 0);
        emit ClosedOut(netted.id, sum, claim);
    }
}
