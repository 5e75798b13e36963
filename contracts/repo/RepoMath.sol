// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "../interfaces/ICollateralPolicy.sol";

/// @title The arithmetic of repo. Pure; each function says how it rounds in its name.
/// @dev Cash in 10^-6, prices in 10^-8, rates and margins in 10^-9. Quantities and cash below 2^96, prices, rates and margins
/// below 2^64, days below 2^33: no product here reaches 2^255, so nothing is checked twice.
library RepoMath {
    uint256 internal constant CENT = 1e4;
    uint256 internal constant ONE = 1e9;

    /// @dev Millionths in a cent, times the 10^9 of a rate.
    int256 private constant CENT_TIMES_RATE = 1e13;

    /// @dev Units of 10^-17, in which {valueAfterMarginDown} counts, in a cent.
    uint256 private constant VALUE_IN_CENT = 1e15;

    /// @dev Interest on `principal`: `rateDays` is the sum of rate times days, so several rates are still rounded once,
    /// half up on the magnitude, to the cent.
    function interestHalfUp(uint256 principal, int256 rateDays, uint256 basis) internal pure returns (int256) {
        unchecked {
            int256 product = int256(principal) * rateDays;
            int256 divisor = CENT_TIMES_RATE * int256(basis);
            int256 half = product < 0 ? -divisor / 2 : divisor / 2;
            // Dividing first is the rounding.
            // slither-disable-next-line divide-before-multiply
            return ((product + half) / divisor) * int256(CENT);
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
            // Dividing first is the rounding.
            // slither-disable-next-line divide-before-multiply
            return ((value + VALUE_IN_CENT / 2) / VALUE_IN_CENT) * CENT;
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
}
