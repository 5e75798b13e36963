// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRepoFacility, Line} from "../interfaces/IRepoFacility.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ITriPartyCustody} from "../interfaces/ITriPartyCustody.sol";

/// @title The venue's tri-party custody. Manual: {ITriPartyCustody}.
contract TriPartyCustody is ITriPartyCustody {
    /// @notice The one contract that writes here.
    address public immutable REPO_FACILITY;

    /// @notice Where the venue's lock is.
    ISettlement public immutable SETTLEMENT;

    mapping(bytes32 repo => mapping(address security => uint256 quantity)) private _heldFor;
    mapping(address security => uint256 quantity) private _heldInAll;

    modifier onlyFacility() {
        if (msg.sender != REPO_FACILITY) revert NotTheFacility(msg.sender);
        _;
    }

    constructor(IRepoFacility repoFacility) {
        REPO_FACILITY = address(repoFacility);
        SETTLEMENT = repoFacility.SETTLEMENT();
    }

    /// @inheritdoc ITriPartyCustody
    function hold(bytes32 repo, Line[] calldata lines) external onlyFacility {
        for (uint256 i = 0; i < lines.length; ++i) {
            (address security, uint256 quantity) = (lines[i].security, lines[i].quantity);
            _heldFor[repo][security] += quantity;
            _heldInAll[security] += quantity;
            emit Held(repo, security, quantity);
        }
    }

    /// @inheritdoc ITriPartyCustody
    function release(bytes32 repo, Line[] calldata lines) external onlyFacility {
        for (uint256 i = 0; i < lines.length; ++i) {
            (address security, uint256 quantity) = (lines[i].security, lines[i].quantity);
            _heldFor[repo][security] -= quantity;
            _heldInAll[security] -= quantity;
            emit Released(repo, security, quantity);
        }
    }

    /// @inheritdoc ITriPartyCustody
    function heldFor(bytes32 repo, address security) external view returns (uint256) {
        SETTLEMENT.requireUnlocked();
        return _heldFor[repo][security];
    }

    /// @inheritdoc ITriPartyCustody
    function heldInAll(address security) external view returns (uint256) {
        SETTLEMENT.requireUnlocked();
        return _heldInAll[security];
    }
}
