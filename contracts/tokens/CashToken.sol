// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {CashKind, ICashToken} from "../interfaces/ICashToken.sol";
import {IWalletRegistry} from "../interfaces/IWalletRegistry.sol";
import {RegisteredERC20} from "./RegisteredERC20.sol";

/// @title Cash. Manual: {ICashToken}.
contract CashToken is ICashToken, RegisteredERC20 {
    /// @inheritdoc ICashToken
    bytes20 public immutable issuer;
    /// @inheritdoc ICashToken
    CashKind public immutable kind;
    /// @inheritdoc ICashToken
    bytes3 public immutable currency;

    constructor(
        string memory name,
        string memory symbol,
        bytes20 issuer_,
        CashKind kind_,
        bytes3 currency_,
        IWalletRegistry registry,
        address authority,
        address firstMover
    ) ERC20(name, symbol) RegisteredERC20(registry, authority, firstMover) {
        issuer = issuer_;
        kind = kind_;
        currency = currency_;
    }

    /// @inheritdoc ICashToken
    function mint(address to, uint256 amount, bytes32 bookReference) external restricted {
        _mint(to, amount);
        emit Minted(to, amount, bookReference);
    }

    /// @inheritdoc ICashToken
    function redeem(address from, uint256 amount, bytes32 bookReference) external restricted {
        _burn(from, amount);
        emit Redeemed(from, amount, bookReference);
    }

    /// @notice Millionths of the currency unit.
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
