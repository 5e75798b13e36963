// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralPolicy, Method} from "../interfaces/ICollateralPolicy.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {IRepoFacility, Line} from "../interfaces/IRepoFacility.sol";
import {ISecurityEntitlement} from "../interfaces/ISecurityEntitlement.sol";
import {Question} from "./Question.sol";
import {RepoMath} from "./RepoMath.sol";

/// @title What collateral may stand in, and what it counts for.
library Collateral {
    /// @dev The most securities of one basket; the manual is {IRepoFacility-MOST_LINES}.
    uint256 internal constant MOST_LINES = 8;

    /// @notice What collateral is measured by.
    /// @param isNew whether a repo opens with it, which must be by the latest version of the policy
    /// @param ends the second to which every security must live
    struct Measure {
        ICollateralPolicy policy;
        IPriceBoard prices;
        uint256 policyVersion;
        bool isNew;
        Method method;
        uint256 maximumPriceAge;
        uint256 ends;
    }

    /// @dev Reverts unless all lines after their margin carry `purchasePrice`, each may stand in, and none is too much of it.
    function requireCovered(Line[] calldata lines, Measure memory measure, uint256 purchasePrice) internal view {
        uint256 available = RepoMath.purchasePriceHalfUp(requireEligible(lines, measure));
        if (available < purchasePrice) revert IRepoFacility.NotEnoughCollateral(purchasePrice, available);
    }

    /// @dev What all lines count for after their margin, in 10^-17, if each may stand in and none is too much of it.
    /// A line within its limit needs so much collateral in all; only the line that needs most is remembered.
    function requireEligible(Line[] calldata lines, Measure memory measure) internal view returns (uint256 total) {
        if (lines.length == 0) revert IRepoFacility.NoCollateral();
        if (lines.length > MOST_LINES) revert IRepoFacility.TooManyLines(lines.length, MOST_LINES);
        (uint256 mostNeeded, uint256 largest, uint256 limit) = (0, 0, 0);
        (address last, address widest) = (address(0), address(0));
        for (uint256 i = 0; i < lines.length; ++i) {
            Line calldata line = lines[i];
            address security = line.security;
            if (security <= last) revert IRepoFacility.LinesOutOfOrder(security);
            last = security;
            (uint256 value, uint256 mostShare) = eligibleValue(line, measure);
            uint256 needed = RepoMath.wholeUp(value, mostShare);
            unchecked {
                total += value;
            }
            if (needed > mostNeeded) {
                (mostNeeded, widest, largest, limit) = (needed, security, value, mostShare);
            }
        }
        if (total < mostNeeded) {
            revert IRepoFacility.OverConcentrated(widest, RepoMath.shareUp(largest, total), limit);
        }
    }

    /// @dev What lines that stand count for: market value and value after margin, both in 10^-17.
    function valueOf(
        Line[] calldata lines,
        Measure memory measure
    ) internal view returns (uint256 marketValue, uint256 afterMargin) {
        for (uint256 i = 0; i < lines.length; ++i) {
            Line calldata line = lines[i];
            uint256 price = _priceOf(line.security, measure);
            unchecked {
                marketValue += line.quantity * price * RepoMath.ONE;
                afterMargin += RepoMath.valueAfterMarginDown(line.quantity, price, measure.method, line.margin);
            }
        }
    }

    /// @dev What a line counts for, in 10^-17, and the most of the whole that it may be, in 10^-9.
    function eligibleValue(
        Line calldata line,
        Measure memory measure
    ) internal view returns (uint256 value, uint256 mostShare) {
        (address security, uint256 quantity, uint64 margin) = (line.security, line.quantity, line.margin);
        if (quantity == 0) revert IRepoFacility.EmptyLine(security);
        if (quantity > type(uint96).max) revert IRegisteredERC20.AmountTooLarge(security, quantity);
        // The price first: the venue prices securities and nothing else, so an address without one is asked nothing.
        uint256 price = _priceOf(security, measure);
        (uint256 kind, uint256 sunset) = _kindAndSunsetOf(security);
        (Method method, uint64 least, uint64 concentration) = _ruleOf(kind, measure);
        bool tooLarge = margin >= RepoMath.ONE && method == Method.Haircut;
        if (measure.method != method || margin < least || tooLarge) {
            revert IRepoFacility.MarginNotAccepted(security, measure.method, margin, least);
        }
        if (measure.ends > sunset) revert IRepoFacility.WouldOutliveSecurity(security, measure.ends, sunset);
        return (RepoMath.valueAfterMarginDown(quantity, price, method, margin), concentration);
    }

    function _priceOf(address security, Measure memory measure) private view returns (uint256 price) {
        bytes4 selector = IPriceBoard.priceOf.selector;
        uint256 age = measure.maximumPriceAge;
        // The answer has fewer words than a question may have.
        // slither-disable-next-line unused-return
        (price, , ) = Question.ask(address(measure.prices), selector, uint160(security), age, 1);
    }

    /// @dev The policy, which is asked next, has no rule for a kind that is none.
    function _kindAndSunsetOf(address security) private view returns (uint256 kind, uint256 sunset) {
        // The answer has fewer words than a question may have.
        // slither-disable-next-line unused-return
        (kind, sunset, ) = Question.ask(security, ISecurityEntitlement.kindAndSunset.selector, 0, 0, 2);
    }

    function _ruleOf(uint256 kind, Measure memory measure) private view returns (Method, uint64, uint64) {
        bytes4 selector = measure.isNew ? ICollateralPolicy.ruleForNew.selector : ICollateralPolicy.ruleOf.selector;
        (uint256 method, uint256 margin, uint256 concentration) = Question.ask(
            address(measure.policy),
            selector,
            measure.policyVersion,
            kind,
            3
        );
        return (Method(method), uint64(margin), uint64(concentration));
    }
}
