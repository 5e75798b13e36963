// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Duration, Income, Line, RepoTerms} from "../interfaces/IRepoFacility.sol";

/// @notice Terms in calldata, by their offset, after one check of all their words.
/// @dev As in {CheckedTrade}: the compiler checks a word of a calldata struct each time it is read, and an opening reads
/// thirty, for 1,500 gas. The check counts for words that nobody reads, too: two parties who signed a word wider than its
/// type would else put an event into the log that no reader can decode.
type CheckedTerms is uint256;

using {
    seller,
    buyer,
    cash,
    agreement,
    purchasePrice,
    rate,
    duration,
    purchaseDate,
    repurchaseDate,
    utcOffset,
    cutOff,
    noticePeriod,
    policyVersion,
    income,
    maySubstitute,
    mayTerminate,
    custody,
    bindingFrom,
    lines
} for CheckedTerms global;

/// @dev Reverts, as the compiler's own check does, where a word is too large for the type of its field.
function checked(RepoTerms calldata terms) pure returns (CheckedTerms words) {
    words = byId(terms);
    uint256 addresses = _word(words, 0) | _word(words, 1) | _word(words, 2) | _word(words, 17);
    uint256 times = _word(words, 7) | _word(words, 8) | _word(words, 10) | _word(words, 11) | _word(words, 12);
    uint256 flags = _word(words, 13) | _word(words, 14) | _word(words, 15) | _word(words, 16);
    bool fit = (addresses >> 160) | (times >> 32) | (flags >> 1) | (_word(words, 18) >> 64) == 0;
    bool signedFit = int256(_word(words, 5)) == rate(words) && int256(_word(words, 9)) == utcOffset(words);
    if (!fit || !signedFit || _word(words, 6) > uint256(type(Duration).max)) {
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
}

/// @dev For terms by whose id a repo is looked up before anything else is done with them. Where it is found, its opening has
/// checked them; the id is a hash of them all, so others find nothing.
function byId(RepoTerms calldata terms) pure returns (CheckedTerms words) {
    assembly ("memory-safe") {
        words := terms
    }
}

function seller(CheckedTerms terms) pure returns (address) {
    return address(uint160(_word(terms, 0)));
}

function buyer(CheckedTerms terms) pure returns (address) {
    return address(uint160(_word(terms, 1)));
}

function cash(CheckedTerms terms) pure returns (address) {
    return address(uint160(_word(terms, 2)));
}

function agreement(CheckedTerms terms) pure returns (bytes32) {
    return bytes32(_word(terms, 3));
}

function purchasePrice(CheckedTerms terms) pure returns (uint256) {
    return _word(terms, 4);
}

function rate(CheckedTerms terms) pure returns (int64) {
    return int64(uint64(_word(terms, 5)));
}

function duration(CheckedTerms terms) pure returns (Duration) {
    return Duration(_word(terms, 6));
}

function purchaseDate(CheckedTerms terms) pure returns (uint32) {
    return uint32(_word(terms, 7));
}

function repurchaseDate(CheckedTerms terms) pure returns (uint32) {
    return uint32(_word(terms, 8));
}

function utcOffset(CheckedTerms terms) pure returns (int32) {
    return int32(uint32(_word(terms, 9)));
}

function cutOff(CheckedTerms terms) pure returns (uint32) {
    return uint32(_word(terms, 10));
}

function noticePeriod(CheckedTerms terms) pure returns (uint32) {
    return uint32(_word(terms, 11));
}

function policyVersion(CheckedTerms terms) pure returns (uint32) {
    return uint32(_word(terms, 12));
}

function income(CheckedTerms terms) pure returns (Income) {
    return Income(_word(terms, 13));
}

function maySubstitute(CheckedTerms terms) pure returns (bool) {
    return _word(terms, 15) != 0;
}

function mayTerminate(CheckedTerms terms) pure returns (bool) {
    return _word(terms, 16) != 0;
}

function custody(CheckedTerms terms) pure returns (address) {
    return address(uint160(_word(terms, 17)));
}

function bindingFrom(CheckedTerms terms) pure returns (uint64) {
    return uint64(_word(terms, 18));
}

/// @dev Where they are is checked at every call.
function lines(CheckedTerms terms) pure returns (Line[] calldata) {
    RepoTerms calldata asTheyStand;
    assembly ("memory-safe") {
        asTheyStand := terms
    }
    return asTheyStand.lines;
}

function _word(CheckedTerms terms, uint256 position) pure returns (uint256 word) {
    assembly ("memory-safe") {
        word := calldataload(add(terms, shl(5, position)))
    }
}
