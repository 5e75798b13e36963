// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICashToken} from "../interfaces/ICashToken.sol";
import {Duration, IRepoFacility, Line, RepoState, SetState} from "../interfaces/IRepoFacility.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {CheckedTerms} from "./CheckedTerms.sol";
import {Collateral} from "./Collateral.sol";
import {Exchange, exchange} from "./Exchange.sol";
import {RepoBase} from "./RepoBase.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {readRepo, openRepo} from "./RepoWord.sol";
import {SetWord, readSet} from "./SetWord.sol";

/// @dev The manual is {IRepoFacility-MOST_OPEN}.
uint256 constant MOST_OPEN_REPOS = 250;

/// @dev The repurchase date of an open-ended repo before any notice.
uint32 constant NO_DATE = type(uint32).max;

/// @title How a repo begins, by opening or by rolling.
abstract contract RepoOpening is RepoBase {
    using RepoTermsLib for CheckedTerms;

    /// @dev Writes a new repo of signed terms, if its collateral covers it. Of `more` repos the set grows.
    function _write(CheckedTerms terms, Line[] calldata lines, bytes32 repo, bytes32 nettingSet, uint16 more) internal {
        RepoState state = readRepo(_repos[repo]).state();
        if (state != RepoState.None) revert IRepoFacility.WrongState(repo, state);
        SetWord set = _performing(nettingSet);
        if (set.state() == SetState.Unused) {
            set = readSet(_agreements[terms.agreement()]);
            if (set.state() == SetState.Unused) revert IRepoFacility.AgreementUnknown(terms.agreement());
            if (terms.cash().code.length == 0) revert ISettlement.NotAToken(terms.cash());
            // A security has no currency, and reverts. Asked once a set, whose key the cash is part of.
            // slither-disable-next-line unused-return
            ICashToken(terms.cash()).currency();
        }
        if (set.open() + more > MOST_OPEN_REPOS) revert IRepoFacility.SetFull(nettingSet, MOST_OPEN_REPOS);
        Collateral.requireCovered(lines, _measure(terms, set, _lastDay(terms), true), terms.purchasePrice());

        Duration duration = terms.duration();
        uint40 accruesFrom = duration == Duration.Intraday ? uint40(block.timestamp) : terms.purchaseDate();
        uint32 repurchaseDate = duration == Duration.OpenEnded ? NO_DATE : terms.repurchaseDate();
        openRepo(accruesFrom, repurchaseDate, uint96(terms.purchasePrice()), terms.rate()).writeTo(_repos[repo]);
        set.withOpen(set.open() + more).writeTo(_sets[nettingSet]);
        terms.emitOpened(lines, repo);
    }

    /// @dev Collateral one way, the purchase price the other.
    function _settleOpening(CheckedTerms terms, Line[] calldata lines, bytes32 repo) internal {
        (address seller, address buyer, address holder) = (terms.seller(), terms.buyer(), terms.custody());
        if (holder == address(0)) holder = buyer;
        else _custody.hold(repo, lines);
        Exchange legs = exchange(lines.length + 1);
        legs.addLines(lines, seller, holder);
        legs.add(terms.cash(), buyer, seller, terms.purchasePrice());
        legs.carryOut(_settlement);
    }

    /// @dev All that terms must be, whenever they are opened.
    function _requireWellFormed(CheckedTerms terms) internal view {
        uint256 today = _dayOn(terms.utcOffset());
        (uint32 purchaseDate, uint32 repurchaseDate) = (terms.purchaseDate(), terms.repurchaseDate());
        if (today != purchaseDate) revert IRepoFacility.NotThePurchaseDate(purchaseDate, today);
        if (!_inOrder(terms.duration(), purchaseDate, repurchaseDate)) {
            revert IRepoFacility.DatesOutOfOrder(purchaseDate, repurchaseDate);
        }
        uint256 price = terms.purchasePrice();
        if (price == 0 || price % RepoMath.CENT != 0 || price > type(uint96).max) {
            revert IRepoFacility.BadPurchasePrice(price);
        }
        _requireSane(terms.rate());
        _requireClock(terms.utcOffset(), terms.cutOff());
        address custody = terms.custody();
        if (custody != address(0) && custody != address(_custody)) revert IRepoFacility.NotTheVenues(custody);
    }

    /// @dev The day to whose end the collateral of new terms must live: the repurchase date, or the first there could be.
    function _lastDay(CheckedTerms terms) internal pure returns (uint256) {
        if (terms.duration() != Duration.OpenEnded) return terms.repurchaseDate();
        return uint256(terms.purchaseDate()) + terms.noticePeriod();
    }

    /// @dev How collateral is measured that must live to the end of `date` and the grace. Field by field: as one expression
    /// it would be laid out in memory twice.
    function _measure(
        CheckedTerms terms,
        SetWord set,
        uint256 date,
        bool byLatest
    ) internal view returns (Collateral.Measure memory measure) {
        measure.policy = _policy;
        measure.prices = _prices;
        measure.policyVersion = terms.policyVersion();
        measure.byLatest = byLatest;
        measure.method = set.method();
        measure.maximumPriceAge = set.maximumPriceAge();
        unchecked {
            uint256 midnight = (date + 1) * 1 days;
            measure.ends = uint256(int256(midnight + set.grace()) - terms.utcOffset());
        }
    }

    function _inOrder(Duration duration, uint32 purchaseDate, uint32 repurchaseDate) private pure returns (bool) {
        if (duration == Duration.OpenEnded) return repurchaseDate == 0;
        if (duration == Duration.Intraday) return repurchaseDate == purchaseDate;
        return repurchaseDate > purchaseDate && repurchaseDate != NO_DATE;
    }
}
