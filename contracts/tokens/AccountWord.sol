// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What a token keeps of a holder, in one storage word: the balance (bits 0 to 95), how much of it is frozen
/// (bits 96 to 191; may exceed the balance) and when the balance last changed, in seconds since 1970 (bits 192 to 231).
/// @dev A word and not a struct: Solidity reads and writes a struct's fields one by one, which costs a settlement 2,000 gas.
type AccountWord is uint256;

using {balance, frozen, changedAt, free, debited, credited, withFrozen} for AccountWord global;

function balance(AccountWord word) pure returns (uint256) {
    return uint96(AccountWord.unwrap(word));
}

function frozen(AccountWord word) pure returns (uint256) {
    return uint96(AccountWord.unwrap(word) >> 96);
}

function changedAt(AccountWord word) pure returns (uint256) {
    return uint40(AccountWord.unwrap(word) >> 192);
}

/// @dev Balance less frozen, never below zero.
function free(AccountWord word) pure returns (uint256) {
    return Math.saturatingSub(word.balance(), word.frozen());
}

/// @dev The word after `amount` went out at `time`. `amount` is at most the balance.
function debited(AccountWord word, uint256 amount, uint256 time) pure returns (AccountWord) {
    unchecked {
        return _stamped(AccountWord.unwrap(word) - amount, time);
    }
}

/// @dev The word after `amount` came in at `time`. The sum fits 96 bits, because no balance exceeds the supply.
function credited(AccountWord word, uint256 amount, uint256 time) pure returns (AccountWord) {
    unchecked {
        return _stamped(AccountWord.unwrap(word) + amount, time);
    }
}

/// @dev The word with `amount` frozen. `amount` fits 96 bits.
function withFrozen(AccountWord word, uint256 amount) pure returns (AccountWord) {
    return AccountWord.wrap((AccountWord.unwrap(word) & ~(uint256(type(uint96).max) << 96)) | (amount << 96));
}

function _stamped(uint256 word, uint256 time) pure returns (AccountWord) {
    return AccountWord.wrap((word & type(uint192).max) | (time << 192));
}
