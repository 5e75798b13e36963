// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Method} from "../interfaces/ICollateralPolicy.sol";

/// @title The arithmetic of repo. Pure; each function says how it rounds in its name.
/// @dev Cash in 10^-6, prices in 10^-8, rates and margins in 10^-9. Quantities and cash below 2^96, prices and margins below
/// 2^64, rates at most 100% (2^30), days below 2^33: no product here reaches 2^255, so nothing is checked twice.
///
/// Interest is counted in minutes, of which a day has 1,440: an amount of it is a cash amount times a rate times minutes, in 10^-15.
/// An exposure is counted in units of `10^-17 / (basis × 1440)`, in which cash, interest and collateral are whole numbers.
library RepoMath {
    uint256 internal constant CENT = 1e4;
    uint256 internal constant ONE = 1e9;
    uint256 internal constant MINUTES = 1440;

    /// @dev Millionths in a cent, times the 10^9 of a rate.
    int256 private constant CENT_TIMES_RATE = 1e13;

    /// @dev Units of 10^-17, in which {valueAfterMarginDown} counts, in a cent.
    uint256 private constant VALUE_IN_CENT = 1e15;

    /// @dev Units of 10^-17 in a millionth.
    uint256 internal constant VALUE_IN_MILLIONTH = 1e11;

    /// @dev Units of 10^-17 in one of 10^-15.
    int256 private constant VALUE_IN_INTEREST = 100;

    /// @dev What interest counted so far pays: half up on the magnitude, to the cent.
    function interestHalfUp(int256 accrued, uint256 basis) internal pure returns (int256) {
        unchecked {
            int256 divisor = CENT_TIMES_RATE * int256(basis * MINUTES);
            return _dividedHalfUp(accrued, divisor) * int256(CENT);
        }
    }

    /// @dev What failing for `failedDays` costs: `repurchase price × rate × days / basis`, half up, to the cent.
    function chargeHalfUp(
        uint256 repurchasePrice,
        uint256 rate,
        uint256 failedDays,
        uint256 basis
    ) internal pure returns (uint256) {
        unchecked {
            return uint256(interestHalfUp(int256(repurchasePrice * rate * failedDays * MINUTES), basis));
        }
    }

    /// @dev What `quantity` at `price` counts for as collateral, in 10^-17, rounded down. Exact for a haircut.
    function valueAfterMarginDown(
        uint256 quantity,
        uint256 price,
        Method method,
        uint256 margin
    ) internal pure returns (uint256) {
        unchecked {
            uint256 marketValue = quantity * price;
            return method == Method.Haircut ? marketValue * (ONE - margin) : (marketValue * ONE * ONE) / margin;
        }
    }

    /// @dev A sum of {valueAfterMarginDown} as a payment: millionths, whole cents, half up.
    function purchasePriceHalfUp(uint256 value) internal pure returns (uint256) {
        unchecked {
            return uint256(_dividedHalfUp(int256(value), int256(VALUE_IN_CENT))) * CENT;
        }
    }

    /// @dev The least whole of which `part` is no more than `share`, a number of 10^-9.
    function wholeUp(uint256 part, uint256 share) internal pure returns (uint256) {
        unchecked {
            return (part * ONE + share - 1) / share;
        }
    }

    /// @dev Which part of `whole` is `part`, in 10^-9, rounded up so that a limit is never passed by a fraction.
    function shareUp(uint256 part, uint256 whole) internal pure returns (uint256) {
        unchecked {
            return (part * ONE + whole - 1) / whole;
        }
    }

    /// @dev Cash in millionths, as an exposure.
    function cashAsExposure(int256 cash, uint256 basis) internal pure returns (int256) {
        unchecked {
            return cash * int256(VALUE_IN_MILLIONTH) * int256(basis * MINUTES);
        }
    }

    /// @dev Interest counted so far, as an exposure.
    function interestAsExposure(int256 accrued) internal pure returns (int256) {
        unchecked {
            return accrued * VALUE_IN_INTEREST;
        }
    }

    /// @dev A value in 10^-17, as an exposure.
    function valueAsExposure(uint256 value, uint256 basis) internal pure returns (int256) {
        unchecked {
            return int256(value * basis * MINUTES);
        }
    }

    /// @dev What a repo that owes `owed` (an exposure, not below zero) is short of: under a haircut, `owed` less the value
    /// after margin; under a ratio, `owed` times the margin of the basket, rounded up, less its market value. The margin of
    /// a basket is its market value over its value after margin, both in 10^-17; where there is none left, all is short.
    function exposureUp(
        uint256 owed,
        uint256 marketValue,
        uint256 afterMargin,
        Method method,
        uint256 basis
    ) internal pure returns (int256) {
        unchecked {
            if (method == Method.Haircut || afterMargin == 0) return int256(owed) - valueAsExposure(afterMargin, basis);
            uint256 needed = Math.mulDiv(owed, marketValue, afterMargin, Math.Rounding.Ceil);
            return int256(needed) - valueAsExposure(marketValue, basis);
        }
    }

    /// @dev An exposure as a payment: millionths, whole cents, half up on the magnitude.
    function exposureHalfUp(int256 exposure, uint256 basis) internal pure returns (int256) {
        unchecked {
            int256 divisor = int256(VALUE_IN_CENT * basis * MINUTES);
            return _dividedHalfUp(exposure, divisor) * int256(CENT);
        }
    }

    function _dividedHalfUp(int256 number, int256 divisor) private pure returns (int256) {
        unchecked {
            int256 half = number < 0 ? -divisor / 2 : divisor / 2;
            return (number + half) / divisor;
        }
    }
}
