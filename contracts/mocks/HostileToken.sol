// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title An asset outside the directory, for tests: it lies about balances and attacks whoever moves it.
contract HostileToken {
    enum Mood {
        Lying,
        CallingBack,
        BurningGas,
        RevertingWithMegabyte
    }

    Mood public mood;
    address public target;
    bytes public attack;

    /// @notice What the last call back returned or reverted with.
    bytes public answer;

    /// @notice Whether the last call back got through.
    bool public entered;

    function setMood(Mood next) external {
        mood = next;
    }

    /// @notice Has {bookTransfer} call `target_` with `attack_`.
    function callBack(address target_, bytes calldata attack_) external {
        mood = Mood.CallingBack;
        (target, attack) = (target_, attack_);
    }

    /// @notice Claims success and moves nothing.
    function bookTransfer(address, address, uint256) external {
        if (mood == Mood.CallingBack) (entered, answer) = target.call(attack);
        if (mood == Mood.BurningGas) {
            while (true) {}
        }
        if (mood == Mood.RevertingWithMegabyte) {
            assembly {
                revert(0, 1000000)
            }
        }
    }

    /// @notice Pretends to circulate.
    function requireMovable() external view {}

    /// @notice Pretends that everybody is rich.
    function freeBalanceOf(address) external pure returns (uint256) {
        return type(uint256).max;
    }
}
