// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "../interfaces/ICollateralPolicy.sol";
import {Agreement, Change, IRepoFacility, SetState} from "../interfaces/IRepoFacility.sol";
import {IRepoMargin, MarginAccount, Pair} from "../interfaces/IRepoMargin.sol";
import {Accrual} from "./Accrual.sol";
import {CheckedTerms} from "./CheckedTerms.sol";
import {Collateral} from "./Collateral.sol";
import {RepoBase} from "./RepoBase.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {RepoWord} from "./RepoWord.sol";
import {SetWord, readSet} from "./SetWord.sol";

/// @title What margin and close-out share: the two participants of a set, and what its repos and margin come to.
abstract contract NetExposure is RepoBase {
    using RepoTermsLib for CheckedTerms;

    /// @notice A netting set and which of its participants acts.
    /// @param byFirst whether it is the first one
    struct Netted {
        bytes32 id;
        bytes20 first;
        bool byFirst;
        SetWord set;
    }

    /// @dev The set of a pair.
    function _netted(Pair calldata pair) internal view returns (Netted memory netted) {
        (bytes20 by, bytes20 against) = _participants(pair.by, pair.against);
        if (by == against) revert IRepoFacility.SameParty(pair.by);
        bytes32 agreement = RepoTermsLib.agreementId(pair.agreement);
        netted.id = _nettingSet(by, against, agreement, pair.cash);
        netted.byFirst = by < against;
        netted.first = netted.byFirst ? by : against;
        netted.set = readSet(_sets[netted.id]);
    }

    function _performingSet(Pair calldata pair) internal view returns (Netted memory netted) {
        netted = _netted(pair);
        if (netted.set.state() == SetState.InDefault) revert IRepoFacility.SetInDefault(netted.id);
    }

    /// @dev The number of the next act that `by` signs in the set.
    function _nextNumber(Netted memory netted) internal returns (uint24) {
        MarginAccount storage account = _margins[netted.id];
        return netted.byFirst ? ++account.numberOfFirst : ++account.numberOfSecond;
    }

    /// @dev What lines that stand are measured by: no rule but the price's age.
    function _standing(Netted memory netted) internal view returns (Collateral.Measure memory measure) {
        measure.prices = _prices;
        measure.method = netted.set.method();
        measure.maximumPriceAge = netted.set.maximumPriceAge();
    }

    /// @dev A repo of the set that is open, later in the order than `last`.
    function _next(
        Netted memory netted,
        CheckedTerms terms,
        bytes32 last
    ) internal view returns (bytes32 id, RepoWord repo, bool buyerIsFirst) {
        id = terms.id();
        if (id <= last) revert IRepoMargin.OutOfOrder(last, id);
        repo = _openRepo(id);
        (bytes20 seller, bytes20 buyer) = _participants(terms.seller(), terms.buyer());
        if (_nettingSet(seller, buyer, terms.agreement(), terms.cash()) != netted.id)
            revert IRepoMargin.NotOfTheSet(id);
        buyerIsFirst = buyer == netted.first;
    }

    /// @dev What a repo owes on a day, unrounded, as an exposure: the seller to the buyer, and the buyer to the seller.
    function _owed(
        Netted memory netted,
        CheckedTerms terms,
        bytes32 id,
        RepoWord repo,
        uint256 time
    ) internal view returns (uint256 repurchase, int256 toSeller) {
        // All zero, unless there is one.
        // slither-disable-next-line uninitialized-local
        Change memory change;
        if (repo.changed()) change = _changes[id];
        uint32 day = _dayAt(time, terms.utcOffset());
        (int192 accrued, uint32 failedDays) = Accrual.upTo(terms, repo, change, netted.set.lateRate(), day, time);
        return Accrual.owed(repo, change, accrued, failedDays, netted.set.basis());
    }

    /// @dev The cash margin that the first participant holds, with its interest to `time`, as an exposure.
    function _cashMargin(
        Netted memory netted,
        Agreement calldata agreement,
        uint256 time
    ) internal view returns (int256) {
        MarginAccount memory account = _accruedMargin(_margins[netted.id], _dayAt(time, agreement.utcOffset));
        return
            RepoMath.cashAsExposure(account.cash, netted.set.basis()) +
            RepoMath.interestAsExposure(_interest(account, agreement));
    }

    /// @dev The account with its interest counted up to `today`.
    function _accruedMargin(MarginAccount memory account, uint32 today) internal pure returns (MarginAccount memory) {
        if (today > account.accruesFrom) {
            account.cashDays += int104(account.cash) * int104(uint104(today - account.accruesFrom));
            account.accruesFrom = uint24(today);
        }
        return account;
    }

    /// @dev Interest counted so far, in 10^-15 and minutes.
    function _interest(MarginAccount memory account, Agreement calldata agreement) internal pure returns (int256) {
        return int256(account.cashDays) * agreement.marginRate * int256(RepoMath.MINUTES);
    }

    /// @dev All securities that stand as margin in the set are brought, each once.
    function _requireAllSecurities(Netted memory netted, address[] calldata securities) internal view {
        if (securities.length != netted.set.securities()) {
            revert IRepoMargin.NotAllSecurities(netted.id, securities.length, netted.set.securities());
        }
        address last = address(0);
        for (uint256 i = 0; i < securities.length; ++i) {
            address security = securities[i];
            if (security <= last) revert IRepoFacility.LinesOutOfOrder(security);
            last = security;
            if (_securityMargins[netted.id][security].quantity == 0) {
                revert IRepoMargin.NotHeldAsMargin(security, 1, 0);
            }
        }
    }

    /// @dev A value in 10^-17 with a sign, as an exposure.
    function _signedAsExposure(int256 value, uint256 basis) internal pure returns (int256) {
        return value * int256(basis * RepoMath.MINUTES);
    }

    /// @dev What a signed quantity of margin counts for, in 10^-17: at market value under the ratio method.
    function _marginValue(Method method, int128 quantity, uint256 price, uint64 margin) internal pure returns (int256) {
        uint256 held = quantity < 0 ? uint128(-quantity) : uint128(quantity);
        uint256 value =
            method == Method.Ratio
                ? held * price * RepoMath.ONE
                : RepoMath.valueAfterMarginDown(held, price, method, margin);
        return quantity < 0 ? -int256(value) : int256(value);
    }
}
