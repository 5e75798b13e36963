// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from "../interfaces/IRepoFacility.sol";
import {ITriPartyCustody} from "../interfaces/ITriPartyCustody.sol";

/// @title The venue's tri-party custody. Manual: {ITriPartyCustody}.
contract TriPartyCustody is ITriPartyCustody {
    /// @notice The one contract that writes here.
    address public immutable REPO_FACILITY;

    /// @inheritdoc ITriPartyCustody
    mapping(bytes32 repo => mapping(address security => uint256 quantity)) public heldFor;

    /// @inheritdoc ITriPartyCustody
    mapping(address security => uint256 quantity) public heldInAll;

    modifier onlyFacility() {
        if (msg.sender != REPO_FACILITY) revert NotTheFacility(msg.sender);
        _;
    }

    constructor(address repoFacility) {
        REPO_FACILITY = repoFacility;
    }

    /// @inheritdoc ITriPartyCustody
    function hold(bytes32 repo, Line[] calldata lines) external onlyFacility {
        for (uint256 i = 0; i < lines.length; ++i) {
            (address security, uint256 quantity) = (lines[i].security, lines[i].quantity);
            heldFor[repo][security] += quantity;
            heldInAll[security] += quantity;
            emit Held(repo, security, quantity);
        }
    }

    /// @inheritdoc ITriPartyCustody
    function release(bytes32 repo, Line[] calldata lines) external onlyFacility {
        for (uint256 i = 0; i < lines.length; ++i) {
            (address security, uint256 quantity) = (lines[i].security, lines[i].quantity);
            heldFor[repo][security] -= quantity;
            heldInAll[security] -= quantity;
            emit Released(repo, security, quantity);
        }
    }
}
