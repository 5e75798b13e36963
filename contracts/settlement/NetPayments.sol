// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Movements, movements} from "./Movements.sol";
import {Asset, Position} from "./Netting.sol";

/// @dev The movements that bring every net of `asset` to zero: payers pay receivers directly, both in the order of the
/// asset's positions, and nothing passes through anybody else. `most` is at least the number of its positions, and the nets
/// sum to zero. Where all are zero the list is empty.
function payments(Asset asset, uint256 most) view returns (Movements list) {
    list = movements(most);
    Position receiver = asset.newest();
    for (Position payer = receiver; Position.unwrap(payer) != 0; payer = payer.next()) {
        if (payer.net() >= 0) continue;
        receiver = receiver.nextDue();
        // Nets stay far inside an int256 ({Netting}), and nobody pays more than it owes or a receiver is due.
        unchecked {
            (uint256 owed, uint256 due) = (uint256(-payer.net()), uint256(receiver.net()));
            if (owed > due) _requireFree(asset.token(), payer.wallet(), owed);
            while (owed > due) {
                list.add(payer.wallet(), receiver.wallet(), due);
                owed -= due;
                receiver = receiver.next().nextDue();
                due = uint256(receiver.net());
            }
            list.add(payer.wallet(), receiver.wallet(), owed);
            receiver.add(-int256(owed));
        }
    }
}

/// @dev A payer with several receivers is told its whole need, not that of the payment at which it ran dry.
function _requireFree(address asset, address account, uint256 needed) view {
    if (asset.code.length == 0) revert ISettlement.NotAToken(asset);
    uint256 available = IRegisteredERC20(asset).freeBalanceOf(account);
    if (available < needed) {
        revert IRegisteredERC20.InsufficientFreeBalance(asset, account, needed, available);
    }
}
