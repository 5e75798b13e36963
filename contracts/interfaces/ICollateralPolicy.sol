// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SecurityKind} from "./ISecurityEntitlement.sol";

/// @notice How collateral is valued: `Haircut` takes a part off its market value, `Ratio` divides it. A ratio of 102% is a
/// haircut of 1.960784%, not of 2%; no rule converts one into the other.
enum Method {
    Haircut,
    Ratio
}

/// @notice What a version of the policy says of one kind of security.
/// @param margin the least haircut (from 0 to below 10^9) or the least ratio (from 10^9 to 10^10), in 10^-9
/// @param concentration the most that one security may make of a repo's collateral value, in 10^-9; 10^9 for no limit
struct Rule {
    SecurityKind kind;
    Method method;
    uint64 margin;
    uint64 concentration;
}

/// @title What the venue takes as collateral, and at which haircut.
/// @notice Nothing, by default. Versions are numbered from one and append-only: a new one binds new repos, and no repo that
/// is open.
/// @dev Role: POLICY_MAKER adopts.
interface ICollateralPolicy {
    /// @notice Thrown when a version does not take a kind of security; version zero takes none.
    error NotEligible(uint256 version, SecurityKind kind);

    /// @notice Thrown when a rule's figures are outside their bounds.
    error RuleOutOfBounds(SecurityKind kind, uint64 margin, uint64 concentration);

    /// @notice Thrown when a version has two rules for one kind.
    error KindRepeated(SecurityKind kind);

    /// @notice Thrown when a new repo names another version than the latest.
    error NotTheLatestPolicy(uint256 version, uint256 latest);

    event PolicyAdopted(uint256 indexed version, Rule[] rules);

    /// @notice Adopts the next version: these kinds and no others.
    function adopt(Rule[] calldata rules) external returns (uint256 version);

    /// @notice The latest version, zero before the first.
    function latest() external view returns (uint256);

    /// @notice What `version` says of `kind`. Reverts where it is not eligible.
    function ruleOf(
        uint256 version,
        SecurityKind kind
    ) external view returns (Method method, uint64 margin, uint64 concentration);

    /// @notice What `version` says of `kind` to a new repo. Reverts where it is not the latest or does not take the kind.
    function ruleForNew(
        uint256 version,
        SecurityKind kind
    ) external view returns (Method method, uint64 margin, uint64 concentration);
}
