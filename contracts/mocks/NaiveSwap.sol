// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// It looks at no result, which is one of its three mistakes.
// solhint-disable avoid-low-level-calls

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title What is often called atomic: both legs in one transaction, by standing allowances. For drills that attack it.
/// @notice Three mistakes. It asks for nobody's signature, so whoever calls decides whose allowance is used, and for what. It
/// keeps no number, so what was done once can be done again. It goes on where a leg fails. Never use it.
contract NaiveSwap {
    struct Order {
        address seller;
        address buyer;
        address security;
        uint256 quantity;
        address cash;
        uint256 amount;
    }

    /// @notice A swap was made, it says.
    event Swapped(address indexed seller, address indexed buyer, bool paid, bool delivered);

    /// @notice Takes the cash out of the buyer's allowance and the security out of the seller's, or tries to.
    function swap(Order calldata order) external {
        bool paid = _pull(order.cash, order.buyer, order.seller, order.amount);
        bool delivered = _pull(order.security, order.seller, order.buyer, order.quantity);
        emit Swapped(order.seller, order.buyer, paid, delivered);
    }

    function _pull(address asset, address from, address to, uint256 amount) private returns (bool done) {
        (done, ) = asset.call(abi.encodeCall(IERC20.transferFrom, (from, to, amount)));
    }
}
