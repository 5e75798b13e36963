// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Cycle, NetMovement, NettedTrade} from "../interfaces/INetSettlement.sol";

/// @title What is signed about a netting cycle: EIP-712 types and their struct hashes.
library CycleLib {
    bytes32 private constant MOVEMENT_TYPEHASH = keccak256("NetMovement(address asset,int256 amount)");
    bytes32 private constant STATEMENT_TYPEHASH = keccak256(
        "NetStatement(address venue,uint256 cycle,bytes32 tradesRoot,uint256 tradeCount,uint64 notBefore,uint64 notAfter,address[] participants,NetMovement[] movements,address signer)NetMovement(address asset,int256 amount)"
    );
    bytes32 private constant BURN_TYPEHASH = keccak256("CycleBurn(uint256 cycle,address signer)");
    bytes32 private constant TRADE_TYPEHASH = keccak256(
        "NettedTrade(address seller,address buyer,address security,uint256 quantity,address cash,uint256 amount,uint32 tradeDate,uint256 cycle,uint256 nonce,address signer)"
    );

    /// @dev The struct hash with which `signer` agrees to what is common to all, and to movements of its own.
    function statement(
        Cycle calldata cycle,
        address venue,
        bytes32 participantsHash,
        bytes32 movementsHash,
        address signer
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    STATEMENT_TYPEHASH,
                    venue,
                    cycle.number,
                    cycle.tradesRoot,
                    cycle.tradeCount,
                    cycle.notBefore,
                    cycle.notAfter,
                    participantsHash,
                    movementsHash,
                    signer
                )
            );
    }

    /// @dev EIP-712 of an array: the hash of its members' words.
    function hash(address[] memory participants) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(participants));
    }

    /// @dev EIP-712 of an array: the hash of its members' struct hashes.
    function hash(NetMovement[] calldata movements) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](movements.length);
        for (uint256 i = 0; i < movements.length; ++i) {
            hashes[i] = keccak256(abi.encode(MOVEMENT_TYPEHASH, movements[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @dev The struct hash with which `signer` leaves a cycle.
    function burning(uint256 cycle, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(BURN_TYPEHASH, cycle, signer));
    }

    /// @dev The struct hash with which `signer` confirms a trade; the seller's is the leaf of the trade.
    function confirmation(NettedTrade calldata trade, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(TRADE_TYPEHASH, trade, signer));
    }
}
