// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRepoFacility, Line, RepoTerms} from "../interfaces/IRepoFacility.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @title What the parties of a repo sign, and what is done with the terms as they stand in calldata.
/// @dev As in {TradeLib}: the static words of the terms are hashed as they stand in calldata, then the hash of the lines,
/// then the signer. Enumerations are `uint8`. The type hashes stand as figures because the compiler would compute them at
/// every use; a test compares each with the text above it.
///
/// The event and the order to deliver are copied from calldata as well. Left to the compiler, which takes every word apart
/// and puts it together again, they cost an opening 5,500 gas more.
library RepoTermsLib {
    /// @dev RepoTerms(address seller,address buyer,address cash,bytes32 agreement,uint256 purchasePrice,int64 rate,
    /// int64 lateRate,uint16 basis,uint8 duration,uint32 purchaseDate,uint32 repurchaseDate,int32 utcOffset,
    /// uint32 cutOff,uint32 noticePeriod,uint8 method,uint32 policyVersion,address priceBoard,uint32 maximumPriceAge,
    /// uint256 threshold,uint256 minimumTransfer,uint32 callDeadline,uint32 grace,uint8 income,bool mayReuse,
    /// bool maySubstitute,bool mayTerminate,address custody,uint64 bindingFrom,uint256 nonce,Line[] lines,
    /// address signer)Line(address security,uint256 quantity,uint64 margin)
    bytes32 internal constant TERMS_TYPEHASH = 0x1b921fe6f2213ac8313ce4d2455c2ca8f4176e8b0304bc72edce947bd06646b2;

    /// @dev Line(address security,uint256 quantity,uint64 margin)
    bytes32 internal constant LINE_TYPEHASH = 0x22d6a41030b3fb14900b150e82d26a64f11d8a44e0c5fcff793c77d4228fd4e2;

    /// @dev RepoClosing(bytes32 repo,address signer)
    bytes32 internal constant CLOSING_TYPEHASH = 0x6a102e207358b6f59b692d6c394ca13f17488bb827627510461c33837980d940;

    /// @dev RepoCancellation(bytes32 repo,address signer)
    bytes32 internal constant CANCELLATION_TYPEHASH =
        0x984a442bad173c98f93cf8357ef1237d2a0558564105f97aefe641111353aa00;

    /// @dev All words of the terms before the lines.
    uint256 private constant STATIC_SIZE = 29 * 32;
    uint256 private constant LINE_SIZE = 3 * 32;

    /// @dev The struct hashes of `terms` for the seller, which is also the id of the repo, and for the buyer.
    function hashes(RepoTerms calldata terms) internal pure returns (bytes32 forSeller, bytes32 forBuyer) {
        bytes32 lines = _hash(terms.lines);
        (address seller, address buyer) = (terms.seller, terms.buyer);
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, TERMS_TYPEHASH)
            calldatacopy(add(encoded, 0x20), terms, STATIC_SIZE)
            mstore(add(encoded, add(STATIC_SIZE, 0x20)), lines)
            let signer := add(encoded, add(STATIC_SIZE, 0x40))
            mstore(signer, seller)
            forSeller := keccak256(encoded, add(STATIC_SIZE, 0x60))
            mstore(signer, buyer)
            forBuyer := keccak256(encoded, add(STATIC_SIZE, 0x60))
        }
    }

    /// @dev The id of the repo: the struct hash that its seller signs.
    function id(RepoTerms calldata terms) internal pure returns (bytes32 forSeller) {
        (forSeller, ) = hashes(terms);
    }

    /// @dev The struct hash with which `signer` asks to close `repo`.
    function closing(bytes32 repo, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSING_TYPEHASH, repo, signer));
    }

    /// @dev The struct hash with which `signer` cancels `repo`.
    function cancellation(bytes32 repo, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCELLATION_TYPEHASH, repo, signer));
    }

    /// @dev Reverts, as the compiler does, where a word that an opening logs and does not read is wider than its type. Two
    /// parties who signed such terms would else put an event into the log that no reader can decode.
    function requireClean(RepoTerms calldata terms) internal pure {
        assembly ("memory-safe") {
            function word(base, index) -> value {
                value := calldataload(add(base, shl(5, index)))
            }
            let flags := or(or(word(terms, 22), word(terms, 23)), or(word(terms, 24), word(terms, 25)))
            let seconds_ := or(word(terms, 13), word(terms, 20))
            let excess := or(or(shr(1, flags), shr(32, seconds_)), shr(64, word(terms, 27)))
            let lateRate := word(terms, 6)
            if or(excess, xor(lateRate, signextend(7, lateRate))) {
                revert(0, 0)
            }
        }
    }

    /// @dev Emits {IRepoFacility-Opened}.
    function emitOpened(RepoTerms calldata terms, bytes32 repo) internal {
        Line[] calldata lines = terms.lines;
        bytes32 topic = IRepoFacility.Opened.selector;
        assembly ("memory-safe") {
            let data := mload(0x40)
            let size := mul(lines.length, LINE_SIZE)
            mstore(data, 0x20)
            calldatacopy(add(data, 0x20), terms, STATIC_SIZE)
            mstore(add(data, add(STATIC_SIZE, 0x20)), add(STATIC_SIZE, 0x20))
            mstore(add(data, add(STATIC_SIZE, 0x40)), lines.length)
            calldatacopy(add(data, add(STATIC_SIZE, 0x60)), lines.offset, size)
            let seller := calldataload(terms)
            let buyer := calldataload(add(terms, 0x20))
            log4(data, add(size, add(STATIC_SIZE, 0x60)), topic, repo, seller, buyer)
        }
    }

    /// @dev Calls {ISettlement-deliver}: all collateral one way, `amount` of cash the other.
    function exchange(
        RepoTerms calldata terms,
        ISettlement settlement,
        address from,
        address to,
        address payer,
        address payee,
        uint256 amount
    ) internal {
        Line[] calldata lines = terms.lines;
        address cash = terms.cash;
        bytes4 selector = ISettlement.deliver.selector;
        assembly ("memory-safe") {
            function writeLeg(at, asset, sender, receiver, quantity) -> next {
                mstore(at, asset)
                mstore(add(at, 0x20), sender)
                mstore(add(at, 0x40), receiver)
                mstore(add(at, 0x60), quantity)
                next := add(at, 0x80)
            }
            let data := mload(0x40)
            mstore(data, selector)
            mstore(add(data, 0x04), 0x20)
            mstore(add(data, 0x24), add(lines.length, 1))
            let end := add(data, 0x44)
            let line := lines.offset
            let lastLine := add(line, mul(lines.length, LINE_SIZE))
            for {} lt(line, lastLine) {
                line := add(line, LINE_SIZE)
            } {
                end := writeLeg(end, calldataload(line), from, to, calldataload(add(line, 0x20)))
            }
            end := writeLeg(end, cash, payer, payee, amount)
            if iszero(call(gas(), settlement, 0, data, sub(end, data), 0, 0)) {
                returndatacopy(data, 0, returndatasize())
                revert(data, returndatasize())
            }
        }
    }

    function _hash(Line[] calldata lines) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let each := mload(0x40)
            let encoded := add(each, shl(5, lines.length))
            mstore(encoded, LINE_TYPEHASH)
            for {
                let i := 0
            } lt(i, lines.length) {
                i := add(i, 1)
            } {
                calldatacopy(add(encoded, 0x20), add(lines.offset, mul(i, LINE_SIZE)), LINE_SIZE)
                mstore(add(each, shl(5, i)), keccak256(encoded, add(LINE_SIZE, 0x20)))
            }
            hash := keccak256(each, shl(5, lines.length))
        }
    }
}
