// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Amendment, IRepoChanges} from "../interfaces/IRepoChanges.sol";
import {Agreement, IRepoFacility, Line} from "../interfaces/IRepoFacility.sol";
import {IncomeNotice} from "../interfaces/IRepoServicing.sol";
import {CheckedTerms} from "./CheckedTerms.sol";

/// @title What the parties of a repo sign, and what is done with the terms as they stand in calldata.
/// @dev As in {TradeLib}: the static words of the terms are hashed as they stand in calldata, then the hash of the lines,
/// then the signer. Enumerations are `uint8`. The type hashes stand as figures because the compiler would compute them at
/// every use; a test compares each with the text above it.
///
/// The event is copied from calldata as well. Left to the compiler, which takes every word apart and puts it together again,
/// it costs an opening thousands of gas more.
library RepoTermsLib {
    /// @dev RepoTerms(address seller,address buyer,address cash,bytes32 agreement,uint256 purchasePrice,int64 rate,
    /// uint8 duration,uint32 purchaseDate,uint32 repurchaseDate,int32 utcOffset,uint32 cutOff,uint32 noticePeriod,
    /// uint32 policyVersion,uint8 income,bool mayReuse,bool maySubstitute,bool mayTerminate,address custody,
    /// uint64 bindingFrom,uint256 nonce,Line[] lines,address signer)Line(address security,uint256 quantity,uint64 margin)
    bytes32 internal constant TERMS_TYPEHASH = 0x57000ef66c60429ff9bebd13080f865f0149b580bd47bdab30d4eb1e89529270;

    /// @dev Line(address security,uint256 quantity,uint64 margin)
    bytes32 internal constant LINE_TYPEHASH = 0x22d6a41030b3fb14900b150e82d26a64f11d8a44e0c5fcff793c77d4228fd4e2;

    /// @dev RepoClosing(bytes32 repo,address signer)
    bytes32 internal constant CLOSING_TYPEHASH = 0x6a102e207358b6f59b692d6c394ca13f17488bb827627510461c33837980d940;

    /// @dev RepoCancellation(bytes32 repo,address signer)
    bytes32 internal constant CANCELLATION_TYPEHASH =
        0x984a442bad173c98f93cf8357ef1237d2a0558564105f97aefe641111353aa00;

    /// @dev RepoSubstitution(bytes32 repo,uint32 number,uint32 date,Line[] lines,address signer)Line(address security,
    /// uint256 quantity,uint64 margin)
    bytes32 internal constant SUBSTITUTION_TYPEHASH =
        0x86604759a770a41c4ac96814f6b15bf5659e329d0c39ea4abb9775314085dedd;

    /// @dev The types of what happens rarely are hashed where they are used.
    string private constant LINE_TYPE = "Line(address security,uint256 quantity,uint64 margin)";

    /// @dev All words of the terms before the lines.
    uint256 private constant STATIC_SIZE = 20 * 32;
    uint256 private constant LINE_SIZE = 3 * 32;
    uint256 private constant AGREEMENT_SIZE = 14 * 32;

    /// @dev The struct hashes of `terms` for the seller, which is also the id of the repo, and for the buyer.
    function hashes(
        CheckedTerms terms,
        Line[] calldata lines
    ) internal pure returns (bytes32 forSeller, bytes32 forBuyer) {
        uint256 encoded = _encoded(terms, lines);
        return (_hashFor(terms.seller(), encoded), _hashFor(terms.buyer(), encoded));
    }

    /// @dev The id of the repo: the struct hash that its seller signs.
    function id(CheckedTerms terms) internal pure returns (bytes32) {
        return _hashFor(terms.seller(), _encoded(terms, terms.lines()));
    }

    /// @dev The struct hash with which `signer` asks to close `repo`.
    function closing(bytes32 repo, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSING_TYPEHASH, repo, signer));
    }

    /// @dev The struct hash with which `signer` cancels `repo`.
    function cancellation(bytes32 repo, address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCELLATION_TYPEHASH, repo, signer));
    }

    /// @dev The id of an agreement: its struct hash.
    function agreementId(Agreement calldata agreement) internal pure returns (bytes32 id_) {
        bytes32 typehash = keccak256(
            "Agreement(bytes32 master,uint8 method,uint16 basis,uint32 maximumPriceAge,uint32 grace,int64 lateRate,uint64 failsRate,int64 marginRate,uint256 threshold,uint256 minimumTransfer,uint32 callDeadline,uint32 valuationPeriod,uint64 valuationBound,int32 utcOffset)"
        );
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, typehash)
            calldatacopy(add(encoded, 0x20), agreement, AGREEMENT_SIZE)
            id_ := keccak256(encoded, add(AGREEMENT_SIZE, 0x20))
        }
    }

    /// @dev The struct hash with which `signer` gives notice.
    function notice(bytes32 repo, uint32 repurchaseDate, address signer) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("RepoNotice(bytes32 repo,uint32 repurchaseDate,address signer)");
        return keccak256(abi.encode(typehash, repo, repurchaseDate, signer));
    }

    /// @dev The struct hash with which `signer` agrees to an amendment.
    function amending(
        bytes32 repo,
        uint32 number,
        Amendment calldata amendment,
        address signer
    ) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            abi.encodePacked(
                "RepoAmendment(bytes32 repo,uint32 number,uint32 date,uint256 purchasePrice,int64 rate,Line[] lines,address signer)",
                LINE_TYPE
            )
        );
        bytes32 lines = hash(amendment.lines);
        return
            keccak256(
                abi.encode(
                    typehash,
                    repo,
                    number,
                    amendment.date,
                    amendment.purchasePrice,
                    amendment.rate,
                    lines,
                    signer
                )
            );
    }

    /// @dev The struct hash with which `signer` agrees to a substitution on `date`.
    function substituting(
        bytes32 repo,
        uint32 number,
        uint32 date,
        bytes32 lines,
        address signer
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(SUBSTITUTION_TYPEHASH, repo, number, date, lines, signer));
    }

    /// @dev The struct hash with which `signer` agrees to roll a repo into the next.
    function rolling(bytes32 repo, bytes32 next, address signer) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("RepoRoll(bytes32 repo,bytes32 next,address signer)");
        return keccak256(abi.encode(typehash, repo, next, signer));
    }

    /// @dev The struct hash with which the buyer acknowledges income.
    function income(bytes32 repo, IncomeNotice calldata due) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "RepoIncome(bytes32 repo,address security,uint32 recordDate,uint32 paymentDate,uint256 amount)"
        );
        return keccak256(abi.encode(typehash, repo, due));
    }

    /// @dev Emits {IRepoFacility-Opened}.
    function emitOpened(CheckedTerms terms, Line[] calldata lines, bytes32 repo) internal {
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

    /// @dev Emits {IRepoChanges-Substituted} with lines whose words were checked when they were valued.
    function emitSubstituted(bytes32 repo, uint32 place, Line[] calldata lines) internal {
        bytes32 topic = IRepoChanges.Substituted.selector;
        assembly ("memory-safe") {
            let data := mload(0x40)
            let size := mul(lines.length, LINE_SIZE)
            mstore(data, place)
            mstore(add(data, 0x20), 0x40)
            mstore(add(data, 0x40), lines.length)
            calldatacopy(add(data, 0x60), lines.offset, size)
            log2(data, add(size, 0x60), topic, repo)
        }
    }

    /// @dev The hash of lines, as EIP-712 has it for an array of structs.
    function hash(Line[] calldata lines) internal pure returns (bytes32 digest) {
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
            digest := keccak256(each, shl(5, lines.length))
        }
    }

    /// @dev The encoding of `terms` behind the free memory, its last word left for the signer.
    function _encoded(CheckedTerms terms, Line[] calldata lines) private pure returns (uint256 encoded) {
        bytes32 linesHash = hash(lines);
        assembly ("memory-safe") {
            encoded := mload(0x40)
            mstore(encoded, TERMS_TYPEHASH)
            calldatacopy(add(encoded, 0x20), terms, STATIC_SIZE)
            mstore(add(encoded, add(STATIC_SIZE, 0x20)), linesHash)
        }
    }

    /// @dev The struct hash of what {_encoded} has just written, as `signer` signs it.
    function _hashFor(address signer, uint256 encoded) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            mstore(add(encoded, add(STATIC_SIZE, 0x40)), signer)
            digest := keccak256(encoded, add(STATIC_SIZE, 0x60))
        }
    }
}
