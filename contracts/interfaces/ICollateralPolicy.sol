// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SecurityClass} from "../tokens/SecurityClass.sol";
import {SecurityKind} from "./ISecurityEntitlement.sol";

/// @notice How collateral is valued: `Haircut` takes a part off its market value, `Ratio` divides it. A ratio of 102% is a
/// haircut of 1.960784%, not of 2%; no rule converts one into the other.
enum Method {
    Haircut,
    Ratio
}

/// @notice A row of the eligibility schedule: securities of one kind, up to a remaining maturity, of certain issuers.
/// @param longestMaturity days to maturity at most when it comes in, counted in UTC; 2^32 − 1 for no limit, which alone takes
/// what does not mature
/// @param margin the least haircut (from 0 to below 10^9) or the least ratio (from 10^9 to 10^10), in 10^-9
/// @param concentration the most that one issuer may make of a repo's collateral after margin, in 10^-9; 10^9 for no limit;
/// margin of a netting set has none
/// @param issuers the LEIs of the only issuers that are taken; none listed: any
struct Rule {
    SecurityKind kind;
    uint32 longestMaturity;
    Method method;
    uint64 margin;
    uint64 concentration;
    bytes20[] issuers;
}

/// @title What the venue takes as collateral, and at which haircut.
/// @notice Nothing, by default. Versions are numbered from one and append-only: a new one binds new repos, and no repo that
/// is open. A kind may have up to {MOST_RULES} rules, for longer and longer maturities; the first that is long enough decides, also
/// against an issuer that a longer one lists.
/// @dev Role: POLICY_MAKER adopts.
interface ICollateralPolicy {
    /// @notice Thrown when a version does not take a kind of security; version zero takes none.
    error NotEligible(uint256 version, SecurityKind kind);

    /// @notice Thrown when a security has matured; days since 1970.
    error HasMatured(SecurityKind kind, uint256 maturity, uint256 today);

    /// @notice Thrown when a security matures later than a version takes one of its kind; days, as in {Rule-longestMaturity}.
    error MaturityTooLong(uint256 version, SecurityKind kind, uint256 remaining, uint256 longest);

    /// @notice Thrown when a version takes such a security, but not of this issuer.
    error IssuerNotTaken(uint256 version, SecurityKind kind, bytes20 issuer);

    /// @notice Thrown when a rule's figures are outside their bounds.
    error RuleOutOfBounds(SecurityKind kind, uint64 margin, uint64 concentration);

    /// @notice Thrown when the rules of a kind are not for longer and longer maturities.
    error MaturitiesOutOfOrder(SecurityKind kind, uint32 longestMaturity);

    /// @notice Thrown when a kind has more rules than {MOST_RULES}.
    error TooManyRules(SecurityKind kind, uint256 most);

    /// @notice Thrown when a new repo names another version than the latest.
    error NotTheLatestPolicy(uint256 version, uint256 latest);

    event PolicyAdopted(uint256 indexed version, Rule[] rules);

    /// @notice Adopts the next version: these kinds and no others.
    function adopt(Rule[] calldata rules) external returns (uint256 version);

    /// @notice The latest version, zero before the first.
    function latest() external view returns (uint256);

    /// @notice The most rules of one kind.
    function MOST_RULES() external view returns (uint256);

    /// @notice What `version` says of a security ({ISecurityEntitlement-classAndLife}). Reverts where it is not eligible.
    function ruleOf(
        uint256 version,
        SecurityClass class
    ) external view returns (Method method, uint64 margin, uint64 concentration);

    /// @notice What `version` says of a security to a new repo. Reverts where it is not the latest or does not take it.
    function ruleForNew(
        uint256 version,
        SecurityClass class
    ) external view returns (Method method, uint64 margin, uint64 concentration);
}
