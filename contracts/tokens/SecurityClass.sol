// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SecurityKind} from "../interfaces/ISecurityEntitlement.sol";

/// @notice What a collateral policy asks of a security, in one word: its kind (bits 0 to 7), the day on which it matures (from bit 8,
/// in days since 1970, UTC; zero: it does not) and its issuer's LEI (20 ASCII characters, from bit 40).
/// @dev Whoever takes it as collateral hands it on unread: three answers for one would cost every line of a repo 300 gas.
type SecurityClass is uint256;

using {kind, maturity, issuer} for SecurityClass global;

function classOf(SecurityKind what, uint32 matures, bytes20 whose) pure returns (SecurityClass) {
    return SecurityClass.wrap(uint256(what) | (uint256(matures) << 8) | (uint256(uint160(whose)) << 40));
}

function kind(SecurityClass class) pure returns (SecurityKind) {
    return SecurityKind(uint8(SecurityClass.unwrap(class)));
}

function maturity(SecurityClass class) pure returns (uint32) {
    return uint32(SecurityClass.unwrap(class) >> 8);
}

function issuer(SecurityClass class) pure returns (bytes20) {
    return bytes20(uint160(SecurityClass.unwrap(class) >> 40));
}
