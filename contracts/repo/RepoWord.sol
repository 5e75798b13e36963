// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Repo, RepoState} from "../interfaces/IRepoFacility.sol";

/// @notice A {Repo} as the one storage word that it is, its fields from the lowest bit up: state, whether it changed,
/// `accruesFrom`, `repurchaseDate`, `purchasePrice`, `number`, `rate`.
/// @dev Read and written whole where every repo passes. The compiler takes a struct apart and puts it together field by
/// field, which costs an opening 1,000 gas and a closing 500. What happens rarely writes single fields of the struct as well.
type RepoWord is uint256;

using {
    state,
    changed,
    accruesFrom,
    repurchaseDate,
    purchasePrice,
    number,
    rate,
    withState,
    afterChange,
    writeTo
} for RepoWord global;

function readRepo(Repo storage repo) view returns (RepoWord word) {
    assembly ("memory-safe") {
        word := sload(repo.slot)
    }
}

/// @dev A repo that begins.
function openRepo(uint40 from, uint32 date, uint96 price, int64 yearly) pure returns (RepoWord) {
    uint256 dates = (uint256(from) << 16) | (uint256(date) << 56);
    uint256 money = (uint256(price) << 88) | (uint256(int256(yearly)) << 216);
    return RepoWord.wrap(uint256(RepoState.Open) | dates | money);
}

function writeTo(RepoWord word, Repo storage repo) {
    assembly ("memory-safe") {
        sstore(repo.slot, word)
    }
}

function withState(RepoWord word, RepoState next) pure returns (RepoWord) {
    return RepoWord.wrap((RepoWord.unwrap(word) & ~uint256(type(uint8).max)) | uint256(next));
}

/// @dev After the change at `place` in its order; the first leaves a {Change} as well.
function afterChange(RepoWord word, uint32 place) pure returns (RepoWord) {
    uint256 others = RepoWord.unwrap(word) & ~((uint256(type(uint32).max) << 184) | (uint256(type(uint8).max) << 8));
    return RepoWord.wrap(others | (uint256(place) << 184) | (1 << 8));
}

function state(RepoWord word) pure returns (RepoState) {
    return RepoState(uint8(RepoWord.unwrap(word)));
}

function changed(RepoWord word) pure returns (bool) {
    return uint8(RepoWord.unwrap(word) >> 8) != 0;
}

function accruesFrom(RepoWord word) pure returns (uint40) {
    return uint40(RepoWord.unwrap(word) >> 16);
}

function repurchaseDate(RepoWord word) pure returns (uint32) {
    return uint32(RepoWord.unwrap(word) >> 56);
}

function purchasePrice(RepoWord word) pure returns (uint96) {
    return uint96(RepoWord.unwrap(word) >> 88);
}

function number(RepoWord word) pure returns (uint32) {
    return uint32(RepoWord.unwrap(word) >> 184);
}

function rate(RepoWord word) pure returns (int40) {
    return int40(int256(RepoWord.unwrap(word)) >> 216);
}
