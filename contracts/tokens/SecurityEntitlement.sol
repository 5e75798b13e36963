// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IRegisteredERC20} from "../interfaces/IRegisteredERC20.sol";
import {ISecurityEntitlement, Issue, SecurityKind} from "../interfaces/ISecurityEntitlement.sol";
import {IWalletRegistry} from "../interfaces/IWalletRegistry.sol";
import {RegisteredERC20} from "./RegisteredERC20.sol";
import {SecurityClass, classOf} from "./SecurityClass.sol";

/// @title A tokenized entitlement. Manual: {ISecurityEntitlement}.
contract SecurityEntitlement is ISecurityEntitlement, RegisteredERC20 {
    /// @inheritdoc ISecurityEntitlement
    string public constant registeredOwner = "Cede & Co.";

    /// @inheritdoc ISecurityEntitlement
    bytes12 public immutable isin;
    /// @inheritdoc ISecurityEntitlement
    uint256 public immutable denomination;
    /// @inheritdoc ISecurityEntitlement
    bytes32 public immutable documentHash;
    /// @inheritdoc ISecurityEntitlement
    uint256 public immutable sunset;

    SecurityClass private immutable _class;

    mapping(bytes32 settlement => mapping(address from => mapping(address to => uint256))) private _reversed;

    constructor(
        Issue memory issue,
        IWalletRegistry registry,
        address authority,
        address firstMover
    ) ERC20(issue.name, issue.symbol) RegisteredERC20(registry, authority, firstMover) {
        if (issue.denomination == 0) revert NoDenomination();
        isin = issue.isin;
        denomination = issue.denomination;
        documentHash = issue.documentHash;
        sunset = issue.sunset;
        _class = classOf(issue.kind, issue.maturity, issue.issuer);
    }

    /// @inheritdoc ISecurityEntitlement
    function mint(address to, uint256 quantity, bytes32 bookReference) external restricted {
        _mint(to, quantity);
        emit Minted(to, quantity, bookReference);
    }

    /// @inheritdoc ISecurityEntitlement
    function burn(address from, uint256 quantity, bytes32 bookReference) external restricted {
        _burn(from, quantity);
        emit Burned(from, quantity, bookReference);
    }

    /// @inheritdoc ISecurityEntitlement
    function rootMove(
        address from,
        address to,
        uint256 quantity,
        string calldata reason,
        bytes32 bookReference,
        bytes32 settlement
    ) external restricted {
        _requireBeforeSunset();
        _requireDenominated(quantity);
        // How it signs is the venue's concern.
        // slither-disable-next-line unused-return
        REGISTRY.checkActive(to, to);
        _unfreezeFor(from, quantity);
        _record(from, to, quantity);
        if (settlement != 0) {
            _reversed[settlement][from][to] += quantity;
            _noteReversal();
        }
        emit RootMoved(from, to, quantity, reason, bookReference, settlement);
    }

    /// @inheritdoc ISecurityEntitlement
    function reversedOf(bytes32 settlement, address from, address to) external view returns (uint256) {
        return _everReversed() ? _reversed[settlement][from][to] : 0;
    }

    /// @inheritdoc ISecurityEntitlement
    function classAndLife() external view returns (SecurityClass, uint256) {
        return (_class, sunset);
    }

    /// @inheritdoc ISecurityEntitlement
    function kind() external view returns (SecurityKind) {
        return _class.kind();
    }

    /// @inheritdoc ISecurityEntitlement
    function issuer() external view returns (bytes20) {
        return _class.issuer();
    }

    /// @inheritdoc ISecurityEntitlement
    function maturity() external view returns (uint256) {
        return _class.maturity();
    }

    /// @notice Shares and nominal have no fractions.
    function decimals() public pure override returns (uint8) {
        return 0;
    }

    /// @inheritdoc IRegisteredERC20
    function canTransfer(
        address from,
        address to,
        uint256 quantity
    ) public view override(IRegisteredERC20, RegisteredERC20) returns (bool) {
        return quantity % denomination == 0 && block.timestamp <= sunset && super.canTransfer(from, to, quantity);
    }

    function _requireBeforeSunset() internal view override {
        if (block.timestamp > sunset) revert PastSunset(address(this), sunset);
    }

    function _requireDenominated(uint256 quantity) internal view override {
        if (quantity % denomination != 0) revert NotDenominated(address(this), quantity, denomination);
    }
}
