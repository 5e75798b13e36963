// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from "../interfaces/IRepoFacility.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";

/// @title What is signed about a netting set: struct hashes, all for the set and the place in its order of acts.
library MarginConsents {
    /// @dev The struct hash with which `signer` calls margin.
    function calling(bytes32 nettingSet, uint24 number, address signer) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("MarginCall(bytes32 nettingSet,uint24 number,address signer)");
        return keccak256(abi.encode(typehash, nettingSet, number, signer));
    }

    /// @dev The struct hash with which `from` pays a call.
    function paying(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 amount
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "MarginPayment(bytes32 nettingSet,uint24 number,address from,address to,uint256 amount)"
        );
        return keccak256(abi.encode(typehash, nettingSet, number, from, to, amount));
    }

    /// @dev The struct hash with which `from` meets a call of `amount` in securities.
    function delivering(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 amount,
        Line[] calldata lines
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "MarginDelivery(bytes32 nettingSet,uint24 number,address from,address to,uint256 amount,Line[] lines)Line(address security,uint256 quantity,uint64 margin)"
        );
        return keccak256(abi.encode(typehash, nettingSet, number, from, to, amount, RepoTermsLib.hash(lines)));
    }

    /// @dev The struct hash with which `from` returns cash margin.
    function returning(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 principal,
        int256 interest
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "MarginReturn(bytes32 nettingSet,uint24 number,address from,address to,uint256 principal,int256 interest)"
        );
        return keccak256(abi.encode(typehash, nettingSet, number, from, to, principal, interest));
    }

    /// @dev The struct hash with which `from` returns securities.
    function restoring(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        Line[] calldata lines
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "MarginRestitution(bytes32 nettingSet,uint24 number,address from,address to,Line[] lines)Line(address security,uint256 quantity,uint64 margin)"
        );
        return keccak256(abi.encode(typehash, nettingSet, number, from, to, RepoTermsLib.hash(lines)));
    }

    /// @dev The struct hash with which `signer` declares a default: for the repo that failed, or zero for a call.
    function declaring(
        bytes32 nettingSet,
        uint24 number,
        bytes32 ground,
        address signer
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("DefaultNotice(bytes32 nettingSet,uint24 number,bytes32 ground,address signer)");
        return keccak256(abi.encode(typehash, nettingSet, number, ground, signer));
    }

    /// @dev The struct hash with which `signer` states a price.
    function stating(
        bytes32 nettingSet,
        uint24 number,
        address security,
        uint64 price,
        address signer
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "StatedValue(bytes32 nettingSet,uint24 number,address security,uint64 price,address signer)"
        );
        return keccak256(abi.encode(typehash, nettingSet, number, security, price, signer));
    }

    /// @dev The struct hash with which `from` pays a claim.
    function claimPaying(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 amount
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "ClaimPayment(bytes32 nettingSet,uint24 number,address from,address to,uint256 amount)"
        );
        return keccak256(abi.encode(typehash, nettingSet, number, from, to, amount));
    }
}
