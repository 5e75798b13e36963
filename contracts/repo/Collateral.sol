// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralPolicy, Method} from "../interfaces/ICollateralPolicy.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {IRepoFacility, Line} from "../interfaces/IRepoFacility.sol";
import {ISecurityEntitlement} from "../interfaces/ISecurityEntitlement.sol";
import {Question} from "./Question.sol";
import {SecurityClass} from "../tokens/SecurityClass.sol";
import {RepoMath} from "./RepoMath.sol";

/// @title What collateral may stand in, and what it counts for.
library Collateral {
    /// @dev The most securities of one basket; the manual is {IRepoFacility-MOST_LINES}.
    uint256 internal constant MOST_LINES = 8;

    /// @notice What collateral is measured by.
    /// @param byLatest whether `policyVersion` must be the latest: for a new repo, and for margin
    /// @param ends the second to which every security must live
    struct Measure {
        ICollateralPolicy policy;
        IPriceBoard prices;
        uint256 policyVersion;
        bool byLatest;
        Method method;
        uint256 maximumPriceAge;
        uint256 ends;
    }

    /// @dev Reverts unless all lines after their margin carry `purchasePrice`, each may stand in, and no issuer is too much of it.
    function requireCovered(Line[] calldata lines, Measure memory measure, uint256 purchasePrice) internal view {
        _requireCarries(requireEligible(lines, measure), purchasePrice);
    }

    /// @dev The same of lines that stand already: whether they might come in today is not asked.
    function requireEnough(Line[] calldata lines, Measure memory measure, uint256 purchasePrice) internal view {
        // The market value is of no concern here.
        // slither-disable-next-line unused-return
        (, uint256 afterMargin) = valueOf(lines, measure);
        _requireCarries(afterMargin, purchasePrice);
    }

    /// @dev What all lines count for after their margin, in 10^-17, if each may stand in and no issuer is too much of it.
    function requireEligible(Line[] calldata lines, Measure memory measure) internal view returns (uint256 total) {
        if (lines.length == 0) revert IRepoFacility.NoCollateral();
        if (lines.length > MOST_LINES) revert IRepoFacility.TooManyLines(lines.length, MOST_LINES);
        (address last, bool limited) = (address(0), false);
        for (uint256 i = 0; i < lines.length; ++i) {
            Line calldata line = lines[i];
            address security = line.security;
            if (security <= last) revert IRepoFacility.LinesOutOfOrder(security);
            last = security;
            (uint256 value, uint256 concentration, ) = eligibleValue(line, measure);
            unchecked {
                total += value;
            }
            if (concentration != RepoMath.ONE) limited = true;
        }
        if (limited) _requireSpread(lines, measure, total);
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

    /// @dev What a line counts for, in 10^-17, the most of the whole that its issuer may make, in 10^-9, and its class.
    function eligibleValue(
        Line calldata line,
        Measure memory measure
    ) internal view returns (uint256 value, uint256 concentration, SecurityClass class) {
        (address security, uint256 quantity, uint64 margin) = (line.security, line.quantity, line.margin);
        if (quantity == 0) revert IRepoFacility.EmptyLine(security);
        if (quantity > type(uint96).max) revert IRegisteredERC20.AmountTooLarge(security, quantity);
        // The price first: the venue prices securities and nothing else, so an address without one is asked nothing.
        uint256 price = _priceOf(security, measure);
        uint256 sunset;
        (class, sunset) = _classAndLifeOf(security);
        (Method method, uint64 least, uint64 limit) = _ruleOf(class, measure);
        bool tooLarge = margin >= RepoMath.ONE && method == Method.Haircut;
        if (measure.method != method || margin < least || tooLarge) {
            revert IRepoFacility.MarginNotAccepted(security, measure.method, margin, least);
        }
        if (measure.ends > sunset) revert IRepoFacility.WouldOutliveSecurity(security, measure.ends, sunset);
        return (RepoMath.valueAfterMarginDown(quantity, price, method, margin), limit, class);
    }

    /// @dev Reverts where all that comes from one issuer is more of the total than a line of it may be. Asks about each line once
    /// more, which only repos under a limit pay for.
    function _requireSpread(Line[] calldata lines, Measure memory measure, uint256 total) private view {
        uint256[] memory values = new uint256[](lines.length);
        uint256[] memory limits = new uint256[](lines.length);
        bytes20[] memory issuers = new bytes20[](lines.length);
        for (uint256 i = 0; i < lines.length; ++i) {
            SecurityClass class;
            (values[i], limits[i], class) = eligibleValue(lines[i], measure);
            issuers[i] = class.issuer();
        }
        for (uint256 i = 0; i < lines.length; ++i) {
            uint256 sum = 0;
            for (uint256 j = 0; j < lines.length; ++j) {
                if (issuers[j] == issuers[i]) sum += values[j];
            }
            if (total < RepoMath.wholeUp(sum, limits[i])) {
                revert IRepoFacility.OverConcentrated(issuers[i], RepoMath.shareUp(sum, total), limits[i]);
            }
        }
    }

    function _requireCarries(uint256 value, uint256 purchasePrice) private pure {
        uint256 available = RepoMath.purchasePriceHalfUp(value);
        if (available < purchasePrice) revert IRepoFacility.NotEnoughCollateral(purchasePrice, available);
    }

    function _priceOf(address security, Measure memory measure) private view returns (uint256 price) {
        bytes4 selector = IPriceBoard.priceOf.selector;
        uint256 age = measure.maximumPriceAge;
        // The answer has fewer words than a question may have.
        // slither-disable-next-line unused-return
        (price, , ) = Question.ask(address(measure.prices), selector, uint160(security), age, 1);
    }

    function _classAndLifeOf(address security) private view returns (SecurityClass class, uint256 sunset) {
        bytes4 selector = ISecurityEntitlement.classAndLife.selector;
        // The answer has fewer words than a question may have.
        // slither-disable-next-line unused-return
        (uint256 word, uint256 lastSecond, ) = Question.ask(security, selector, 0, 0, 2);
        return (SecurityClass.wrap(word), lastSecond);
    }

    function _ruleOf(SecurityClass class, Measure memory measure) private view returns (Method, uint64, uint64) {
        bytes4 selector = measure.byLatest ? ICollateralPolicy.ruleForNew.selector : ICollateralPolicy.ruleOf.selector;
        (uint256 method, uint256 margin, uint256 concentration) = Question.ask(
            address(measure.policy),
            selector,
            measure.policyVersion,
            SecurityClass.unwrap(class),
            3
        );
        return (Method(method), uint64(margin), uint64(concentration));
    }
}
