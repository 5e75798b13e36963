// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";

/// @title Everybody's accounts, or anything else, in one call, for tests that look at all of it after every step.
contract Census {
    /// @return supplies of each asset
    /// @return accounts of each holder in each asset
    function count(
        address[] calldata assets,
        address[] calldata holders
    ) external view returns (uint256[] memory supplies, IRegisteredERC20.Account[][] memory accounts) {
        supplies = new uint256[](assets.length);
        accounts = new IRegisteredERC20.Account[][](assets.length);
        for (uint256 i = 0; i < assets.length; ++i) {
            supplies[i] = IERC20(assets[i]).totalSupply();
            accounts[i] = new IRegisteredERC20.Account[](holders.length);
            for (uint256 j = 0; j < holders.length; ++j) {
                accounts[i][j] = IRegisteredERC20(assets[i]).accountOf(holders[j]);
            }
        }
    }

    /// @notice Asks many questions and gives all answers, one after the other, as they came.
    /// @dev By hand, because an interpreter in Python pays for every instruction.
    /// @param questions each: 20 bytes of whom to ask, 2 bytes of how long the call is, the call
    function ask(bytes calldata questions) external view returns (bytes memory answers) {
        assembly ("memory-safe") {
            answers := mload(0x40)
            let out := add(answers, 0x20)
            let end := add(questions.offset, questions.length)
            for {
                let at := questions.offset
            } lt(at, end) {} {
                let head := calldataload(at)
                let size := and(shr(80, head), 0xffff)
                calldatacopy(out, add(at, 22), size)
                if iszero(staticcall(gas(), shr(96, head), out, size, 0, 0)) {
                    returndatacopy(out, 0, returndatasize())
                    revert(out, returndatasize())
                }
                returndatacopy(out, 0, returndatasize())
                out := add(out, returndatasize())
                at := add(at, add(22, size))
            }
            mstore(answers, sub(out, add(answers, 0x20)))
            mstore(0x40, and(add(out, 31), not(31)))
        }
    }
}
