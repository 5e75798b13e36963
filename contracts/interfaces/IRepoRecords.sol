// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CloseOut} from "./IRepoDefault.sol";
import {Change, NettingSet, Repo, RepoTerms} from "./IRepoFacility.sol";
import {MarginAccount, MarginCall, SecurityMargin} from "./IRepoMargin.sol";

/// @title What the repo desk has written down, and under which name.
/// @notice While assets move, nothing here answers: it would be between two truths.
interface IRepoRecords {
    /// @notice The changing part of a repo; all zero where there is none.
    function repoOf(bytes32 repo) external view returns (Repo memory);

    /// @notice What changed of a repo since it opened; all zero where nothing did.
    function changeOf(bytes32 repo) external view returns (Change memory);

    /// @notice A netting set; all zero where it has had no repo.
    function setOf(bytes32 nettingSet) external view returns (NettingSet memory);

    /// @notice The id that these terms have.
    function idOf(RepoTerms calldata terms) external pure returns (bytes32);

    /// @notice The netting set of two wallets' participants under an agreement, in the token `cash`.
    function nettingSetOf(address one, address other, bytes32 agreement, address cash) external view returns (bytes32);

    /// @notice The cash margin of a set, and the call that stands.
    function marginOf(bytes32 nettingSet) external view returns (MarginAccount memory, MarginCall memory);

    /// @notice What stands of `security` as margin in a set.
    function securityMarginOf(bytes32 nettingSet, address security) external view returns (SecurityMargin memory);

    /// @notice The close-out under way; all zero where there is none.
    function closeOutOf(bytes32 nettingSet) external view returns (CloseOut memory);

    /// @notice What the second participant owes the first from close-outs; below zero the other way round.
    function claimOf(bytes32 nettingSet) external view returns (int256);
}
