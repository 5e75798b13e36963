// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Change, Duration, Failing} from "../interfaces/IRepoFacility.sol";
import {CheckedTerms} from "./CheckedTerms.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoWord} from "./RepoWord.sol";

/// @title What a repo has earned: interest and fails charge up to a day.
library Accrual {
    /// @notice What is due when a repo ends, in millionths.
    struct Due {
        int256 interest;
        uint256 failsCharge;
        uint256 total;
    }

    /// @dev Interest counted up to `today`, and days for which the buyer has failed.
    ///
    /// Days before the repurchase date bear the repo rate. From it on nothing, if what stops the closing is on record and is
    /// not the seller's doing; else the late rate, or the repo rate where there is none.
    /// @param time the second that an intraday repo counts up to, if `today` is still its day
    function upTo(
        CheckedTerms terms,
        RepoWord repo,
        Change memory change,
        int64 lateRate,
        uint32 today,
        uint256 time
    ) internal pure returns (int192 accrued, uint32 failedDays) {
        unchecked {
            (uint256 from, uint256 date) = (repo.accruesFrom(), repo.repurchaseDate());
            if (terms.duration() == Duration.Intraday) {
                if (today == terms.purchaseDate()) return (_ofMinutes(repo, time), 0);
                // Seconds of the opening still, and not a day: nothing was counted yet.
                if (from > today) from = terms.purchaseDate();
                date = terms.purchaseDate() + 1;
            }
            uint256 inTerm = _daysBetween(from, today < date ? today : date);
            uint256 late = _daysBetween(from > date ? from : date, today);
            failedDays = change.failedDays;
            if (change.failing == Failing.Buyer) failedDays += uint32(late);
            if (change.failing == Failing.Buyer || change.failing == Failing.Impeded) late = 0;
            int256 rateDays = repo.rate() * int256(inTerm) + (lateRate == 0 ? repo.rate() : lateRate) * int256(late);
            accrued = change.accrued + int192(_price(repo) * rateDays * int256(RepoMath.MINUTES));
        }
    }

    /// @dev What ends the repo: purchase price and interest, less the fails charge. A negative rate takes at most the price,
    /// and a charge at most what is left: below zero a repo could not be closed.
    function dueOf(
        RepoWord repo,
        Change memory change,
        int192 accrued,
        uint32 failedDays,
        uint256 basis
    ) internal pure returns (Due memory sum) {
        unchecked {
            int256 price = _price(repo);
            sum.interest = RepoMath.interestHalfUp(accrued, basis);
            if (sum.interest < -price) sum.interest = -price;
            sum.total = uint256(price + sum.interest);
            if (failedDays != 0) {
                sum.failsCharge = RepoMath.chargeHalfUp(sum.total, change.failsRate, failedDays, basis);
                if (sum.failsCharge > sum.total) sum.failsCharge = sum.total;
                sum.total -= sum.failsCharge;
            }
        }
    }

    /// @dev The same unrounded, as an exposure, and less the income that the buyer owes; not below zero without it.
    function owed(
        RepoWord repo,
        Change memory change,
        int192 accrued,
        uint32 failedDays,
        uint256 basis
    ) internal pure returns (uint256 repurchase, int256 toSeller) {
        unchecked {
            int256 sum = RepoMath.cashAsExposure(_price(repo), basis) + RepoMath.interestAsExposure(accrued);
            repurchase = sum < 0 ? 0 : uint256(sum);
            toSeller = RepoMath.cashAsExposure(int256(uint256(change.incomeDue)), basis);
            if (failedDays != 0) {
                Due memory rounded = dueOf(repo, change, accrued, failedDays, basis);
                toSeller += RepoMath.cashAsExposure(int256(rounded.failsCharge), basis);
            }
        }
    }

    /// @dev Minutes since the opening, a started one counting whole, at least one.
    function _ofMinutes(RepoWord repo, uint256 time) private pure returns (int192) {
        unchecked {
            uint256 elapsed = (time - repo.accruesFrom() + 59) / 60;
            return int192(_price(repo) * repo.rate() * int256(elapsed == 0 ? 1 : elapsed));
        }
    }

    function _daysBetween(uint256 from, uint256 to) private pure returns (uint256) {
        unchecked {
            return to > from ? to - from : 0;
        }
    }

    function _price(RepoWord repo) private pure returns (int256) {
        return int256(uint256(repo.purchasePrice()));
    }
}
