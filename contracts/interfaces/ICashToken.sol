// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegisteredERC20} from "./IRegisteredERC20.sol";

/// @notice Whose promise the cash is.
enum CashKind {
    Stablecoin,
    TokenizedDeposit,
    WholesaleCentralBankMoney
}

/// @title Cash on the chain, issued to registered wallets only.
/// @notice Unit: one millionth of the currency unit, so 1.00 USD is 1,000,000. The venue settles whole cents.
/// @dev Role: ISSUER of this very token mints and redeems; roles of two issuers are different roles.
interface ICashToken is IRegisteredERC20 {
    event Minted(address indexed to, uint256 amount, bytes32 indexed bookReference);
    event Redeemed(address indexed from, uint256 amount, bytes32 indexed bookReference);

    /// @notice Issues `amount` against money received.
    function mint(address to, uint256 amount, bytes32 bookReference) external;

    /// @notice Takes `amount` out against money paid. Works while paused.
    function redeem(address from, uint256 amount, bytes32 bookReference) external;

    /// @notice The LEI (ISO 17442) of the issuer, 20 ASCII characters.
    function issuer() external view returns (bytes20);

    /// @notice Stablecoin, tokenized deposit or wholesale central-bank money.
    function kind() external view returns (CashKind);

    /// @notice The currency, ISO 4217, 3 ASCII characters.
    function currency() external view returns (bytes3);
}
