// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Trade} from "../interfaces/ISettlement.sol";

/// @notice A trade in calldata, by its offset, after one check of all its words.
/// @dev The compiler checks a word of a calldata struct each time it is read, and a settlement reads most of them
/// several times, for 500 gas. Here all are checked once, together, and then read as they stand.
type CheckedTrade is uint256;

using {
    seller,
    buyer,
    security,
    quantity,
    cash,
    amount,
    notBefore,
    notAfter,
    bindingFrom,
    group,
    nonce
} for CheckedTrade global;

/// @dev Reverts, as the compiler's own check does, where a word is too large for the type of its field.
function checked(Trade calldata trade) pure returns (CheckedTrade) {
    CheckedTrade words = asItStands(trade);
    uint256 addresses = _word(words, 0) | _word(words, 1) | _word(words, 2) | _word(words, 4);
    uint256 times = _word(words, 7) | _word(words, 8) | _word(words, 9);
    if ((addresses >> 160) | (times >> 64) | (_word(words, 6) >> 32) != 0) {
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
    return words;
}

/// @dev A trade whose words nobody checked: to name one that failed, and for nothing else.
function asItStands(Trade calldata trade) pure returns (CheckedTrade words) {
    assembly ("memory-safe") {
        words := trade
    }
}

function seller(CheckedTrade trade) pure returns (address) {
    return address(uint160(_word(trade, 0)));
}

function buyer(CheckedTrade trade) pure returns (address) {
    return address(uint160(_word(trade, 1)));
}

function security(CheckedTrade trade) pure returns (address) {
    return address(uint160(_word(trade, 2)));
}

function quantity(CheckedTrade trade) pure returns (uint256) {
    return _word(trade, 3);
}

function cash(CheckedTrade trade) pure returns (address) {
    return address(uint160(_word(trade, 4)));
}

function amount(CheckedTrade trade) pure returns (uint256) {
    return _word(trade, 5);
}

function notBefore(CheckedTrade trade) pure returns (uint64) {
    return uint64(_word(trade, 7));
}

function notAfter(CheckedTrade trade) pure returns (uint64) {
    return uint64(_word(trade, 8));
}

function bindingFrom(CheckedTrade trade) pure returns (uint64) {
    return uint64(_word(trade, 9));
}

function group(CheckedTrade trade) pure returns (bytes32) {
    return bytes32(_word(trade, 10));
}

function nonce(CheckedTrade trade) pure returns (uint256) {
    return _word(trade, 11);
}

function _word(CheckedTrade trade, uint256 position) pure returns (uint256 word) {
    assembly ("memory-safe") {
        word := calldataload(add(trade, shl(5, position)))
    }
}
