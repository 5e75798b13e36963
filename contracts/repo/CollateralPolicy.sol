// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ICollateralPolicy, Method, Rule} from "../interfaces/ICollateralPolicy.sol";
import {SecurityKind} from "../interfaces/ISecurityEntitlement.sol";
import {SecurityClass} from "../tokens/SecurityClass.sol";

/// @title The venue's collateral policy. Manual: {ICollateralPolicy}.
contract CollateralPolicy is ICollateralPolicy, AccessManaged {
    uint64 private constant ONE = 1e9;
    uint64 private constant MOST_RATIO = 10e9;

    /// @inheritdoc ICollateralPolicy
    uint256 public constant MOST_RULES = 8;

    /// @dev A rule in one word. That a later version exists is written into the first of a kind, so that an opening need not
    /// read {latest}.
    /// The first without a concentration ends the rules of a kind.
    struct Entry {
        Method method;
        uint64 margin;
        uint64 concentration;
        uint32 longestMaturity;
        bool listsIssuers;
        bool superseded;
    }

    /// @inheritdoc ICollateralPolicy
    uint256 public latest;

    mapping(uint256 version => mapping(SecurityKind kind => Entry[MOST_RULES])) private _entries;
    mapping(uint256 version => mapping(SecurityKind kind => mapping(uint256 place => mapping(bytes20 issuer => bool))))
        private _issuers;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc ICollateralPolicy
    function adopt(Rule[] calldata rules) external restricted returns (uint256 version) {
        _supersede(latest);
        version = ++latest;
        for (uint256 i = 0; i < rules.length; ++i) {
            _requireInBounds(rules[i]);
            _add(version, rules[i]);
        }
        emit PolicyAdopted(version, rules);
    }

    /// @inheritdoc ICollateralPolicy
    function ruleOf(uint256 version, SecurityClass class) external view returns (Method, uint64, uint64) {
        return _ruleOf(version, class, false);
    }

    /// @inheritdoc ICollateralPolicy
    function ruleForNew(uint256 version, SecurityClass class) external view returns (Method, uint64, uint64) {
        return _ruleOf(version, class, true);
    }

    function _ruleOf(uint256 version, SecurityClass class, bool isNew) private view returns (Method, uint64, uint64) {
        SecurityKind kind = class.kind();
        uint256 remaining = _remaining(class);
        Entry[MOST_RULES] storage entries = _entries[version][kind];
        uint256 longest = 0;
        for (uint256 i = 0; i < MOST_RULES; ++i) {
            Entry storage entry = entries[i];
            if (entry.concentration == 0 || (isNew && entry.superseded)) break;
            longest = entry.longestMaturity;
            if (remaining <= longest) {
                if (entry.listsIssuers && !_issuers[version][kind][i][class.issuer()]) {
                    revert IssuerNotTaken(version, kind, class.issuer());
                }
                return (entry.method, entry.margin, entry.concentration);
            }
        }
        if (isNew && version != latest) revert NotTheLatestPolicy(version, latest);
        if (longest == 0) revert NotEligible(version, kind);
        revert MaturityTooLong(version, kind, remaining, longest);
    }

    /// @dev Days to maturity, for ever where there is none. What has matured and is still there was not paid.
    function _remaining(SecurityClass class) private view returns (uint256) {
        (uint256 matures, uint256 today) = (class.maturity(), block.timestamp / 1 days);
        if (matures == 0) return type(uint32).max;
        if (matures <= today) revert HasMatured(class.kind(), matures, today);
        return matures - today;
    }

    function _add(uint256 version, Rule calldata rule) private {
        Entry[MOST_RULES] storage entries = _entries[version][rule.kind];
        uint256 place = 0;
        while (place < MOST_RULES && entries[place].concentration != 0) ++place;
        if (place == MOST_RULES) revert TooManyRules(rule.kind, MOST_RULES);
        if (rule.longestMaturity <= (place == 0 ? 0 : entries[place - 1].longestMaturity)) {
            revert MaturitiesOutOfOrder(rule.kind, rule.longestMaturity);
        }
        entries[place] = Entry({
            method: rule.method,
            margin: rule.margin,
            concentration: rule.concentration,
            longestMaturity: rule.longestMaturity,
            listsIssuers: rule.issuers.length != 0,
            superseded: false
        });
        for (uint256 i = 0; i < rule.issuers.length; ++i) {
            _issuers[version][rule.kind][place][rule.issuers[i]] = true;
        }
    }

    function _supersede(uint256 version) private {
        for (uint256 kind = 0; kind <= uint256(type(SecurityKind).max); ++kind) {
            _entries[version][SecurityKind(kind)][0].superseded = true;
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
