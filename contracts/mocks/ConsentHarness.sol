// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Amendment} from "../interfaces/IRepoChanges.sol";
import {Agreement, Line, RepoTerms} from "../interfaces/IRepoFacility.sol";
import {IncomeNotice} from "../interfaces/IRepoServicing.sol";
import {MarginConsents} from "../repo/MarginConsents.sol";
import {checked} from "../repo/CheckedTerms.sol";
import {RepoTermsLib} from "../repo/RepoTermsLib.sol";

/// @title For tests only: the struct hashes of what is signed about repos as calls, to be compared with Python's.
contract ConsentHarness {
    function hashes(RepoTerms calldata terms) external pure returns (bytes32 forSeller, bytes32 forBuyer) {
        return RepoTermsLib.hashes(checked(terms), terms.lines);
    }

    function linesHash(Line[] calldata lines) external pure returns (bytes32) {
        return RepoTermsLib.hash(lines);
    }

    function agreementId(Agreement calldata agreement) external pure returns (bytes32) {
        return RepoTermsLib.agreementId(agreement);
    }

    function closing(bytes32 repo, address signer) external pure returns (bytes32) {
        return RepoTermsLib.closing(repo, signer);
    }

    function cancellation(bytes32 repo, address signer) external pure returns (bytes32) {
        return RepoTermsLib.cancellation(repo, signer);
    }

    function notice(bytes32 repo, uint32 repurchaseDate, address signer) external pure returns (bytes32) {
        return RepoTermsLib.notice(repo, repurchaseDate, signer);
    }

    function amending(
        bytes32 repo,
        uint32 number,
        Amendment calldata amendment,
        address signer
    ) external pure returns (bytes32) {
        return RepoTermsLib.amending(repo, number, amendment, signer);
    }

    function substituting(
        bytes32 repo,
        uint32 number,
        uint32 date,
        Line[] calldata lines,
        address signer
    ) external pure returns (bytes32) {
        return RepoTermsLib.substituting(repo, number, date, RepoTermsLib.hash(lines), signer);
    }

    function rolling(bytes32 repo, bytes32 next, address signer) external pure returns (bytes32) {
        return RepoTermsLib.rolling(repo, next, signer);
    }

    function income(bytes32 repo, IncomeNotice calldata due) external pure returns (bytes32) {
        return RepoTermsLib.income(repo, due);
    }

    function calling(bytes32 nettingSet, uint24 number, address signer) external pure returns (bytes32) {
        return MarginConsents.calling(nettingSet, number, signer);
    }

    function paying(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 amount
    ) external pure returns (bytes32) {
        return MarginConsents.paying(nettingSet, number, from, to, amount);
    }

    function delivering(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 amount,
        Line[] calldata lines
    ) external pure returns (bytes32) {
        return MarginConsents.delivering(nettingSet, number, from, to, amount, lines);
    }

    function returning(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 principal,
        int256 interest
    ) external pure returns (bytes32) {
        return MarginConsents.returning(nettingSet, number, from, to, principal, interest);
    }

    function restoring(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        Line[] calldata lines
    ) external pure returns (bytes32) {
        return MarginConsents.restoring(nettingSet, number, from, to, lines);
    }

    function declaring(
        bytes32 nettingSet,
        uint24 number,
        bytes32 ground,
        address signer
    ) external pure returns (bytes32) {
        return MarginConsents.declaring(nettingSet, number, ground, signer);
    }

    function stating(
        bytes32 nettingSet,
        uint24 number,
        address security,
        uint64 price,
        address signer
    ) external pure returns (bytes32) {
        return MarginConsents.stating(nettingSet, number, security, price, signer);
    }

    function claimPaying(
        bytes32 nettingSet,
        uint24 number,
        address from,
        address to,
        uint256 amount
    ) external pure returns (bytes32) {
        return MarginConsents.claimPaying(nettingSet, number, from, to, amount);
    }
}
