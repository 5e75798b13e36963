// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A question to one of the venue's contracts: two words at most, and three words of answer at most.
/// @dev A view by hand: an opening asks four times, and the compiler's own encoding of the question and decoding of the
/// answer cost 250 gas more each time. No field of the answer is checked: who asks must trust the contract for that.
library Question {
    /// @dev Reverts as the other contract does, and where it does not answer with at least `words` words.
    function ask(
        address whom,
        bytes4 selector,
        uint256 first,
        uint256 second,
        uint256 words
    ) internal view returns (uint256 one, uint256 two, uint256 three) {
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), first)
            mstore(add(question, 0x24), second)
            let answered := staticcall(gas(), whom, question, 0x44, question, 0x60)
            if or(iszero(answered), lt(returndatasize(), shl(5, words))) {
                returndatacopy(question, 0x00, returndatasize())
                revert(question, returndatasize())
            }
            one := mload(question)
            two := mload(add(question, 0x20))
            three := mload(add(question, 0x40))
        }
    }
}
