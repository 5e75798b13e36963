// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Method} from "../interfaces/ICollateralPolicy.sol";
import {NettingSet, SetState} from "../interfaces/IRepoFacility.sol";

/// @notice A {NettingSet} as the one storage word that it is, its fields from the lowest bit up: `open`, `securities`,
/// state, method, `basis`, `maximumPriceAge`, `grace`, `lateRate`, `secondDefaulted`, `called`, `clock`.
/// @dev Read and written whole where every repo passes, as {RepoWord} is, and for the same reason.
type SetWord is uint256;

using {
    open,
    securities,
    state,
    method,
    basis,
    maximumPriceAge,
    grace,
    lateRate,
    secondDefaulted,
    called,
    clock,
    withOpen,
    withoutCall,
    writeTo
} for SetWord global;

function readSet(NettingSet storage set) view returns (SetWord word) {
    assembly ("memory-safe") {
        word := sload(set.slot)
    }
}

function writeTo(SetWord word, NettingSet storage set) {
    assembly ("memory-safe") {
        sstore(set.slot, word)
    }
}

function withOpen(SetWord word, uint16 repos) pure returns (SetWord) {
    return SetWord.wrap((SetWord.unwrap(word) & ~uint256(type(uint16).max)) | repos);
}

/// @dev The two highest fields say of a call whether there is one, and when it ends.
function withoutCall(SetWord word) pure returns (SetWord) {
    return SetWord.wrap(SetWord.unwrap(word) & type(uint200).max);
}

function open(SetWord word) pure returns (uint16) {
    return uint16(SetWord.unwrap(word));
}

function securities(SetWord word) pure returns (uint16) {
    return uint16(SetWord.unwrap(word) >> 16);
}

/// @dev As it was written, which is of its enum.
function state(SetWord word) pure returns (SetState written) {
    assembly ("memory-safe") {
        written := and(shr(32, word), 0xff)
    }
}

/// @dev As it was written, which is of its enum.
function method(SetWord word) pure returns (Method written) {
    assembly ("memory-safe") {
        written := and(shr(40, word), 0xff)
    }
}

function basis(SetWord word) pure returns (uint16) {
    return uint16(SetWord.unwrap(word) >> 48);
}

function maximumPriceAge(SetWord word) pure returns (uint32) {
    return uint32(SetWord.unwrap(word) >> 64);
}

function grace(SetWord word) pure returns (uint32) {
    return uint32(SetWord.unwrap(word) >> 96);
}

function lateRate(SetWord word) pure returns (int64) {
    return int64(uint64(SetWord.unwrap(word) >> 128));
}

function secondDefaulted(SetWord word) pure returns (bool) {
    return uint8(SetWord.unwrap(word) >> 192) != 0;
}

function called(SetWord word) pure returns (bool) {
    return uint8(SetWord.unwrap(word) >> 200) != 0;
}

function clock(SetWord word) pure returns (uint40) {
    return uint40(SetWord.unwrap(word) >> 208);
}
