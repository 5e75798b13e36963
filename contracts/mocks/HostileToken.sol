// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// It calls back, spins and does nothing, as a hostile token would.
// solhint-disable avoid-low-level-calls, no-empty-blocks

import {Movement} from "../interfaces/IRegisteredERC20.sol";

/// @title An asset outside the directory, for tests: it lies about balances and attacks whoever moves it.
contract HostileToken {
    enum Mood {
        Lying,
        CallingBack,
        BurningGas,
        RevertingWithMegabyte,
        Reverting
    }

    Mood public mood;
    address public target;
    bytes public attack;

    /// @notice What it reverts with when told to.
    bytes public reason;

    /// @notice What the last call back returned or reverted with.
    bytes public answer;

    /// @notice Whether the last call back got through.
    bool public entered;

    function setMood(Mood next) external {
        mood = next;
    }

    /// @notice Has the next movement call `target_` with `attack_`.
    function callBack(address target_, bytes calldata attack_) external {
        mood = Mood.CallingBack;
        (target, attack) = (target_, attack_);
    }

    /// @notice Has the next movement revert with exactly `reason_`, which may be nothing.
    function revertWith(bytes calldata reason_) external {
        mood = Mood.Reverting;
        reason = reason_;
    }

    /// @notice Claims success and moves nothing.
    function bookTransfer(address, address, uint256) external {
        _misbehave();
    }

    /// @notice Claims success and moves nothing.
    function bookTransfers(Movement[] calldata) external {
        _misbehave();
    }

    /// @notice Claims success and moves nothing.
    function transferFrom(address, address, uint256) external returns (bool) {
        _misbehave();
        return true;
    }

    /// @notice Pretends that everybody is rich.
    function freeBalanceOf(address) external pure returns (uint256) {
        return type(uint256).max;
    }

    function _misbehave() private {
        if (mood == Mood.CallingBack) (entered, answer) = target.call(attack);
        if (mood == Mood.BurningGas) {
            while (true) {}
        }
        if (mood == Mood.RevertingWithMegabyte) {
            assembly {
                revert(0, 1000000)
            }
        }
        if (mood == Mood.Reverting) {
            bytes memory said = reason;
            assembly {
                revert(add(said, 0x20), mload(said))
            }
        }
    }
}
