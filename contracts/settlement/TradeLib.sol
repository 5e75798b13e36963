// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Cancellation, FreeDelivery, Trade} from "../interfaces/ISettlement.sol";
import {CheckedTrade} from "./CheckedTrade.sol";

/// @title What the parties of a trade sign: EIP-712 types and their struct hashes.
/// @dev Each type is a struct of static words with `signer` put behind it, so its encoding is the type hash, the words as
/// they stand in calldata, and the signer. Both sides' hashes are taken from one copy; `abi.encode` for each would cost a
/// settlement 1,500 gas more. The type hashes stand as figures because the compiler would compute them at every use; a test
/// compares each with the text above it.
library TradeLib {
    /// @dev Trade(address seller,address buyer,address security,uint256 quantity,address cash,uint256 amount,
    /// uint32 tradeDate,uint64 notBefore,uint64 notAfter,uint64 bindingFrom,bytes32 group,uint256 nonce,address signer)
    bytes32 internal constant TRADE_TYPEHASH = 0xecc2ea3e43f5e6ab0b918cfc3db46b3b9241ba5bb1913b9124c5a449a645ad31;

    /// @dev FreeDelivery(address deliverer,address receiver,address asset,uint256 quantity,uint32 tradeDate,
    /// uint64 notBefore,uint64 notAfter,uint64 bindingFrom,uint256 nonce,address signer)
    bytes32 internal constant FREE_DELIVERY_TYPEHASH =
        0xbf9abab0df8196986eee20f9ed8a238f823e0e95f4819f14d5eb61d708371261;

    /// @dev Cancellation(address first,address second,uint64 bindingFrom,uint256 nonce,address signer)
    bytes32 internal constant CANCELLATION_TYPEHASH =
        0x6c46524f1bff5979a04dbe426e89070239249974f61c271b7c3904747541e38e;

    uint256 private constant TRADE_SIZE = 12 * 32;
    uint256 private constant FREE_DELIVERY_SIZE = 9 * 32;

    /// @dev The struct hashes of `trade` for its seller, which is also the id of the trade, and for its buyer.
    function hashes(CheckedTrade trade) internal pure returns (bytes32 forSeller, bytes32 forBuyer) {
        return _hashes(TRADE_TYPEHASH, CheckedTrade.unwrap(trade), TRADE_SIZE, trade.seller(), trade.buyer());
    }

    /// @dev The struct hashes of `delivery` for its deliverer, which is also the id of the delivery, and for its receiver.
    function hashes(FreeDelivery calldata delivery) internal pure returns (bytes32 forDeliverer, bytes32 forReceiver) {
        uint256 start;
        assembly ("memory-safe") {
            start := delivery
        }
        return _hashes(FREE_DELIVERY_TYPEHASH, start, FREE_DELIVERY_SIZE, delivery.deliverer, delivery.receiver);
    }

    /// @dev The struct hash of `cancellation` as `signer` signs it.
    function hash(Cancellation calldata cancellation, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCELLATION_TYPEHASH, cancellation, signer));
    }

    /// @dev The id that `trade` would have outside any group, of which a group's hash is made.
    function unlinkedHash(Trade calldata trade) internal pure returns (bytes32) {
        Trade memory unlinked = trade;
        unlinked.group = 0;
        return keccak256(abi.encode(TRADE_TYPEHASH, unlinked, unlinked.seller));
    }

    function _hashes(
        bytes32 typeHash,
        uint256 start,
        uint256 size,
        address first,
        address second
    ) private pure returns (bytes32 forFirst, bytes32 forSecond) {
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            let signer := add(encoded, add(size, 0x20))
            mstore(encoded, typeHash)
            calldatacopy(add(encoded, 0x20), start, size)
            mstore(signer, first)
            forFirst := keccak256(encoded, add(size, 0x40))
            mstore(signer, second)
            forSecond := keccak256(encoded, add(size, 0x40))
        }
    }
}
