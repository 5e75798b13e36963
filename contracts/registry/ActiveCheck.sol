// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWalletRegistry} from "../interfaces/IWalletRegistry.sol";

/// @title The question that every movement asks: may both wallets hold and move now?
/// @dev {IWalletRegistry-checkActive} by hand: a settlement asks three times, and the compiler's own encoding of the
/// question and decoding of the two enums cost 200 gas more each time.
library ActiveCheck {
    /// @dev Reverts as the register does, and where it gives no answer, as an address without code would not.
    function requireActive(IWalletRegistry registry, address first, address second) internal view {
        bytes4 selector = IWalletRegistry.checkActive.selector;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), first)
            mstore(add(question, 0x24), second)
            // The last argument is evaluated first: the call, and then the size of its answer.
            if iszero(and(gt(returndatasize(), 0x3f), staticcall(gas(), registry, question, 0x44, 0x00, 0x00))) {
                returndatacopy(question, 0x00, returndatasize())
                revert(question, returndatasize())
            }
        }
    }

    /// @dev The same, for whoever wants to know how they sign, too.
    /// @return firstByKey whether the first wallet signs with a key, and not with contract code
    /// @return secondByKey whether the second wallet signs with a key, and not with contract code
    function requireActiveSigners(
        IWalletRegistry registry,
        address first,
        address second
    ) internal view returns (bool firstByKey, bool secondByKey) {
        requireActive(registry, first, second);
        assembly ("memory-safe") {
            returndatacopy(0x00, 0x00, 0x40)
            // SignerKind.Key is zero.
            firstByKey := iszero(mload(0x00))
            secondByKey := iszero(mload(0x20))
        }
    }
}
