// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignerKind, Status} from "../interfaces/IWalletRegistry.sol";

/// @notice A {Wallet} as the one storage word that it is: participant (bits 0 to 159), purpose, signer kind and status (one
/// byte each, from bit 160) and the time of its screening.
/// @dev For whoever asks at every settlement or repo. As two structs, each field checked on both sides of the call, the
/// records of seller and buyer cost a repo 3,500 gas more.
type WalletWord is uint256;

using {participant, signerKind, status, isActive} for WalletWord global;

function participant(WalletWord word) pure returns (bytes20) {
    return bytes20(uint160(WalletWord.unwrap(word)));
}

/// @dev As it was registered, which is of its enum.
function signerKind(WalletWord word) pure returns (SignerKind kind) {
    assembly ("memory-safe") {
        kind := and(shr(168, word), 0xff)
    }
}

/// @dev As it was set, which is of its enum.
function status(WalletWord word) pure returns (Status found) {
    assembly ("memory-safe") {
        found := and(shr(176, word), 0xff)
    }
}

function isActive(WalletWord word) pure returns (bool) {
    return uint8(WalletWord.unwrap(word) >> 176) == uint8(Status.Registered);
}
