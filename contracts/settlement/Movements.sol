// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegisteredERC20, Movement} from "../interfaces/IRegisteredERC20.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @notice Movements of one asset that grow in memory as the call that will carry them.
/// @dev Named by its place: four words for the head of the call, of which the last is the count, then three words each.
/// Nothing is encoded a second time. An array of structs, encoded by the compiler, costs 1,200 gas more a movement.
type Movements is uint256;

using {add, carryOut, carryOutThrough} for Movements global;

uint256 constant COUNT = 0x60;
uint256 constant HEAD = 0x80;
uint256 constant MOVEMENT_SIZE = 0x60;

/// @dev None yet, with room for `most`; memory that is not written costs nothing.
function movements(uint256 most) pure returns (Movements list) {
    assembly ("memory-safe") {
        list := mload(0x40)
        mstore(0x40, add(add(list, HEAD), mul(most, MOVEMENT_SIZE)))
        mstore(add(list, COUNT), 0)
    }
}

/// @dev Those of a call, as they stand: the token checks them.
function copied(Movement[] calldata items) pure returns (Movements list) {
    list = movements(items.length);
    assembly ("memory-safe") {
        mstore(add(list, COUNT), items.length)
        calldatacopy(add(list, HEAD), items.offset, mul(items.length, MOVEMENT_SIZE))
    }
}

function add(Movements list, address from, address to, uint256 amount) pure {
    assembly ("memory-safe") {
        let count := mload(add(list, COUNT))
        let movement := add(add(list, HEAD), mul(count, MOVEMENT_SIZE))
        mstore(movement, from)
        mstore(add(movement, 0x20), to)
        mstore(add(movement, 0x40), amount)
        mstore(add(list, COUNT), add(count, 1))
    }
}

/// @dev Has `asset` make the movements, passes its errors on, and gives the memory back.
function carryOut(Movements list, address asset) {
    if (asset.code.length == 0) revert ISettlement.NotAToken(asset);
    bytes4 selector = IRegisteredERC20.bookTransfers.selector;
    assembly ("memory-safe") {
        let start := add(list, 0x20)
        mstore(start, shr(224, selector))
        mstore(add(start, 0x20), 0x20)
    }
    _call(list, asset, 0x3c);
    assembly ("memory-safe") {
        mstore(0x40, list)
    }
}

/// @dev Has the venue's door do the same, for a contract that is no mover itself.
function carryOutThrough(Movements list, ISettlement settlement, address asset) {
    bytes4 selector = ISettlement.deliverNets.selector;
    assembly ("memory-safe") {
        mstore(list, shr(224, selector))
        mstore(add(list, 0x20), asset)
        mstore(add(list, 0x40), 0x40)
    }
    _call(list, address(settlement), 0x1c);
}

/// @dev The call begins `skipped` bytes behind the start: a selector takes the last four bytes of its word.
function _call(Movements list, address target, uint256 skipped) {
    assembly ("memory-safe") {
        let size := sub(add(HEAD, mul(mload(add(list, COUNT)), MOVEMENT_SIZE)), skipped)
        if iszero(call(gas(), target, 0, add(list, skipped), size, 0, 0)) {
            returndatacopy(list, 0, returndatasize())
            revert(list, returndatasize())
        }
    }
}
