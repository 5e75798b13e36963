// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {SignerKind} from "../interfaces/IWalletRegistry.sol";

/// @title One rule: this wallet signed this digest.
/// @dev The register says how a wallet signs, not the code at its address: a key stays a key under an EIP-7702 delegation.
library Consent {
    /// @dev Gas for a contract wallet's answer. Enough for a multi-signature; too little to hurt a batch.
    uint256 internal constant ERC1271_GAS = 100_000;

    /// @dev Reverts unless `signer` signed `digest`: low-s ECDSA in 65 bytes for a key, ERC-1271 for a contract.
    function requireSigned(
        address signer,
        SignerKind signerKind,
        bytes32 digest,
        bytes calldata signature
    ) internal view {
        bool signed = signerKind == SignerKind.Key
            ? _signedByKey(signer, digest, signature)
            : _approvedByContract(signer, digest, signature);
        if (!signed) revert ISettlement.BadSignature(signer);
    }

    function _signedByKey(address signer, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        (address recovered, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(digest, signature);
        return problem == ECDSA.RecoverError.NoError && recovered == signer;
    }

    /// @dev Reads one word of the answer, so a wallet that returns a megabyte costs nobody the copy of it.
    function _approvedByContract(
        address signer,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bool approved) {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes4 answer;
        uint256 size;
        assembly ("memory-safe") {
            approved := staticcall(ERC1271_GAS, signer, add(question, 0x20), mload(question), 0x00, 0x20)
            answer := mload(0x00)
            size := returndatasize()
        }
        approved = approved && size >= 32 && answer == IERC1271.isValidSignature.selector;
    }
}
