// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";

/// @title Everybody's accounts in one call, for tests that look at all of them after every step.
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
}
