// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title For lessons, not the venue: assets locked under the hash of a secret until a deadline.
/// @notice Two of these on two chains exchange two assets without a chain that both share. The side that made the secret
/// locks first, until the later deadline; the other side locks under the same hash, until the earlier one. The first side
/// claims there, which publishes the secret, and the second claims here with it.
///
/// Warning: nothing ties the two chains together but the secret and the clock. Who claims on time loses nothing; who claims
/// too late loses the principal: its own asset is gone, and the other one goes back.
/// @dev Every lock has one sender and one receiver, and goes to one of the two. An act that finds a lock in another state
/// than it needs reverts, so each is claimed or refunded, once.
/// Assumption, for safety: an asset moves the amount that it is told to, without a fee.
/// Assumption, for liveness: the asset lets this contract hold, so it is registered where holders have to be; and neither the
/// asset nor the receiver is stopped before the deadline, or who claims on time may lose as well.
contract HashLock {
    using SafeERC20 for IERC20;

    /// @notice Where a lock stands. It is never locked twice.
    enum State {
        Unknown,
        Locked,
        Claimed,
        Refunded
    }

    /// @notice What is locked, and for whom.
    /// @param from who locked it, and gets it back from the deadline on
    /// @param to who gets it for the secret before the deadline
    /// @param asset an ERC-20
    /// @param amount in units of the asset
    /// @param hash keccak256 of the secret
    /// @param deadline the first second at which it is too late to claim, in seconds since 1970
    struct Lock {
        address from;
        address to;
        IERC20 asset;
        uint256 amount;
        bytes32 hash;
        uint256 deadline;
    }

    /// @notice Thrown when an amount to lock is zero.
    error NothingToLock(address asset);

    /// @notice Thrown when the deadline of a new lock has come, or one that is locked is claimed at its deadline or later.
    error DeadlinePassed(uint256 deadline, uint256 time);

    /// @notice Thrown when a refund is asked for before the deadline.
    error DeadlineAhead(uint256 deadline, uint256 time);

    /// @notice Thrown when a lock is not in the state that an act needs: locked, or unknown for a new one.
    error WrongState(bytes32 id, State state, State needed);

    /// @notice Thrown when anyone but the receiver of a lock claims it.
    error NotTheReceiver(bytes32 id, address caller, address receiver);

    /// @notice Thrown when what is claimed with does not have the hash of the lock.
    error WrongSecret(bytes32 id, bytes32 hash, bytes32 needed);

    event Locked(
        bytes32 indexed id,
        address indexed from,
        address indexed to,
        address asset,
        uint256 amount,
        bytes32 hash,
        uint256 deadline
    );
    event Claimed(bytes32 indexed id, bytes32 secret);
    event Refunded(bytes32 indexed id);

    mapping(bytes32 id => Lock) private _locks;
    mapping(bytes32 id => State) private _states;

    /// @notice Takes `amount` of `asset` from the caller, who approved it, and keeps it for `to` until `deadline`.
    /// @return id by which it is claimed or refunded: the hash of all that is said here and of who said it
    function lock(
        address to,
        IERC20 asset,
        uint256 amount,
        bytes32 hash,
        uint256 deadline
    ) external returns (bytes32 id) {
        id = keccak256(abi.encode(msg.sender, to, asset, amount, hash, deadline));
        if (amount == 0) revert NothingToLock(address(asset));
        if (block.timestamp >= deadline) revert DeadlinePassed(deadline, block.timestamp);
        _requireState(id, State.Unknown);

        _states[id] = State.Locked;
        _locks[id] = Lock(msg.sender, to, asset, amount, hash, deadline);
        emit Locked(id, msg.sender, to, address(asset), amount, hash, deadline);
        asset.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Gives what is locked to its receiver, who calls with the secret before the deadline. From here on everybody
    /// can read the secret.
    function claim(bytes32 id, bytes32 secret) external {
        _requireState(id, State.Locked);
        Lock memory held = _locks[id];
        if (msg.sender != held.to) revert NotTheReceiver(id, msg.sender, held.to);
        if (block.timestamp >= held.deadline) revert DeadlinePassed(held.deadline, block.timestamp);
        bytes32 hash = keccak256(abi.encode(secret));
        if (hash != held.hash) revert WrongSecret(id, hash, held.hash);

        _states[id] = State.Claimed;
        emit Claimed(id, secret);
        held.asset.safeTransfer(held.to, held.amount);
    }

    /// @notice Gives what is locked back to who locked it, from the deadline on. Anyone may call: it can go nowhere else.
    function refund(bytes32 id) external {
        _requireState(id, State.Locked);
        Lock memory held = _locks[id];
        if (block.timestamp < held.deadline) revert DeadlineAhead(held.deadline, block.timestamp);

        _states[id] = State.Refunded;
        emit Refunded(id);
        held.asset.safeTransfer(held.from, held.amount);
    }

    /// @notice What was locked, and where it stands; all zero where nothing ever was.
    function lockOf(bytes32 id) external view returns (Lock memory, State) {
        return (_locks[id], _states[id]);
    }

    function _requireState(bytes32 id, State needed) private view {
        if (_states[id] != needed) revert WrongState(id, _states[id], needed);
    }
}
