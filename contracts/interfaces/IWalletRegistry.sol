// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WalletWord} from "../registry/WalletWord.sol";

/// @notice What a wallet is for. A contract wallet is registered with the purpose it serves.
enum Purpose {
    OwnAccount,
    TriPartyCustody,
    ClearingHouse,
    Venue
}

/// @notice How a wallet consents: with a private key (ECDSA) or with contract code (ERC-1271).
enum SignerKind {
    Key,
    Contract
}

/// @notice Where a wallet stands. `Closed` is final.
enum Status {
    Unregistered,
    Registered,
    Suspended,
    Closed
}

/// @notice Everything the register knows about a wallet, in one storage word.
/// @param participant the LEI (ISO 17442) of the participant that the wallet belongs to, 20 ASCII characters
/// @param screenedAt when the wallet was last screened, in seconds since 1970
struct Wallet {
    bytes20 participant;
    Purpose purpose;
    SignerKind signerKind;
    Status status;
    uint40 screenedAt;
}

/// @title Who may hold.
/// @notice The depository's register of wallets: one participant, many wallets. Every token asks it about both sides of
/// every movement, so one write here stops a wallet for every asset at once.
/// @dev Roles: REGISTRAR registers, screens, reinstates and closes; SUPERVISOR suspends. Nobody can move an asset here.
/// Assumption, for safety: the registrar screens a wallet and proves its control before it registers it.
interface IWalletRegistry {
    /// @notice Thrown when a wallet that must be registered and active is not: unregistered, suspended or closed.
    error WalletNotActive(address wallet, Status status);

    /// @notice Thrown when a wallet is registered a second time; a closed wallet never comes back.
    error WalletKnown(address wallet, Status status);

    /// @notice Thrown when a change of status does not start from the status that it needs.
    error WrongStatus(address wallet, Status status, Status needed);

    /// @notice Thrown when a wallet is registered without an address or without a participant.
    error NothingToRegister(address wallet, bytes20 participant);

    /// @notice Thrown when a contract wallet has no code that could answer ERC-1271.
    error NoCodeAtWallet(address wallet);

    /// @notice Thrown when a screening is dated in the future or before the one on record.
    error ScreeningOutOfOrder(address wallet, uint40 screenedAt, uint40 lastScreenedAt);

    event WalletRegistered(
        address indexed wallet,
        bytes20 indexed participant,
        Purpose purpose,
        SignerKind signerKind,
        uint40 screenedAt
    );
    event WalletScreened(address indexed wallet, uint40 screenedAt);
    event WalletSuspended(address indexed wallet, string reason);
    event WalletReinstated(address indexed wallet, string reason);
    event WalletClosed(address indexed wallet, string reason);

    /// @notice Admits a wallet of `participant`. How it signs is fixed here, whatever code appears at its address later.
    function register(
        address wallet,
        bytes20 participant,
        Purpose purpose,
        SignerKind signerKind,
        uint40 screenedAt
    ) external;

    /// @notice Stamps a new screening.
    function screen(address wallet, uint40 screenedAt) external;

    /// @notice Stops a registered wallet for every asset: it neither delivers nor receives.
    function suspend(address wallet, string calldata reason) external;

    /// @notice Lifts a suspension.
    function reinstate(address wallet, string calldata reason) external;

    /// @notice Ends a wallet for good. What it still holds leaves by an act of the depository.
    function close(address wallet, string calldata reason) external;

    /// @notice The record of `wallet`; all zero where it was never registered.
    function walletOf(address wallet) external view returns (Wallet memory);

    /// @notice The records of two wallets as the words that they are, for the repo desk.
    function wordsOf(address first, address second) external view returns (WalletWord, WalletWord);

    /// @notice Whether `wallet` may hold and move assets now.
    function isActive(address wallet) external view returns (bool);

    /// @notice Reverts with {WalletNotActive} unless both wallets are active, asking the first one first.
    /// @return how the first wallet signs
    /// @return how the second wallet signs
    function checkActive(address first, address second) external view returns (SignerKind, SignerKind);
}
