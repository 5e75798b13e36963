// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from "../interfaces/IRepoFacility.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @notice Legs of one exchange, growing in memory as the call of {ISettlement-deliver} that will carry them.
/// @dev Named by its place, as {Movements} are: selector, offset and count, then four words each. An array of structs, encoded
/// by the compiler, costs an opening 3,000 gas more.
type Exchange is uint256;

using {add, addNet, addLines, addDifferences, carryOut} for Exchange global;

/// @dev The selector takes the last four bytes of the first word.
uint256 constant HEAD = 0x60;
uint256 constant LEG_SIZE = 0x80;

/// @dev None yet, with room for `most`; memory that is not written costs nothing.
function exchange(uint256 most) pure returns (Exchange legs) {
    bytes4 selector = ISettlement.deliver.selector;
    assembly ("memory-safe") {
        legs := mload(0x40)
        mstore(0x40, add(add(legs, HEAD), mul(most, LEG_SIZE)))
        mstore(legs, shr(224, selector))
        mstore(add(legs, 0x20), 0x20)
        mstore(add(legs, 0x40), 0)
    }
}

/// @dev One leg, unless of nothing.
function add(Exchange legs, address asset, address from, address to, uint256 amount) pure {
    if (amount == 0) return;
    assembly ("memory-safe") {
        let count := mload(add(legs, 0x40))
        let leg := add(add(legs, HEAD), mul(count, LEG_SIZE))
        mstore(leg, asset)
        mstore(add(leg, 0x20), from)
        mstore(add(leg, 0x40), to)
        mstore(add(leg, 0x60), amount)
        mstore(add(legs, 0x40), add(count, 1))
    }
}

/// @dev `amount` from one to the other, or, below zero, back.
function addNet(Exchange legs, address asset, address from, address to, int256 amount) pure {
    if (amount < 0) legs.add(asset, to, from, uint256(-amount));
    else legs.add(asset, from, to, uint256(amount));
}

/// @dev Every line, from one to the other.
function addLines(Exchange legs, Line[] calldata lines, address from, address to) pure {
    for (uint256 i = 0; i < lines.length; ++i) {
        Line calldata line = lines[i];
        legs.add(line.security, from, to, line.quantity);
    }
}

/// @dev What turns one basket into the other, both sorted: what is new comes from `giver`, what is gone returns to it.
function addDifferences(
    Exchange legs,
    Line[] calldata before,
    Line[] calldata later,
    address giver,
    address holder
) pure {
    (uint256 i, uint256 j) = (0, 0);
    // Quantities of eligible lines have at most 96 bits.
    unchecked {
        while (i < before.length || j < later.length) {
            (address gone, address next) = (_securityAt(before, i), _securityAt(later, j));
            int256 more = 0;
            if (next <= gone) {
                more += int256(later[j].quantity);
                ++j;
            }
            if (gone <= next) {
                more -= int256(before[i].quantity);
                ++i;
            }
            legs.addNet(gone < next ? gone : next, giver, holder, more);
        }
    }
}

/// @dev The security of line `i`; after the last line, the highest address there is.
function _securityAt(Line[] calldata lines, uint256 i) pure returns (address) {
    return i < lines.length ? lines[i].security : address(type(uint160).max);
}

/// @dev Has the venue make all movements, or none, and passes its errors on.
function carryOut(Exchange legs, ISettlement settlement) {
    assembly ("memory-safe") {
        let size := add(0x44, mul(mload(add(legs, 0x40)), LEG_SIZE))
        if iszero(call(gas(), settlement, 0, add(legs, 0x1c), size, 0, 0)) {
            returndatacopy(legs, 0, returndatasize())
            revert(legs, returndatasize())
        }
        mstore(0x40, legs)
    }
}
