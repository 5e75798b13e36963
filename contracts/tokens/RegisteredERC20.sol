// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IRegisteredERC20, Movement} from "../interfaces/IRegisteredERC20.sol";
import {IWalletRegistry} from "../interfaces/IWalletRegistry.sol";
import {ActiveCheck} from "../registry/ActiveCheck.sol";
import {AccountWord} from "./AccountWord.sol";

/// @title The base of both tokens. Manual: {IRegisteredERC20}.
/// @dev Allowances, metadata and events are OpenZeppelin's; balances are ours, one word per account. Every movement
/// between two wallets ends in {_record}: rules first ({_move}, or the depository's own act), then the books.
abstract contract RegisteredERC20 is IRegisteredERC20, ERC20, AccessManaged {
    using ActiveCheck for IWalletRegistry;

    /// @inheritdoc IRegisteredERC20
    uint256 public constant MOVER_DELAY = 2 days;

    /// @notice The register that decides who may hold.
    IWalletRegistry public immutable REGISTRY;

    /// @dev Read on every movement, so all fit one word. Whether anything was ever reversed stands here too, because who asks
    /// about a reversal is about to move the asset, and nearly always nothing was.
    struct Control {
        address mover;
        bool paused;
        bool reversed;
    }

    struct Announcement {
        address mover;
        uint40 readyAt;
    }

    /// @dev Wrapped so that a holder's slot is computed once for its read and its write.
    struct Holding {
        AccountWord word;
    }

    Control private _control;
    Announcement private _announced;
    uint256 private _supply;
    mapping(address account => Holding) private _accounts;

    constructor(IWalletRegistry registry, address authority, address firstMover) AccessManaged(authority) {
        REGISTRY = registry;
        _control.mover = firstMover;
        emit MoverAdopted(firstMover);
    }

    /// @inheritdoc IRegisteredERC20
    function bookTransfer(address from, address to, uint256 amount) external {
        _requireMovable(amount);
        if (from == address(0)) revert ERC20InvalidSender(address(0));
        if (to == address(0)) revert ERC20InvalidReceiver(address(0));
        _move(from, to, amount);
    }

    /// @inheritdoc IRegisteredERC20
    function bookTransfers(Movement[] calldata movements) external {
        _requireMovable(0);
        for (uint256 i = 0; i < movements.length; ++i) {
            (address from, address to, uint256 amount) = _wordsOf(movements[i]);
            _requireDenominated(amount);
            _move(from, to, amount);
        }
    }

    /// @inheritdoc IRegisteredERC20
    function pause(string calldata reason) external restricted {
        if (_control.paused) revert PauseUnchanged(address(this), true);
        _control.paused = true;
        emit Paused(reason);
    }

    /// @inheritdoc IRegisteredERC20
    function unpause(string calldata reason) external restricted {
        if (!_control.paused) revert PauseUnchanged(address(this), false);
        _control.paused = false;
        emit Unpaused(reason);
    }

    /// @inheritdoc IRegisteredERC20
    function setFrozenTokens(address account, uint256 amount) external restricted {
        _accounts[account].word = _accounts[account].word.withFrozen(_fitting(amount));
        emit Frozen(account, amount);
    }

    /// @inheritdoc IRegisteredERC20
    function announceMover(address next) external restricted {
        uint256 readyAt = block.timestamp + MOVER_DELAY;
        _announced = Announcement(next, uint40(readyAt));
        emit MoverAnnounced(next, readyAt);
    }

    /// @inheritdoc IRegisteredERC20
    function adoptMover() external restricted {
        Announcement memory announced = _announced;
        if (announced.mover == address(0) || block.timestamp < announced.readyAt) {
            revert MoverNotReady(address(this), announced.mover, announced.readyAt);
        }
        delete _announced;
        _control.mover = announced.mover;
        emit MoverAdopted(announced.mover);
    }

    /// @inheritdoc IRegisteredERC20
    function removeMover() external restricted {
        address removed = _control.mover;
        delete _announced;
        _control.mover = address(0);
        emit MoverRemoved(removed);
    }

    /// @inheritdoc IRegisteredERC20
    function mover() external view returns (address) {
        return _control.mover;
    }

    /// @inheritdoc IRegisteredERC20
    function paused() external view returns (bool) {
        return _control.paused;
    }

    /// @inheritdoc IRegisteredERC20
    function accountOf(address account) external view returns (Account memory) {
        AccountWord word = _accounts[account].word;
        return Account(uint96(word.balance()), uint96(word.frozen()), uint40(word.changedAt()));
    }

    /// @inheritdoc IRegisteredERC20
    function getFrozenTokens(address account) external view returns (uint256) {
        return _accounts[account].word.frozen();
    }

    /// @inheritdoc IRegisteredERC20
    function freeBalanceOf(address account) public view returns (uint256) {
        return _accounts[account].word.free();
    }

    /// @inheritdoc IRegisteredERC20
    function canTransfer(address from, address to, uint256 amount) public view virtual returns (bool) {
        return !_control.paused && REGISTRY.isActive(from) && REGISTRY.isActive(to) && amount <= freeBalanceOf(from);
    }

    /// @notice Units in existence.
    function totalSupply() public view override returns (uint256) {
        return _supply;
    }

    /// @notice Units that `account` holds, frozen ones included.
    function balanceOf(address account) public view override returns (uint256) {
        return _accounts[account].word.balance();
    }

    /// @dev The one hook of OpenZeppelin's ERC-20: its transfers, mints and burns all pass here.
    function _update(address from, address to, uint256 amount) internal override {
        _requireDenominated(amount);
        if (to != address(0)) _requireCirculating();
        if (from == address(0)) _issue(to, amount);
        else if (to == address(0)) _retire(from, amount);
        else _move(from, to, amount);
    }

    /// @dev As they stand: the register refuses a word that is no address, so the compiler's own check of both, for 110
    /// gas, is not needed.
    function _wordsOf(Movement calldata movement) private pure returns (address from, address to, uint256 amount) {
        assembly ("memory-safe") {
            from := calldataload(movement)
            to := calldataload(add(movement, 0x20))
            amount := calldataload(add(movement, 0x40))
        }
    }

    /// @dev What every movement between two wallets ends with: both are active, then the books. The register knows no
    /// wallet zero.
    function _move(address from, address to, uint256 amount) private {
        REGISTRY.requireActive(from, to);
        _record(from, to, amount);
    }

    function _issue(address to, uint256 amount) private {
        REGISTRY.requireActive(to, to);
        _supply = _fitting(_supply + _fitting(amount));
        _credit(to, amount);
        emit Transfer(address(0), to, amount);
    }

    /// @dev A burn is an act of the issuer and needs nothing but a free balance.
    function _retire(address from, uint256 amount) private {
        _debit(from, amount);
        _supply -= amount;
        emit Transfer(from, address(0), amount);
    }

    /// @dev Reverts while the asset as a whole must not circulate.
    function _requireCirculating() internal view {
        _requireBeforeSunset();
        if (_control.paused) revert AssetPaused(address(this));
    }

    /// @dev Reverts unless the mover calls, and may now move `amount` of somebody. Repeats {_requireCirculating} rather than
    /// call it, so that the control word is read once.
    function _requireMovable(uint256 amount) private view {
        if (msg.sender != _control.mover) revert NotTheMover(address(this), msg.sender);
        _requireDenominated(amount);
        _requireBeforeSunset();
        if (_control.paused) revert AssetPaused(address(this));
    }

    /// @dev Reverts after the asset's life. Cash lives on.
    // solhint-disable-next-line no-empty-blocks
    function _requireBeforeSunset() internal view virtual {}

    /// @dev Reverts where an amount cannot move. Cash has no denomination.
    // solhint-disable-next-line no-empty-blocks
    function _requireDenominated(uint256 amount) internal view virtual {}

    function _noteReversal() internal {
        _control.reversed = true;
    }

    function _everReversed() internal view returns (bool) {
        return _control.reversed;
    }

    /// @dev The books of a movement between two wallets, for whoever was allowed to get here.
    function _record(address from, address to, uint256 amount) internal {
        _debit(from, amount);
        _credit(to, amount);
        emit Transfer(from, to, amount);
    }

    /// @dev Lowers what is frozen so that `amount` of `account` is free, for an act of the depository.
    function _unfreezeFor(address account, uint256 amount) internal {
        AccountWord word = _accounts[account].word;
        uint256 held = word.balance();
        if (amount > held) revert InsufficientFreeBalance(address(this), account, amount, held);
        if (word.free() < amount) {
            _accounts[account].word = word.withFrozen(held - amount);
            emit Frozen(account, held - amount);
        }
    }

    function _debit(address account, uint256 amount) private {
        Holding storage holding = _accounts[account];
        AccountWord word = holding.word;
        uint256 available = word.free();
        if (amount > available) revert InsufficientFreeBalance(address(this), account, amount, available);
        holding.word = word.debited(amount, block.timestamp);
    }

    function _credit(address account, uint256 amount) private {
        Holding storage holding = _accounts[account];
        holding.word = holding.word.credited(amount, block.timestamp);
    }

    function _fitting(uint256 amount) private view returns (uint256) {
        if (amount > type(uint96).max) revert AmountTooLarge(address(this), amount);
        return amount;
    }
}
