// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// It reverts with a string and spins, as a misbehaving wallet would.
// solhint-disable gas-custom-errors, no-empty-blocks

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A wallet with code, for tests: it approves what its owner signed, or misbehaves as told.
contract ContractWallet is IERC1271 {
    enum Mood {
        Honest,
        Silent,
        Reverting,
        BurningGas,
        ReturningMegabyte,
        Terse,
        Chatty
    }

    address public immutable OWNER;
    Mood public mood;

    constructor(address owner) {
        OWNER = owner;
    }

    function setMood(Mood next) external {
        mood = next;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (mood == Mood.Silent) return bytes4(0);
        if (mood == Mood.Reverting) revert("wallet says no");
        if (mood == Mood.BurningGas) {
            while (true) {}
        }
        if (mood == Mood.ReturningMegabyte) {
            assembly {
                revert(0, 1000000)
            }
        }
        if (mood == Mood.Terse) _answer(4);
        if (mood == Mood.Chatty) _answer(100000);
        (address signer, , ) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
    /// @dev Approves in `size` bytes: cut off after the four that matter, or with a long tail.
    function _answer(uint256 size) private pure {
        bytes4 approval = IERC1271.isValidSignature.selector;
        assembly {
            mstore(0x00, approval)
            return(0x00, size)
        }
    }
}
