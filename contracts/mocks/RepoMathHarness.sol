// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "../interfaces/ICollateralPolicy.sol";
import {RepoMath} from "../repo/RepoMath.sol";

/// @title For tests only: the arithmetic of repo as calls, to be compared with the reference in Python.
contract RepoMathHarness {
    function interestHalfUp(int256 accrued, uint256 basis) external pure returns (int256) {
        return RepoMath.interestHalfUp(accrued, basis);
    }

    function chargeHalfUp(
        uint256 repurchasePrice,
        uint256 rate,
        uint256 failedDays,
        uint256 basis
    ) external pure returns (uint256) {
        return RepoMath.chargeHalfUp(repurchasePrice, rate, failedDays, basis);
    }

    function valueAfterMarginDown(
        uint256 quantity,
        uint256 price,
        Method method,
        uint256 margin
    ) external pure returns (uint256) {
        return RepoMath.valueAfterMarginDown(quantity, price, method, margin);
    }

    function purchasePriceHalfUp(uint256 value) external pure returns (uint256) {
        return RepoMath.purchasePriceHalfUp(value);
    }

    function wholeUp(uint256 part, uint256 share) external pure returns (uint256) {
        return RepoMath.wholeUp(part, share);
    }

    function shareUp(uint256 part, uint256 whole) external pure returns (uint256) {
        return RepoMath.shareUp(part, whole);
    }

    function cashAsExposure(int256 cash, uint256 basis) external pure returns (int256) {
        return RepoMath.cashAsExposure(cash, basis);
    }

    function interestAsExposure(int256 accrued) external pure returns (int256) {
        return RepoMath.interestAsExposure(accrued);
    }

    function valueAsExposure(uint256 value, uint256 basis) external pure returns (int256) {
        return RepoMath.valueAsExposure(value, basis);
    }

    function exposureUp(
        uint256 owed,
        uint256 marketValue,
        uint256 afterMargin,
        Method method,
        uint256 basis
    ) external pure returns (int256) {
        return RepoMath.exposureUp(owed, marketValue, afterMargin, method, basis);
    }

    function exposureHalfUp(int256 exposure, uint256 basis) external pure returns (int256) {
        return RepoMath.exposureHalfUp(exposure, basis);
    }
}
