// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line, RepoTerms} from "../interfaces/IRepoFacility.sol";

/// @title What the parties of a repo sign: EIP-712 types and their struct hashes.
/// @dev As in {TradeLib}: the static words of the terms are hashed as they stand in calldata, then the hash of the lines,
/// then the signer. Enumerations are `uint8`. The type hashes stand as figures because the compiler would compute them at
/// every use; a test compares each with the text above it.
library RepoTermsLib {
    /// @dev RepoTerms(address seller,address buyer,address cash,bytes32 agreement,uint256 purchasePrice,int64 rate,
    /// int64 lateRate,uint16 basis,uint8 duration,uint32 purchaseDate,uint32 repurchaseDate,int32 utcOffset,
    /// uint32 cutOff,uint32 noticePeriod,uint8 method,uint32 policyVersion,address priceBoard,uint32 maximumPriceAge,
    /// uint256 threshold,uint256 minimumTransfer,uint32 callDeadline,uint32 grace,uint8 income,bool mayReuse,
    /// bool maySubstitute,bool mayTerminate,address custody,uint64 bindingFrom,uint256 nonce,Line[] lines,
    /// address signer)Line(address security,uint256 quantity,uint64 margin)
    bytes32 internal constant TERMS_TYPEHASH = 0x1b921fe6f2213ac8313ce4d2455c2ca8f4176e8b0304bc72edce947bd06646b2;

    /// @dev Line(address security,uint256 quantity,uint64 margin)
    bytes32 internal constant LINE_TYPEHASH = 0x22d6a41030b3fb14900b150e82d26a64f11d8a44e0c5fcff793c77d4228fd4e2;

    /// @dev RepoClosing(bytes32 repo,address signer)
    bytes32 internal constant CLOSING_TYPEHASH = 0x6a102e207358b6f59b692d6c394ca13f17488bb827627510461c33837980d940;

    /// @dev RepoCancellation(bytes32 repo,address signer)
    bytes32 internal constant CANCELLATION_TYPEHASH = 0x984a442bad173c98f93cf8357ef1237d2a0558564105f97aefe641111353aa00;

    /// @dev All words of the terms before the lines.
    uint256 private constant STATIC_SIZE = 29 * 32;

    /// @dev The struct hashes of `terms` for the seller, which is also the id of the repo, and for the buyer.
    function hashes(RepoTerms calldata terms) internal pure returns (bytes32 forSeller, bytes32 forBuyer) {
        bytes32 lines = _hash(terms.lines);
        (address seller, address buyer) = (terms.seller, terms.buyer);
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, TERMS_TYPEHASH)
            calldatacopy(add(encoded, 0x20), terms, STATIC_SIZE)
            mstore(add(encoded, add(STATIC_SIZE, 0x20)), lines)
            let signer := add(encoded, add(STATIC_SIZE, 0x40))
            mstore(signer, seller)
            forSeller := keccak256(encoded, add(STATIC_SIZE, 0x60))
            mstore(signer, buyer)
            forBuyer := keccak256(encoded, add(STATIC_SIZE, 0x60))
        }
    }

    /// @dev The id of the repo: the struct hash that its seller signs.
    function id(RepoTerms calldata terms) internal pure returns (bytes32 forSeller) {
        (forSeller, ) = hashes(terms);
    }

    /// @dev The struct hash with which `signer` asks to close `repo`.
    function closing(bytes32 repo, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSING_TYPEHASH, repo, signer));
    }

    /// @dev The struct hash with which `signer` cancels `repo`.
    function cancellation(bytes32 repo, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCELLATION_TYPEHASH, repo, signer));
    }

    function _hash(Line[] calldata lines) private pure returns (bytes32) {
        bytes32[] memory each = new bytes32[](lines.length);
        for (uint256 i = 0; i < lines.length; ++i) each[i] = keccak256(abi.encode(LINE_TYPEHASH, lines[i]));
        return keccak256(abi.encodePacked(each));
    }
}
