// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {
    Agreement,
    Change,
    Duration,
    Failing,
    IRepoFacility,
    Income,
    Line,
    NettingSet,
    Position,
    Repo,
    RepoState,
    RepoTerms,
    SetState
} from "../interfaces/IRepoFacility.sol";
import {IRepoMargin} from "../interfaces/IRepoMargin.sol";
import {ISecurityEntitlement} from "../interfaces/ISecurityEntitlement.sol";
import {IncomeNotice, IRepoServicing} from "../interfaces/IRepoServicing.sol";
import {SignerKind} from "../interfaces/IWalletRegistry.sol";
import {Accrual} from "./Accrual.sol";
import {CheckedTerms, checked, byId} from "./CheckedTerms.sol";
import {Exchange, exchange} from "./Exchange.sol";
import {Impediment} from "./Impediment.sol";
import {RepoBase, Venue} from "./RepoBase.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {RepoWord, readRepo} from "./RepoWord.sol";
import {SetWord, readSet} from "./SetWord.sol";

/// @title Agreements, cancellations, fails and income, run by {RepoFacility} on its storage. Manual: {IRepoServicing}.
contract RepoServicing is IRepoServicing, RepoBase {
    using RepoTermsLib for CheckedTerms;

    /// @dev What stands where a notice stood, once it is paid.
    bytes32 private constant PAID = bytes32(uint256(1));

    constructor(Venue memory venue) RepoBase(venue) {}

    /// @inheritdoc IRepoServicing
    function recordAgreement(Agreement calldata agreement) external returns (bytes32 id) {
        _settlement.requireUnlocked();
        id = RepoTermsLib.agreementId(agreement);
        NettingSet storage stored = _agreements[id];
        if (stored.state != SetState.Unused) revert AgreementKnown(id);
        if (agreement.basis != 360 && agreement.basis != 365) revert BadBasis(agreement.basis);
        _requireSane(agreement.lateRate);
        _requireSane(agreement.marginRate);
        _requireSane(int256(uint256(agreement.failsRate)));
        _requireClock(agreement.utcOffset, 0);

        stored.state = SetState.Performing;
        stored.method = agreement.method;
        stored.basis = agreement.basis;
        stored.maximumPriceAge = agreement.maximumPriceAge;
        stored.grace = agreement.grace;
        stored.lateRate = agreement.lateRate;
        emit AgreementRecorded(id, agreement);
    }

    /// @notice The manual is {IRepoFacility}.
    function cancel(RepoTerms calldata given, address signer, bytes calldata signature) external {
        CheckedTerms terms = checked(given);
        _settlement.requireUnlocked();
        if (signer != terms.seller() && signer != terms.buyer()) revert IRepoFacility.NotASide(signer);
        if (block.timestamp >= terms.bindingFrom())
            revert IRepoFacility.AlreadyBinding(terms.bindingFrom(), block.timestamp);
        bytes32 repo = terms.id();
        _requireSigned(signer, RepoTermsLib.cancellation(repo, signer), signature);
        _cancel(repo, signer);
    }

    /// @notice The manual is {IRepoFacility}.
    function cancelTogether(
        RepoTerms calldata given,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external {
        CheckedTerms terms = checked(given);
        _settlement.requireUnlocked();
        bytes32 repo = terms.id();
        _requireSigned(terms.seller(), RepoTermsLib.cancellation(repo, terms.seller()), sellerSignature);
        _requireSigned(terms.buyer(), RepoTermsLib.cancellation(repo, terms.buyer()), buyerSignature);
        _cancel(repo, address(0));
    }

    /// @inheritdoc IRepoServicing
    function recordFail(Agreement calldata agreement, Position calldata position) external {
        _settlement.requireUnlocked();
        CheckedTerms terms = byId(position.terms);
        bytes32 id = terms.id();
        RepoWord repo = _openRepo(id);
        bytes32 agreementId = RepoTermsLib.agreementId(agreement);
        if (agreementId != terms.agreement()) revert NotTheAgreement(agreementId, terms.agreement());
        SetWord set = _performing(_nettingSet(terms));
        uint32 today = _dayOn(terms.utcOffset());
        uint32 dueDate = terms.duration() == Duration.Intraday ? terms.purchaseDate() + 1 : repo.repurchaseDate();
        uint256 cutOff = _cutOff(terms, dueDate);
        if (today < dueDate || block.timestamp < cutOff) revert NotLate(cutOff, block.timestamp);
        Line[] calldata lines = _owedCollateral(terms, position.lines, id, repo.changed());

        Change memory change = _changes[id];
        (change.accrued, change.failedDays) = Accrual.upTo(terms, repo, change, set.lateRate(), today, 0);
        change.failsRate = agreement.failsRate;
        Accrual.Due memory due = Accrual.dueOf(repo, change, change.accrued, change.failedDays, set.basis());
        Failing failing = _whoFails(terms, lines, due.total);
        // An enumeration, not an amount.
        // slither-disable-next-line incorrect-equality
        if (failing == Failing.Nobody || failing == change.failing) revert NothingToRecord(id, failing);
        change.failing = failing;
        change.failingSince = uint40(block.timestamp);
        _changes[id] = change;
        _repos[id].changed = true;
        _repos[id].accruesFrom = today;
        emit FailRecorded(id, failing, today, change.accrued, change.failedDays);
    }

    /// @inheritdoc IRepoServicing
    function recordReversal(Position calldata position, Line[] calldata left) external {
        _settlement.requireUnlocked();
        CheckedTerms terms = byId(position.terms);
        bytes32 id = terms.id();
        RepoWord repo = readRepo(_repos[id]);
        if (repo.state() != RepoState.Open && repo.state() != RepoState.ClosedOut) {
            revert IRepoFacility.WrongState(id, repo.state());
        }
        Line[] calldata lines = _collateral(terms, position.lines, id, repo.changed());
        Line[] memory back = _takeReversed(terms, id, lines, left);

        uint32 number = repo.number() + 1;
        _changes[id].lines = RepoTermsLib.hash(left);
        repo.afterChange(number).writeTo(_repos[id]);
        emit Reversed(id, number, left);
        if (repo.state() == RepoState.Open) _voidCall(_nettingSet(terms));

        if (terms.custody() != address(0)) _custody.release(id, _stillHeld(id, back));
    }

    /// @inheritdoc IRepoServicing
    function recordIncome(RepoTerms calldata given, IncomeNotice calldata income, bytes calldata signature) external {
        CheckedTerms terms = byId(given);
        _settlement.requireUnlocked();
        bytes32 id = terms.id();
        RepoWord repo = readRepo(_repos[id]);
        if (repo.state() != RepoState.Open && repo.state() != RepoState.Closed) {
            revert IRepoFacility.WrongState(id, repo.state());
        }
        _requireInTerm(terms, repo, income);
        // slither-disable-next-line unused-return
        (SignerKind kind, ) = _registry.checkActive(terms.buyer(), terms.buyer());
        _requireSignedBy(terms.buyer(), kind, RepoTermsLib.income(id, income), signature);
        bytes32 action = _actionOf(income);
        if (_incomes[id][action] != 0) revert IncomeKnown(id, income.security, income.recordDate);

        _incomes[id][action] = keccak256(abi.encode(income));
        if (repo.state() == RepoState.Open) {
            _performing(_nettingSet(terms));
            _changes[id].incomeDue += uint96(income.amount);
            _repos[id].changed = true;
        }
        emit IncomeRecorded(id, income.security, income.recordDate, income.paymentDate, income.amount);
    }

    /// @inheritdoc IRepoServicing
    function payIncome(RepoTerms calldata given, IncomeNotice calldata income) external {
        CheckedTerms terms = byId(given);
        bytes32 id = terms.id();
        RepoWord repo = readRepo(_repos[id]);
        bytes32 action = _actionOf(income);
        bool due = _incomes[id][action] == keccak256(abi.encode(income)) && repo.state() != RepoState.ClosedOut;
        uint32 today = _dayOn(terms.utcOffset());
        if (!due || today < income.paymentDate) revert NoIncomeDue(id, income.security, income.recordDate);
        _incomes[id][action] = PAID;
        if (repo.state() == RepoState.Open) {
            _performing(_nettingSet(terms));
            _changes[id].incomeDue -= uint96(income.amount);
        }
        bool hasPrice = repo.state() == RepoState.Open && terms.duration() != Duration.Intraday;
        if (terms.income() == Income.InThePrice && hasPrice) _lowerPrice(terms, repo, id, income);
        else _payAcross(terms, id, income);
    }

    function _cancel(bytes32 repo, address by) private {
        Repo storage stored = _repos[repo];
        if (stored.state != RepoState.None) revert IRepoFacility.WrongState(repo, stored.state);
        stored.state = RepoState.Cancelled;
        emit IRepoFacility.RepoCancelled(repo, by);
    }

    /// @dev What was reversed of each line and is not known yet; `left` must be the lines without it.
    function _takeReversed(
        CheckedTerms terms,
        bytes32 id,
        Line[] calldata lines,
        Line[] calldata left
    ) private returns (Line[] memory back) {
        address holder = _holder(terms);
        back = new Line[](lines.length);
        uint256 sum = 0;
        if (left.length != lines.length) revert NothingReversed(id);
        for (uint256 i = 0; i < lines.length; ++i) {
            Line calldata line = lines[i];
            uint256 inAll = ISecurityEntitlement(line.security).reversedOf(id, holder, terms.seller());
            uint256 taken = Math.min(inAll - _reversals[id][line.security], line.quantity);
            bool matches = left[i].security == line.security && left[i].margin == line.margin;
            if (!matches || left[i].quantity != line.quantity - taken) revert NothingReversed(id);
            _reversals[id][line.security] = inAll;
            back[i] = Line(line.security, taken, line.margin);
            sum += taken;
        }
        if (sum == 0) revert NothingReversed(id);
    }

    /// @dev What of `lines` custody has for the repo: after a close-out a side may have collected some of it.
    function _stillHeld(bytes32 id, Line[] memory lines) private view returns (Line[] memory) {
        for (uint256 i = 0; i < lines.length; ++i) {
            lines[i].quantity = Math.min(lines[i].quantity, _custody.heldFor(id, lines[i].security));
        }
        return lines;
    }

    /// @dev A call that stands was made on collateral that was gone.
    function _voidCall(bytes32 nettingSet) private {
        SetWord set = readSet(_sets[nettingSet]);
        if (!set.called() || set.state() == SetState.InDefault) return;
        _endCall(nettingSet);
        emit IRepoMargin.CallVoided(nettingSet);
    }

    function _payAcross(CheckedTerms terms, bytes32 id, IncomeNotice calldata income) private {
        emit IncomePaid(id, income.security, income.recordDate, income.amount);
        Exchange legs = exchange(1);
        legs.add(terms.cash(), terms.buyer(), terms.seller(), income.amount);
        legs.carryOut(_settlement);
    }

    /// @dev From the payment date on, however late this comes, interest runs on what is left of the price; from the last
    /// change on, if that was later.
    function _lowerPrice(CheckedTerms terms, RepoWord repo, bytes32 id, IncomeNotice calldata income) private {
        _settlement.requireUnlocked();
        uint256 amount = income.amount;
        if (amount >= repo.purchasePrice()) revert BadIncome(amount);
        uint32 date = income.paymentDate < repo.accruesFrom() ? uint32(repo.accruesFrom()) : income.paymentDate;
        Change memory change = _changes[id];
        int64 lateRate = readSet(_sets[_nettingSet(terms)]).lateRate();
        (change.accrued, change.failedDays) = Accrual.upTo(terms, repo, change, lateRate, date, 0);
        _changes[id] = change;
        uint96 lowered = repo.purchasePrice() - uint96(amount);
        uint32 number = repo.number() + 1;
        Repo storage stored = _repos[id];
        repo.afterChange(number).writeTo(stored);
        (stored.purchasePrice, stored.accruesFrom) = (lowered, date);
        emit IncomePriced(id, number, income.security, income.recordDate, date, lowered, change.accrued);
    }

    /// @dev Who keeps the closing from settling. A side that is itself stopped has failed, unless the other one has, too.
    function _whoFails(CheckedTerms terms, Line[] calldata lines, uint256 needed) private view returns (Failing) {
        (address seller, address buyer, address holder) = (terms.seller(), terms.buyer(), terms.custody());
        (bool sellerActive, bool buyerActive) = (_registry.isActive(seller), _registry.isActive(buyer));
        if (_impeded(terms.cash(), lines, sellerActive ? seller : buyer)) return Failing.Impeded;
        bool sellerFails = !sellerActive || IRegisteredERC20(terms.cash()).freeBalanceOf(seller) < needed;
        bool buyerFails = !buyerActive;
        if (holder == address(0)) buyerFails = buyerFails || _isShort(lines, buyer);
        else if (!_registry.isActive(holder) || _isShort(lines, holder)) return Failing.Impeded;
        if (sellerFails && buyerFails && !(sellerActive && buyerActive)) return Failing.Impeded;
        if (sellerFails) return Failing.Seller;
        return buyerFails ? Failing.Buyer : Failing.Nobody;
    }

    /// @dev Whether cash or collateral is stopped for everybody, `wallet` being active; or nobody is.
    function _impeded(address cash, Line[] calldata lines, address wallet) private view returns (bool) {
        if (Impediment.stops(_settlement, cash, wallet)) return true;
        for (uint256 i = 0; i < lines.length; ++i) {
            if (Impediment.stops(_settlement, lines[i].security, wallet)) return true;
        }
        return false;
    }

    function _isShort(Line[] calldata lines, address holder) private view returns (bool) {
        for (uint256 i = 0; i < lines.length; ++i) {
            if (IRegisteredERC20(lines[i].security).freeBalanceOf(holder) < lines[i].quantity) return true;
        }
        return false;
    }

    function _requireInTerm(CheckedTerms terms, RepoWord repo, IncomeNotice calldata income) private pure {
        uint256 amount = income.amount;
        if (amount == 0 || amount % RepoMath.CENT != 0 || amount > repo.purchasePrice()) revert BadIncome(amount);
        bool inTerm = income.recordDate >= terms.purchaseDate() && income.paymentDate >= income.recordDate;
        if (!inTerm) revert IncomeOutOfTerm(income.recordDate, income.paymentDate);
    }

    function _actionOf(IncomeNotice calldata income) private pure returns (bytes32) {
        return keccak256(abi.encode(income.security, income.recordDate));
    }
}
