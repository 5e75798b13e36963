// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IWalletRegistry, Purpose, SignerKind, Status, Wallet} from "../interfaces/IWalletRegistry.sol";

/// @title The register of wallets. Manual: {IWalletRegistry}.
contract WalletRegistry is IWalletRegistry, AccessManaged {
    /// @dev Where a {Wallet}'s one storage word keeps its signer kind and its status, in bits; one byte each.
    uint256 private constant SIGNER_KIND_AT = 168;
    uint256 private constant STATUS_AT = 176;

    mapping(address wallet => Wallet) private _wallets;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IWalletRegistry
    function register(
        address wallet,
        bytes20 participant,
        Purpose purpose,
        SignerKind signerKind,
        uint40 screenedAt
    ) external restricted {
        if (wallet == address(0) || participant == bytes20(0)) revert NothingToRegister(wallet, participant);
        Wallet storage record = _wallets[wallet];
        if (record.status != Status.Unregistered) revert WalletKnown(wallet, record.status);
        if (signerKind == SignerKind.Contract && wallet.code.length == 0) revert NoCodeAtWallet(wallet);
        if (screenedAt > block.timestamp) revert ScreeningOutOfOrder(wallet, screenedAt, 0);

        _wallets[wallet] = Wallet(participant, purpose, signerKind, Status.Registered, screenedAt);
        emit WalletRegistered(wallet, participant, purpose, signerKind, screenedAt);
    }

    /// @inheritdoc IWalletRegistry
    function screen(address wallet, uint40 screenedAt) external restricted {
        Wallet storage record = _wallets[wallet];
        if (record.status == Status.Unregistered) revert WalletNotActive(wallet, Status.Unregistered);
        if (screenedAt < record.screenedAt || screenedAt > block.timestamp) {
            revert ScreeningOutOfOrder(wallet, screenedAt, record.screenedAt);
        }

        record.screenedAt = screenedAt;
        emit WalletScreened(wallet, screenedAt);
    }

    /// @inheritdoc IWalletRegistry
    function suspend(address wallet, string calldata reason) external restricted {
        _change(wallet, Status.Registered, Status.Suspended);
        emit WalletSuspended(wallet, reason);
    }

    /// @inheritdoc IWalletRegistry
    function reinstate(address wallet, string calldata reason) external restricted {
        _change(wallet, Status.Suspended, Status.Registered);
        emit WalletReinstated(wallet, reason);
    }

    /// @inheritdoc IWalletRegistry
    function close(address wallet, string calldata reason) external restricted {
        Status status = _wallets[wallet].status;
        _change(wallet, status == Status.Suspended ? Status.Suspended : Status.Registered, Status.Closed);
        emit WalletClosed(wallet, reason);
    }

    /// @inheritdoc IWalletRegistry
    function walletOf(address wallet) external view returns (Wallet memory) {
        return _wallets[wallet];
    }

    /// @inheritdoc IWalletRegistry
    function isActive(address wallet) external view returns (bool) {
        return _wallets[wallet].status == Status.Registered;
    }

    /// @inheritdoc IWalletRegistry
    /// @dev Every settlement asks this three times. So each record is read as one word, and both kinds are returned as
    /// they were registered; field by field, each checked again to be of its enum, a question costs 290 gas more.
    function checkActive(address first, address second) external view returns (SignerKind, SignerKind) {
        (uint256 firstWord, uint256 secondWord) = (_wordOf(first), _wordOf(second));
        if (!_isActive(firstWord)) revert WalletNotActive(first, _wallets[first].status);
        if (!_isActive(secondWord)) revert WalletNotActive(second, _wallets[second].status);
        assembly ("memory-safe") {
            mstore(0x00, and(shr(SIGNER_KIND_AT, firstWord), 0xff))
            mstore(0x20, and(shr(SIGNER_KIND_AT, secondWord), 0xff))
            return(0x00, 0x40)
        }
    }

    function _wordOf(address wallet) private view returns (uint256 word) {
        Wallet storage record = _wallets[wallet];
        assembly ("memory-safe") {
            word := sload(record.slot)
        }
    }

    function _isActive(uint256 word) private pure returns (bool) {
        return uint8(word >> STATUS_AT) == uint8(Status.Registered);
    }

    function _change(address wallet, Status needed, Status next) private {
        Wallet storage record = _wallets[wallet];
        if (record.status != needed) revert WrongStatus(wallet, record.status, needed);
        record.status = next;
    }
}
