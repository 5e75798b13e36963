// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @title One rule: what is stopped from outside is nobody's fail.
library Impediment {
    /// @dev Whether `wallet` could move nothing of `asset` through the venue, whatever it holds: the asset is paused, past
    /// its sunset, or no longer moved by this venue; or the wallet is not active.
    function stops(ISettlement settlement, address asset, address wallet) internal view returns (bool) {
        IRegisteredERC20 token = IRegisteredERC20(asset);
        return !token.canTransfer(wallet, wallet, 0) || token.mover() != address(settlement);
    }
}
