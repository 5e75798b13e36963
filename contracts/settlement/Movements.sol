// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";

/// @notice Movements of one asset that grow in memory as the call to its token that will carry them.
/// @dev Named by its place: selector, offset and count of {IRegisteredERC20-bookTransfers}, then three words each.
/// Nothing is encoded a second time. An array of structs, encoded by the compiler, costs 1,200 gas more a movement.
type Movements is uint256;

using {add, carryOut} for Movements global;

/// @dev The selector takes the last four bytes of the first word.
uint256 constant HEAD = 0x60;

/// @dev None yet, with room for `most`; memory that is not written costs nothing.
function movements(uint256 most) pure returns (Movements list) {
    bytes4 selector = IRegisteredERC20.bookTransfers.selector;
    assembly ("memory-safe") {
        list := mload(0x40)
        mstore(0x40, add(add(list, HEAD), mul(most, 0x60)))
        mstore(list, shr(224, selector))
        mstore(add(list, 0x20), 0x20)
        mstore(add(list, 0x40), 0)
    }
}

function add(Movements list, address from, address to, uint256 amount) pure {
    assembly ("memory-safe") {
        let count := mload(add(list, 0x40))
        let movement := add(add(list, HEAD), mul(count, 0x60))
        mstore(movement, from)
        mstore(add(movement, 0x20), to)
        mstore(add(movement, 0x40), amount)
        mstore(add(list, 0x40), add(count, 1))
    }
}

/// @dev Has `asset` make the movements, passes its errors on, and gives the memory back.
function carryOut(Movements list, address asset) {
    assembly ("memory-safe") {
        let size := add(0x44, mul(mload(add(list, 0x40)), 0x60))
        if iszero(call(gas(), asset, 0, add(list, 0x1c), size, 0, 0)) {
            returndatacopy(list, 0, returndatasize())
            revert(list, returndatasize())
        }
        mstore(0x40, list)
    }
}
