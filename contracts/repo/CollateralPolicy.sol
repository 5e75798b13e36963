// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ICollateralPolicy, Method, Rule} from "../interfaces/ICollateralPolicy.sol";
import {SecurityKind} from "../interfaces/ISecurityEntitlement.sol";

/// @title The venue's collateral policy. Manual: {ICollateralPolicy}.
contract CollateralPolicy is ICollateralPolicy, AccessManaged {
    uint64 private constant ONE = 1e9;
    uint64 private constant MOST_RATIO = 10e9;

    /// @inheritdoc ICollateralPolicy
    uint256 public latest;

    /// @dev A kind that is not eligible has no concentration.
    mapping(uint256 version => mapping(SecurityKind kind => Rule)) private _rules;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc ICollateralPolicy
    function adopt(Rule[] calldata rules) external restricted returns (uint256 version) {
        version = ++latest;
        for (uint256 i = 0; i < rules.length; ++i) {
            _requireInBounds(rules[i]);
            _rules[version][rules[i].kind] = rules[i];
        }
        emit PolicyAdopted(version, rules);
    }

    /// @inheritdoc ICollateralPolicy
    function ruleOf(uint256 version, SecurityKind kind) external view returns (Rule memory rule) {
        rule = _rules[version][kind];
        if (rule.concentration == 0) revert NotEligible(version, kind);
    }

    function _requireInBounds(Rule calldata rule) private pure {
        bool marginHolds = rule.method == Method.Haircut
            ? rule.margin < ONE
            : rule.margin >= ONE && rule.margin <= MOST_RATIO;
        if (!marginHolds || rule.concentration == 0 || rule.concentration > ONE) {
            revert RuleOutOfBounds(rule.kind, rule.margin, rule.concentration);
        }
    }
}
