// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// It calls whatever a test tells it to.
// solhint-disable avoid-low-level-calls

/// @title A contract that does as it is told, for tests: several calls in one transaction, from one address.
contract Puppet {
    struct Order {
        address target;
        bytes data;
    }

    /// @notice Makes every call in order; the first one that reverts reverts them all, with what it said.
    function run(Order[] calldata orders) external {
        for (uint256 i = 0; i < orders.length; ++i) {
            (bool done, bytes memory answer) = orders[i].target.call(orders[i].data);
            if (done) continue;
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}
