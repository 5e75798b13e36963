// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "../interfaces/ICollateralPolicy.sol";
import {Amendment, IRepoChanges} from "../interfaces/IRepoChanges.sol";
import {
    Change,
    Duration,
    IRepoFacility,
    Line,
    Position,
    Repo,
    RepoState,
    RepoTerms
} from "../interfaces/IRepoFacility.sol";
import {IWalletRegistry, SignerKind} from "../interfaces/IWalletRegistry.sol";
import {WalletWord} from "../registry/WalletWord.sol";
import {Accrual} from "./Accrual.sol";
import {CheckedTerms, checked, byId} from "./CheckedTerms.sol";
import {Collateral} from "./Collateral.sol";
import {Exchange, exchange} from "./Exchange.sol";
import {RepoBase, Venue} from "./RepoBase.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoOpening} from "./RepoOpening.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {RepoWord} from "./RepoWord.sol";
import {SetWord} from "./SetWord.sol";

/// @title Changes of an open repo, run by {RepoFacility} on its storage. Manual: {IRepoChanges}.
contract RepoChanges is IRepoChanges, RepoOpening {
    using Collateral for Line[];
    using RepoTermsLib for CheckedTerms;

    constructor(Venue memory venue) RepoBase(venue) {}

    /// @inheritdoc IRepoChanges
    function giveNotice(
        RepoTerms calldata given,
        uint32 repurchaseDate,
        address signer,
        bytes calldata signature
    ) external {
        CheckedTerms terms = byId(given);
        _settlement.requireUnlocked();
        (bytes32 id, RepoWord repo, , uint32 today) = _changing(terms);
        if (terms.duration() == Duration.Intraday) revert IntradayStands(id);
        if (terms.duration() == Duration.Term && !terms.mayTerminate()) revert NoNoticeAgreed(id);
        if (signer != terms.seller() && signer != terms.buyer()) revert IRepoFacility.NotASide(signer);
        uint256 earliest = uint256(today) + terms.noticePeriod();
        if (earliest <= terms.purchaseDate()) earliest = uint256(terms.purchaseDate()) + 1;
        if (repurchaseDate < earliest || repurchaseDate >= repo.repurchaseDate()) {
            revert NoticeOutOfBounds(repurchaseDate, earliest, repo.repurchaseDate());
        }
        _requireSigned(signer, RepoTermsLib.notice(id, repurchaseDate, signer), signature);

        _repos[id].repurchaseDate = repurchaseDate;
        emit NoticeGiven(id, repurchaseDate, signer);
    }

    /// @inheritdoc IRepoChanges
    function amend(
        Position calldata position,
        Amendment calldata amendment,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external {
        CheckedTerms terms = byId(position.terms);
        (bytes32 id, RepoWord repo, SetWord set, uint32 today) = _changing(terms);
        if (terms.duration() == Duration.Intraday) revert IntradayStands(id);
        if (amendment.date != today) revert NotTheDay(amendment.date, today);
        Line[] calldata lines = _owedCollateral(terms, position.lines, id, repo.changed());
        Line[] calldata newLines = amendment.lines.length == 0 ? lines : amendment.lines;
        bool exchanged = RepoTermsLib.hash(newLines) != RepoTermsLib.hash(lines);
        _requireAmendable(terms, amendment, repo, set, id, newLines, exchanged);
        uint32 number = repo.number() + 1;
        _requireBothAgree(
            terms,
            RepoTermsLib.amending(id, number, amendment, terms.seller()),
            RepoTermsLib.amending(id, number, amendment, terms.buyer()),
            sellerSignature,
            buyerSignature
        );

        Change memory change = _changes[id];
        (change.accrued, change.failedDays) = Accrual.upTo(terms, repo, change, set.lateRate(), today, 0);
        if (exchanged) change.lines = RepoTermsLib.hash(newLines);
        _changes[id] = change;
        int256 lent = int256(amendment.purchasePrice) - int256(uint256(repo.purchasePrice()));
        Repo storage stored = _repos[id];
        repo.afterChange(number).writeTo(stored);
        stored.accruesFrom = today;
        (stored.purchasePrice, stored.rate) = (uint96(amendment.purchasePrice), int40(amendment.rate));
        emit Amended(id, number, today, amendment.purchasePrice, amendment.rate, change.accrued, newLines);

        if (exchanged) _rebook(terms, id, id, lines, newLines);
        _deliver(terms, lines, newLines, lent);
    }

    /// @inheritdoc IRepoChanges
    function substitute(
        Position calldata position,
        Line[] calldata newLines,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external {
        CheckedTerms terms = byId(position.terms);
        (bytes32 id, RepoWord repo, uint32 today) = _changeable(terms);
        (WalletWord seller, WalletWord buyer) = _wallets(terms.seller(), terms.buyer());
        SetWord set = _withoutCall(_nettingSet(terms, seller, buyer));
        Line[] calldata lines = _owedCollateral(terms, position.lines, id, repo.changed());
        Change storage change = _changes[id];
        bytes32 newHash = RepoTermsLib.hash(newLines);
        if (newHash == _hashOf(lines, change)) revert NothingChanges(id);
        uint32 number = repo.number() + 1;
        bytes32 domain = _domainSeparatorV4();
        bytes32 structHash = RepoTermsLib.substituting(id, number, today, newHash, terms.seller());
        _requireActiveAndSigned(domain, terms.seller(), seller, structHash, sellerSignature);
        if (!terms.maySubstitute()) {
            structHash = RepoTermsLib.substituting(id, number, today, newHash, terms.buyer());
            _requireActiveAndSigned(domain, terms.buyer(), buyer, structHash, buyerSignature);
        }
        _requireNoLess(lines, newLines, _measure(terms, set, _lastDayNow(terms, repo, today), false));
        if (terms.maySubstitute()) _requireMarginsKept(set.method(), lines, newLines);

        change.lines = newHash;
        repo.afterChange(number).writeTo(_repos[id]);
        RepoTermsLib.emitSubstituted(id, number, newLines);

        _rebook(terms, id, id, lines, newLines);
        _deliver(terms, lines, newLines, 0);
    }

    /// @inheritdoc IRepoChanges
    function roll(
        Position calldata position,
        RepoTerms calldata following,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external returns (bytes32 nextId) {
        CheckedTerms terms = byId(position.terms);
        CheckedTerms next = checked(following);
        bytes32 id = terms.id();
        nextId = next.id();
        if (nextId == id) revert NothingChanges(id);
        RepoWord repo = _openRepo(id);
        bytes32 nettingSet = _nettingSet(terms);
        SetWord set = _performing(nettingSet);
        _requireWellFormed(next);
        if (!_sameParties(terms, next)) revert NotTheSameParties(nextId);
        _requireBothAgree(
            terms,
            RepoTermsLib.rolling(id, nextId, terms.seller()),
            RepoTermsLib.rolling(id, nextId, terms.buyer()),
            sellerSignature,
            buyerSignature
        );
        Line[] calldata lines = _owedCollateral(terms, position.lines, id, repo.changed());
        uint32 today = _dayOn(terms.utcOffset());
        Accrual.Due memory due = _dueOn(terms, repo, id, set, today);

        _repos[id].state = RepoState.Closed;
        emit IRepoFacility.Closed(id, today, due.interest, due.failsCharge, due.total);
        _write(next, next.lines(), nextId, nettingSet, 0);
        int256 paid = int256(due.total) - int256(next.purchasePrice());
        emit Rolled(id, nextId, paid);

        _rebook(terms, id, nextId, lines, next.lines());
        _deliver(terms, lines, next.lines(), -paid);
    }

    /// @dev The repo, its id, its set and the day, if it may still be changed today.
    function _changing(CheckedTerms terms) private view returns (bytes32 id, RepoWord repo, SetWord set, uint32 today) {
        (id, repo, today) = _changeable(terms);
        set = _performing(_nettingSet(terms));
    }

    /// @dev The set, in which no call may stand, whether its clock runs or not.
    function _withoutCall(bytes32 nettingSet) private view returns (SetWord set) {
        set = _performing(nettingSet);
        if (set.called()) revert CallStands(nettingSet);
    }

    /// @dev The repo, its id and the day, if its day for changes is not past.
    function _changeable(CheckedTerms terms) private view returns (bytes32 id, RepoWord repo, uint32 today) {
        id = terms.id();
        repo = _openRepo(id);
        today = _dayOn(terms.utcOffset());
        // A day, which lasts.
        // slither-disable-next-line incorrect-equality
        bool sameDay = terms.duration() == Duration.Intraday && today == repo.repurchaseDate();
        if (today >= repo.repurchaseDate() && !sameDay) revert PastChanging(repo.repurchaseDate(), today);
    }

    function _requireAmendable(
        CheckedTerms terms,
        Amendment calldata amendment,
        RepoWord repo,
        SetWord set,
        bytes32 id,
        Line[] calldata newLines,
        bool exchanged
    ) private view {
        uint256 price = amendment.purchasePrice;
        bool valueChanges = price != repo.purchasePrice() || exchanged;
        if (!valueChanges && amendment.rate == repo.rate()) revert NothingChanges(id);
        if (price == 0 || price % RepoMath.CENT != 0 || price > type(uint96).max) {
            revert IRepoFacility.BadPurchasePrice(price);
        }
        _requireSane(amendment.rate);
        if (!valueChanges) return;
        Collateral.Measure memory measure = _measure(terms, set, _lastDayNow(terms, repo, amendment.date), false);
        if (exchanged) newLines.requireCovered(measure, price);
        else newLines.requireEnough(measure, price);
    }

    /// @dev The hash of the collateral that stands: on record, once it changed.
    function _hashOf(Line[] calldata lines, Change storage change) private view returns (bytes32 standing) {
        standing = change.lines;
        // No lines have this hash.
        // slither-disable-next-line incorrect-equality
        if (standing == 0) standing = RepoTermsLib.hash(lines);
    }

    /// @dev The new basket may stand in, and counts for no less than the old one.
    function _requireNoLess(
        Line[] calldata lines,
        Line[] calldata newLines,
        Collateral.Measure memory measure
    ) private view {
        // The market value is of no concern here.
        // slither-disable-next-line unused-return
        (, uint256 needed) = lines.valueOf(measure);
        uint256 available = newLines.requireEligible(measure);
        if (available < needed) {
            revert LessCollateral(
                (needed - 1) / RepoMath.VALUE_IN_MILLIONTH + 1,
                available / RepoMath.VALUE_IN_MILLIONTH
            );
        }
    }

    /// @dev What the seller substitutes alone has no less margin than the buyer agreed to: a security that stays keeps at
    /// least its own, a new one has at least the largest. Else the seller would take out the difference.
    function _requireMarginsKept(Method method, Line[] calldata lines, Line[] calldata newLines) private pure {
        uint64 largest = 0;
        for (uint256 i = 0; i < lines.length; ++i) {
            if (lines[i].margin > largest) largest = lines[i].margin;
        }
        uint256 j = 0;
        for (uint256 i = 0; i < newLines.length; ++i) {
            address security = newLines[i].security;
            while (j < lines.length && lines[j].security < security) ++j;
            uint64 least = j < lines.length && lines[j].security == security ? lines[j].margin : largest;
            uint64 margin = newLines[i].margin;
            if (margin < least) revert IRepoFacility.MarginNotAccepted(security, method, margin, least);
        }
    }

    /// @dev The day to whose end collateral that comes in must live. Of an open-ended repo that is as soon as it could end:
    /// notice for a far day stops nothing.
    function _lastDayNow(CheckedTerms terms, RepoWord repo, uint32 today) private pure returns (uint256 last) {
        last = repo.repurchaseDate();
        uint256 soonest = uint256(today) + terms.noticePeriod();
        if (terms.duration() == Duration.OpenEnded && soonest < last) last = soonest;
    }

    /// @dev A wallet as the register has it is active, and signed. Where nothing of it moves no token would ask, and a wallet
    /// that is stopped because its key was stolen must agree to nothing.
    function _requireActiveAndSigned(
        bytes32 domain,
        address signer,
        WalletWord wallet,
        bytes32 structHash,
        bytes calldata signature
    ) private view {
        if (!wallet.isActive()) revert IWalletRegistry.WalletNotActive(signer, wallet.status());
        _requireSignedIn(domain, signer, wallet.signerKind(), structHash, signature);
    }

    /// @dev Two active wallets signed, as above.
    function _requireBothAgree(
        CheckedTerms terms,
        bytes32 sellerHash,
        bytes32 buyerHash,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) private view {
        (address seller, address buyer) = (terms.seller(), terms.buyer());
        (SignerKind sellerKind, SignerKind buyerKind) = _registry.checkActive(seller, buyer);
        bytes32 domain = _domainSeparatorV4();
        _requireSignedIn(domain, seller, sellerKind, sellerHash, sellerSignature);
        _requireSignedIn(domain, buyer, buyerKind, buyerHash, buyerSignature);
    }

    function _sameParties(CheckedTerms terms, CheckedTerms next) private pure returns (bool) {
        return
            terms.seller() == next.seller() &&
            terms.buyer() == next.buyer() &&
            terms.cash() == next.cash() &&
            terms.agreement() == next.agreement() &&
            terms.custody() == next.custody();
    }

    /// @dev The ledger of custody: what was held for `id` is held as `newLines` for `nextId`.
    function _rebook(
        CheckedTerms terms,
        bytes32 id,
        bytes32 nextId,
        Line[] calldata lines,
        Line[] calldata newLines
    ) private {
        if (terms.custody() == address(0)) return;
        _custody.release(id, lines);
        _custody.hold(nextId, newLines);
    }

    /// @dev Only differences move: collateral from seller to holder or back, cash from buyer to seller or back.
    function _deliver(CheckedTerms terms, Line[] calldata lines, Line[] calldata newLines, int256 lent) private {
        Exchange legs = exchange(lines.length + newLines.length + 1);
        legs.addDifferences(lines, newLines, terms.seller(), _holder(terms));
        legs.addNet(terms.cash(), terms.buyer(), terms.seller(), lent);
        legs.carryOut(_settlement);
    }
}
