// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice An asset of a ledger, and what a wallet owes or is due in it: each an entry, named by its place in memory.
/// @dev An entry is three words: its key, its value (the asset's newest position; the wallet's net), and the entry
/// opened before it (of the ledger's assets; of the asset's positions), zero for none. Structs would be natural, but an
/// array of them is filled with zeros for the worst case and read through checks of bounds, for 20,000 gas more a trade.
type Asset is uint256;
type Position is uint256;

using {token, newest, earlier, sum, post} for Asset global;
using {wallet, net, add, next, nextDue} for Position global;

function token(Asset asset) pure returns (address) {
    return address(uint160(_read(Asset.unwrap(asset), KEY)));
}

function newest(Asset asset) pure returns (Position) {
    return Position.wrap(_read(Asset.unwrap(asset), VALUE));
}

function earlier(Asset asset) pure returns (Asset) {
    return Asset.wrap(_read(Asset.unwrap(asset), EARLIER));
}

/// @dev Zero, unless somebody is due what nobody owes, or owes what is due to nobody.
function sum(Asset asset) pure returns (int256 total) {
    unchecked {
        for (Position each = asset.newest(); Position.unwrap(each) != 0; each = each.next()) total += each.net();
    }
}

/// @dev Opens the one position of `owner`, which is looked for no more and so stands in no index.
function post(Asset asset, address owner, int256 amount) pure {
    int256 value = SafeCast.toInt128(amount);
    assembly ("memory-safe") {
        let newestOfAsset := add(asset, VALUE)
        let entry := mload(0x40)
        mstore(0x40, add(entry, ENTRY_SIZE))
        mstore(entry, owner)
        mstore(add(entry, VALUE), value)
        mstore(add(entry, EARLIER), mload(newestOfAsset))
        mstore(newestOfAsset, entry)
    }
}

function wallet(Position position) pure returns (address) {
    return address(uint160(_read(Position.unwrap(position), KEY)));
}

/// @dev What is due to the wallet; below zero what it owes.
function net(Position position) pure returns (int256) {
    return int256(_read(Position.unwrap(position), VALUE));
}

/// @dev Amounts have at most 128 bits, so no sum of as many as memory could hold overflows.
function add(Position position, int256 amount) pure {
    assembly ("memory-safe") {
        let value := add(position, VALUE)
        mstore(value, add(mload(value), amount))
    }
}

function next(Position position) pure returns (Position) {
    return Position.wrap(_read(Position.unwrap(position), EARLIER));
}

/// @dev The first position from `position` on to which its asset is due. Nets sum to zero, so whoever owes finds one.
function nextDue(Position position) pure returns (Position) {
    while (position.net() <= 0) position = position.next();
    return position;
}

function _read(uint256 entry, uint256 word) pure returns (uint256 value) {
    assembly ("memory-safe") {
        value := mload(add(entry, word))
    }
}

uint256 constant KEY = 0x00;
uint256 constant VALUE = 0x20;
uint256 constant EARLIER = 0x40;
uint256 constant ENTRY_SIZE = 0x60;

/// @title Net positions per wallet and asset, in memory.
library Netting {
    using SafeCast for uint256;

    /// @dev To its assets the ledger is what an asset is to its positions: its second word is the newest one.
    /// @param index places of entries, by open addressing from the hash of their key; zero where free
    /// @param newest the asset opened last
    struct Ledger {
        uint256[] index;
        Asset newest;
    }

    /// @dev An empty ledger for at most `entries` entries that are looked for; its index is never full.
    function create(uint256 entries) internal pure returns (Ledger memory ledger) {
        uint256 places = 8;
        while (3 * places < 4 * entries) places *= 2;
        ledger.index = new uint256[](places);
    }

    /// @dev The entry of `asset`. `last` is tried first, because one trade after the other is often in the same asset.
    function assetAt(Ledger memory ledger, address asset, Asset last) internal pure returns (Asset found) {
        found = last;
        if (Asset.unwrap(last) == 0 || last.token() != asset) {
            uint256 parent;
            assembly ("memory-safe") {
                parent := ledger
            }
            found = Asset.wrap(_entry(ledger.index, parent, asset));
        }
    }

    /// @dev Books `amount` of `asset` out of `from` and into `to`.
    function book(Ledger memory ledger, Asset asset, address from, address to, uint256 amount) internal pure {
        int256 delta = int256(uint256(amount.toUint128()));
        uint256 parent = Asset.unwrap(asset);
        Position.wrap(_entry(ledger.index, parent, to)).add(delta);
        Position.wrap(_entry(ledger.index, parent, from)).add(-delta);
    }

    /// @dev The entry of `owner` under `parent`, opened as its newest where there is none. Its key is both in one word.
    /// By hand, because to the compiler an entry is only memory; a trade looks for four to six of them.
    function _entry(uint256[] memory index, uint256 parent, address owner) private pure returns (uint256 entry) {
        assembly ("memory-safe") {
            let key := or(shl(160, parent), owner)
            mstore(0x00, key)
            let mask := shl(5, sub(mload(index), 1))
            let offset := and(keccak256(0x00, 0x20), mask)
            let place := add(add(index, 0x20), offset)
            entry := mload(place)
            for {} entry {} {
                if eq(mload(entry), key) {
                    break
                }
                offset := and(add(offset, 0x20), mask)
                place := add(add(index, 0x20), offset)
                entry := mload(place)
            }
            if iszero(entry) {
                let newestOfParent := add(parent, VALUE)
                entry := mload(0x40)
                mstore(0x40, add(entry, ENTRY_SIZE))
                mstore(entry, key)
                mstore(add(entry, VALUE), 0)
                mstore(add(entry, EARLIER), mload(newestOfParent))
                mstore(newestOfParent, entry)
                mstore(place, entry)
            }
        }
    }
}
