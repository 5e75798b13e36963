// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "../interfaces/ICollateralPolicy.sol";
import {RepoMath} from "../repo/RepoMath.sol";

/// @title The arithmetic of repo, callable, for tests that compare it with Python's.
contract RepoMathHarness {
    function interestHalfUp(uint256 principal, int256 rateDays, uint256 basis) external pure returns (int256) {
        return RepoMath.interestHalfUp(principal, rateDays, basis);
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
}
