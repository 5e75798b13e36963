// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IWalletRegistry, Purpose, SignerKind, Status, Wallet} from "../interfaces/IWalletRegistry.sol";
import {WalletWord} from "./WalletWord.sol";

/// @title The register of wallets. Manual: {IWalletRegistry}.
contract WalletRegistry is IWalletRegistry, AccessManaged {
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
    /// @dev Every settlement asks this three times. Both kinds are returned as they were registered; checked again to be
    /// of their enum, a question costs 290 gas more.
    function checkActive(address first, address second) external view returns (SignerKind, SignerKind) {
        (WalletWord firstWord, WalletWord secondWord) = wordsOf(first, second);
        if (!firstWord.isActive()) revert WalletNotActive(first, _wallets[first].status);
        if (!secondWord.isActive()) revert WalletNotActive(second, _wallets[second].status);
        (SignerKind firstKind, SignerKind secondKind) = (firstWord.signerKind(), secondWord.signerKind());
        assembly ("memory-safe") {
            mstore(0x00, firstKind)
            mstore(0x20, secondKind)
            return(0x00, 0x40)
        }
    }

    /// @inheritdoc IWalletRegistry
    function wordsOf(address first, address second) public view returns (WalletWord firstWord, WalletWord secondWord) {
        assembly ("memory-safe") {
            mstore(0x20, _wallets.slot)
            mstore(0x00, first)
            firstWord := sload(keccak256(0x00, 0x40))
            mstore(0x00, second)
            secondWord := sload(keccak256(0x00, 0x40))
        }
    }

    function _change(address wallet, Status needed, Status next) private {
        Wallet storage record = _wallets[wallet];
        if (record.status != needed) revert WrongStatus(wallet, record.status, needed);
        record.status = next;
    }
}
