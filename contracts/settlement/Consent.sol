// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {SignerKind} from "../interfaces/IWalletRegistry.sol";

/// @title One rule: this wallet signed this digest.
/// @dev The register says how a wallet signs, not the code at its address: a key stays a key under an EIP-7702
/// delegation.
library Consent {
    /// @dev Gas for a contract wallet's answer. Enough for a multi-signature; too little to hurt a batch.
    uint256 internal constant ERC1271_GAS = 100_000;

    /// @dev Half the order of secp256k1: of the two values of `s` that sign the same, only the lower one counts.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @dev Reverts unless `signer` signed `digest`: low-s ECDSA in 65 bytes for a key, ERC-1271 for a contract.
    function requireSigned(address signer, SignerKind kind, bytes32 digest, bytes calldata signature) internal view {
        requireSigned(signer, kind == SignerKind.Key, digest, signature);
    }

    /// @dev The same, for whoever has asked {ActiveCheck} whether `signer` signs with a key.
    function requireSigned(address signer, bool byKey, bytes32 digest, bytes calldata signature) internal view {
        if (byKey) _requireSignedByKey(signer, digest, signature);
        else _requireApprovedByContract(signer, digest, signature);
    }

    /// @dev `ecrecover` answers zero for what is no signature: hence nobody signs for wallet zero.
    function _requireSignedByKey(address signer, bytes32 digest, bytes calldata signature) private pure {
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            r := calldataload(signature.offset)
            s := calldataload(add(signature.offset, 0x20))
            v := byte(0, calldataload(add(signature.offset, 0x40)))
        }
        if (signature.length != 65) revert ISettlement.BadSignature(signer);
        if (uint256(s) > HALF_ORDER) revert ISettlement.BadSignature(signer);
        if (signer == address(0)) revert ISettlement.BadSignature(signer);
        if (ecrecover(digest, v, r, s) != signer) revert ISettlement.BadSignature(signer);
    }

    /// @dev Reads one word of the answer, so a wallet that returns a megabyte costs nobody the copy of it.
    function _requireApprovedByContract(address signer, bytes32 digest, bytes calldata signature) private view {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bool approved;
        bytes4 answer;
        uint256 size;
        assembly ("memory-safe") {
            approved := staticcall(ERC1271_GAS, signer, add(question, 0x20), mload(question), 0x00, 0x20)
            answer := mload(0x00)
            size := returndatasize()
        }
        approved = approved && size >= 32 && answer == IERC1271.isValidSignature.selector;
        if (!approved) revert ISettlement.BadSignature(signer);
    }
}
