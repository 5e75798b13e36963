// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SecurityClass} from "../tokens/SecurityClass.sol";
import {IRegisteredERC20} from "./IRegisteredERC20.sol";

/// @notice The kind of a security, by which a collateral policy takes it or not.
enum SecurityKind {
    TreasuryBill,
    TreasuryNote,
    MoneyMarketShare,
    ExchangeTradedFund,
    Equity,
    CorporateBond,
    AgencyMbs,
    AssetBacked
}

/// @notice What is fixed about an issue for good.
/// @param isin ISO 6166, 12 ASCII characters
/// @param issuer the issuer's LEI, ISO 17442, 20 ASCII characters
/// @param maturity the day on which it matures, in days since 1970 (UTC); zero: it does not
/// @param denomination the smallest quantity that moves, in units of nominal or shares; every movement is a multiple
/// @param documentHash hash of the offering document
/// @param sunset last second at which the entitlement circulates, in seconds since 1970; only burning works after it
struct Issue {
    string name;
    string symbol;
    bytes12 isin;
    SecurityKind kind;
    bytes20 issuer;
    uint32 maturity;
    uint96 denomination;
    bytes32 documentHash;
    uint40 sunset;
}

/// @title A tokenized entitlement to a security that stays in the depository.
/// @notice The legal owner on the issuer's books remains {registeredOwner}; the token records who is entitled to what the
/// depository holds in its omnibus account, unit for unit. It has no collateral value of its own: that is zero until a
/// venue's policy says otherwise. Unit: one unit of nominal, or one share; no decimals.
/// @dev Roles: MINTER mints and burns against the omnibus account; ROOT moves. Both are acts of the depository, each with
/// its reason.
interface ISecurityEntitlement is IRegisteredERC20 {
    /// @notice Thrown when a quantity is not a multiple of the denomination.
    error NotDenominated(address asset, uint256 quantity, uint256 denomination);

    /// @notice Thrown when the entitlement would move or be minted after its sunset.
    error PastSunset(address asset, uint256 sunset);

    /// @notice Thrown when a denomination is zero.
    error NoDenomination();

    event Minted(address indexed to, uint256 quantity, bytes32 indexed bookReference);
    event Burned(address indexed from, uint256 quantity, bytes32 indexed bookReference);

    /// @notice A move by the depository's root wallet.
    /// @param settlement the trade or repo that the move reverses, or zero
    event RootMoved(
        address indexed from,
        address indexed to,
        uint256 quantity,
        string reason,
        bytes32 indexed bookReference,
        bytes32 settlement
    );

    /// @notice Tokenizes: the depository has credited its omnibus account with `quantity` before.
    function mint(address to, uint256 quantity, bytes32 bookReference) external;

    /// @notice Detokenizes: the depository debits its omnibus account afterwards. Works while paused and past the sunset.
    function burn(address from, uint256 quantity, bytes32 bookReference) external;

    /// @notice Moves `quantity` for loss, error or malfeasance: past freezes, pauses and the status of `from`, not past the
    /// sunset. What is frozen shrinks to what is left. Does not return any cash.
    function rootMove(
        address from,
        address to,
        uint256 quantity,
        string calldata reason,
        bytes32 bookReference,
        bytes32 settlement
    ) external;

    /// @notice The owner on the issuer's books: "Cede & Co.".
    function registeredOwner() external view returns (string memory);

    /// @notice The ISIN, 12 ASCII characters.
    function isin() external view returns (bytes12);

    /// @notice The kind.
    function kind() external view returns (SecurityKind);

    /// @notice The issuer's LEI, 20 ASCII characters.
    function issuer() external view returns (bytes20);

    /// @notice The day on which it matures, in days since 1970; zero: it does not.
    function maturity() external view returns (uint256);

    /// @notice The smallest quantity that moves.
    function denomination() external view returns (uint256);

    /// @notice Hash of the offering document.
    function documentHash() external view returns (bytes32);

    /// @notice Last second at which the entitlement circulates.
    function sunset() external view returns (uint256);

    /// @notice How much root moves took from one wallet to another to reverse this settlement, all together.
    function reversedOf(bytes32 settlement, address from, address to) external view returns (uint256);

    /// @notice Kind, maturity and issuer in one word ({SecurityClass}), and the sunset: for whoever would take it as collateral.
    function classAndLife() external view returns (SecurityClass class, uint256 lastSecond);
}
