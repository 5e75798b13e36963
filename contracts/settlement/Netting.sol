// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Net positions per wallet and asset, in memory.
/// @dev A ledger is an array of positions found through an open-addressed index. The positions of one asset form a list,
/// newest first, that starts at the asset's root: the position of nobody (wallet zero), which holds no amount. Numbers of
/// positions count from one, so zero ends a list and marks an empty place of the index.
library Netting {
    struct Position {
        address asset;
        address wallet;
        int256 net;
        uint256 next;
    }

    struct Ledger {
        Position[] positions;
        uint256 count;
        uint256[] index;
    }

    /// @dev An empty ledger for up to `legs` legs: a root and two positions each, in an index at most half full.
    function create(uint256 legs) internal pure returns (Ledger memory ledger) {
        uint256 places = 8;
        while (places < 6 * legs) places *= 2;
        ledger.positions = new Position[](3 * legs);
        ledger.index = new uint256[](places);
    }

    /// @dev Books `amount` of `asset` out of `from` and into `to`. Overflow reverts.
    function book(Ledger memory ledger, address asset, address from, address to, int256 amount) internal pure {
        Position memory root = _find(ledger, asset, address(0));
        _position(ledger, root, from).net -= amount;
        _position(ledger, root, to).net += amount;
    }

    /// @dev The position numbered `number`.
    function entry(Ledger memory ledger, uint256 number) internal pure returns (Position memory) {
        return ledger.positions[number - 1];
    }

    /// @dev The first position from `number` on that owes its asset; zero where there is none.
    function debtor(Ledger memory ledger, uint256 number) internal pure returns (uint256) {
        while (number != 0 && entry(ledger, number).net >= 0) number = entry(ledger, number).next;
        return number;
    }

    /// @dev The first position from `number` on to which its asset is due; zero where there is none.
    function creditor(Ledger memory ledger, uint256 number) internal pure returns (uint256) {
        while (number != 0 && entry(ledger, number).net <= 0) number = entry(ledger, number).next;
        return number;
    }

    /// @dev The position of `wallet` in the list that starts at `root`, put there where it is missing.
    function _position(
        Ledger memory ledger,
        Position memory root,
        address wallet
    ) private pure returns (Position memory position) {
        uint256 known = ledger.count;
        position = _find(ledger, root.asset, wallet);
        if (ledger.count != known) (position.next, root.next) = (root.next, ledger.count);
    }

    /// @dev The position of `wallet` in `asset`, opened at zero where there is none.
    function _find(
        Ledger memory ledger,
        address asset,
        address wallet
    ) private pure returns (Position memory position) {
        uint256[] memory index = ledger.index;
        uint256 mask = index.length - 1;
        uint256 place = _hash(asset, wallet) & mask;
        while (index[place] != 0) {
            position = entry(ledger, index[place]);
            if (position.wallet == wallet && position.asset == asset) return position;
            place = (place + 1) & mask;
        }
        index[place] = ++ledger.count;
        position = entry(ledger, ledger.count);
        (position.asset, position.wallet) = (asset, wallet);
    }

    /// @dev Scratch space, because thousands of `abi.encode` would each keep their memory.
    function _hash(address asset, address wallet) private pure returns (uint256 digest) {
        assembly ("memory-safe") {
            mstore(0x00, asset)
            mstore(0x20, wallet)
            digest := keccak256(0x00, 0x40)
        }
    }
}
