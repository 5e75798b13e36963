// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HostileToken} from "./HostileToken.sol";

/// @title A hostile token that calls itself dollars, for tests of repos, whose netting sets ask.
contract HostileCash is HostileToken {
    bytes3 public constant currency = "USD";
}
