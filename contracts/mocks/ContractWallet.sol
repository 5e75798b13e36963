// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A wallet with code, for tests: it approves what its owner signed, or misbehaves as told.
contract ContractWallet is IERC1271 {
    enum Mood {
        Honest,
        Silent,
        Reverting,
        BurningGas,
        ReturningMegabyte
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
        (address signer, , ) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
