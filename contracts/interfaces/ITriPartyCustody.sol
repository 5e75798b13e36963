// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from "./IRepoFacility.sol";

/// @title A wallet without a key that holds the collateral of tri-party repos.
/// @notice Registered with that purpose. What it holds per repo sums, per security, to its balance, and nothing leaves but on
/// the word of the repo facility, which moves it back to the seller or, in default, to the buyer.
///
/// Warning: whoever transfers a security to it of its own accord has given it away. It is held for no repo, the balance is
/// larger than the sum by so much, and only the depository's root wallet brings it back.
interface ITriPartyCustody {
    /// @notice Thrown when anyone but the venue's repo facility writes.
    error NotTheFacility(address caller);

    event Held(bytes32 indexed repo, address indexed security, uint256 quantity);
    event Released(bytes32 indexed repo, address indexed security, uint256 quantity);

    /// @notice Books the lines as held for `repo`; the facility delivers them in the same transaction.
    function hold(bytes32 repo, Line[] calldata lines) external;

    /// @notice Books the lines out again.
    function release(bytes32 repo, Line[] calldata lines) external;

    /// @notice Quantity of `security` held for `repo`.
    function heldFor(bytes32 repo, address security) external view returns (uint256);

    /// @notice Quantity of `security` held for all repos.
    function heldInAll(address security) external view returns (uint256);
}
