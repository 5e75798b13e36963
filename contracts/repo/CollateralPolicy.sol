// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ICollateralPolicy, Method, Rule} from "../interfaces/ICollateralPolicy.sol";
import {SecurityKind} from "../interfaces/ISecurityEntitlement.sol";

/// @title The venue's collateral policy. Manual: {ICollateralPolicy}.
contract CollateralPolicy is ICollateralPolicy, AccessManaged {
    uint64 private constant ONE = 1e9;
    uint64 private constant MOST_RATIO = 10e9;

    /// @dev A rule in one word. That a later version exists is written into it, so that an opening need not read {latest}.
    /// A kind that is not eligible has no concentration.
    struct Entry {
        Method method;
        uint64 margin;
        uint64 concentration;
        bool superseded;
    }

    /// @inheritdoc ICollateralPolicy
    uint256 public latest;

    mapping(uint256 version => mapping(SecurityKind kind => Entry)) private _entries;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc ICollateralPolicy
    function adopt(Rule[] calldata rules) external restricted returns (uint256 version) {
        _supersede(latest);
        version = ++latest;
        for (uint256 i = 0; i < rules.length; ++i) {
            Rule calldata rule = rules[i];
            _requireInBounds(rule);
            Entry storage entry = _entries[version][rule.kind];
            if (entry.concentration != 0) revert KindRepeated(rule.kind);
            (entry.method, entry.margin, entry.concentration) = (rule.method, rule.margin, rule.concentration);
        }
        emit PolicyAdopted(version, rules);
    }

    /// @inheritdoc ICollateralPolicy
    function ruleOf(uint256 version, SecurityKind kind) external view returns (Method, uint64, uint64) {
        Entry storage entry = _entries[version][kind];
        if (entry.concentration == 0) revert NotEligible(version, kind);
        return (entry.method, entry.margin, entry.concentration);
    }

    /// @inheritdoc ICollateralPolicy
    function ruleForNew(uint256 version, SecurityKind kind) external view returns (Method, uint64, uint64) {
        Entry storage entry = _entries[version][kind];
        if (entry.superseded || entry.concentration == 0) {
            if (version != latest) revert NotTheLatestPolicy(version, latest);
            revert NotEligible(version, kind);
        }
        return (entry.method, entry.margin, entry.concentration);
    }

    function _supersede(uint256 version) private {
        for (uint256 kind = 0; kind <= uint256(type(SecurityKind).max); ++kind) {
            _entries[version][SecurityKind(kind)].superseded = true;
        }
    }

    function _requireInBounds(Rule calldata rule) private pure {
        bool marginHolds =
            rule.method == Method.Haircut ? rule.margin < ONE : rule.margin >= ONE && rule.margin <= MOST_RATIO;
        if (!marginHolds || rule.concentration == 0 || rule.concentration > ONE) {
            revert RuleOutOfBounds(rule.kind, rule.margin, rule.concentration);
        }
    }
}
