// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralPolicy, Method} from "../interfaces/ICollateralPolicy.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {IRepoFacility, Line, RepoTerms} from "../interfaces/IRepoFacility.sol";
import {ISecurityEntitlement} from "../interfaces/ISecurityEntitlement.sol";
import {RepoMath} from "./RepoMath.sol";

/// @title One rule: the collateral of new terms is eligible, priced, long-lived, enough and not all of one kind.
library Collateral {
    /// @dev Reverts unless every line may stand in and all together, after their margin, carry the purchase price.
    /// A line within its limit needs so much collateral in all; only the line that needs most is remembered.
    function requireCovered(RepoTerms calldata terms, ICollateralPolicy policy, IPriceBoard prices) internal view {
        Line[] calldata lines = terms.lines;
        if (lines.length == 0) revert IRepoFacility.NoCollateral();
        (uint256 total, uint256 mostNeeded, uint256 largest, uint256 limit) = (0, 0, 0, 0);
        (address last, address widest) = (address(0), address(0));
        for (uint256 i = 0; i < lines.length; ++i) {
            address security = lines[i].security;
            if (security <= last) revert IRepoFacility.LinesOutOfOrder(security);
            last = security;
            (uint256 value, uint256 mostShare) = _valueOf(terms, lines[i], policy, prices);
            uint256 needed = RepoMath.wholeUp(value, mostShare);
            unchecked {
                total += value;
            }
            if (needed > mostNeeded) {
                (mostNeeded, widest, largest, limit) = (needed, security, value, mostShare);
            }
        }
        uint256 available = RepoMath.purchasePriceHalfUp(total);
        if (available < terms.purchasePrice) {
            revert IRepoFacility.NotEnoughCollateral(terms.purchasePrice, available);
        }
        if (total < mostNeeded) {
            revert IRepoFacility.OverConcentrated(widest, RepoMath.shareUp(largest, total), limit);
        }
    }

    /// @dev What a line counts for, in 10^-17, and the most of the whole that it may be, in 10^-9.
    function _valueOf(
        RepoTerms calldata terms,
        Line calldata line,
        ICollateralPolicy policy,
        IPriceBoard prices
    ) private view returns (uint256 value, uint256 mostShare) {
        (address security, uint256 quantity, uint64 margin) = (line.security, line.quantity, line.margin);
        if (quantity == 0) revert IRepoFacility.EmptyLine(security);
        if (quantity > type(uint96).max) revert IRegisteredERC20.AmountTooLarge(security, quantity);
        // The price first: the venue prices securities and nothing else, so an address without one is asked nothing.
        uint256 price = prices.priceOf(security, terms.maximumPriceAge);
        (Method method, uint64 least, uint64 concentration) = policy.ruleForNew(
            terms.policyVersion,
            ISecurityEntitlement(security).kind()
        );
        if (terms.method != method || margin < least || (method == Method.Haircut && margin >= RepoMath.ONE)) {
            revert IRepoFacility.MarginNotAccepted(security, terms.method, margin, least);
        }
        (uint256 ends, uint256 sunset) = (_endOf(terms), ISecurityEntitlement(security).sunset());
        if (ends > sunset) revert IRepoFacility.WouldOutliveSecurity(security, ends, sunset);
        return (RepoMath.valueAfterMarginDown(quantity, price, method, margin), concentration);
    }

    /// @dev The end of the repurchase date on the terms' clock, and the grace after it.
    function _endOf(RepoTerms calldata terms) private pure returns (uint256) {
        unchecked {
            uint256 midnight = (uint256(terms.repurchaseDate) + 1) * 1 days;
            return uint256(int256(midnight + terms.grace) - terms.utcOffset);
        }
    }
}
