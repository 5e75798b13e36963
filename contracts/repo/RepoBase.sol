// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ICollateralPolicy} from "../interfaces/ICollateralPolicy.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";
import {Change, IRepoFacility, Line, NettingSet, Repo, RepoState, SetState} from "../interfaces/IRepoFacility.sol";
import {MarginAccount, MarginCall, SecurityMargin} from "../interfaces/IRepoMargin.sol";
import {ISecurityEntitlement} from "../interfaces/ISecurityEntitlement.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ITriPartyCustody} from "../interfaces/ITriPartyCustody.sol";
import {IWalletRegistry, SignerKind} from "../interfaces/IWalletRegistry.sol";
import {WalletWord} from "../registry/WalletWord.sol";
import {Consent} from "../settlement/Consent.sol";
import {Accrual} from "./Accrual.sol";
import {CheckedTerms} from "./CheckedTerms.sol";
import {Question} from "./Question.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {RepoWord, readRepo} from "./RepoWord.sol";
import {SetWord, readSet} from "./SetWord.sol";

/// @notice The venue's contracts that the repo desk needs.
struct Venue {
    ISettlement settlement;
    IWalletRegistry registry;
    ICollateralPolicy policy;
    IPriceBoard prices;
    ITriPartyCustody custody;
}

/// @title What {RepoFacility} and the contracts whose code it runs have in common: storage, and who is who.
/// @dev Six contracts share this storage, because one of 22,000 bytes would not hold them. Each is constructed with the same
/// venue. Called by itself, and not through the facility, none of them can do anything: the storage is the facility's, and
/// `Settlement` and the custody answer to the facility alone. EIP-712 makes the domain of whoever runs the code.
abstract contract RepoBase is EIP712 {
    using MessageHashUtils for bytes32;
    using RepoTermsLib for CheckedTerms;

    /// @dev The venue's door, through which everything moves and which holds the lock.
    ISettlement internal immutable _settlement;

    /// @dev The register that says whose a wallet is and how it signs.
    IWalletRegistry internal immutable _registry;

    /// @dev What the venue takes as collateral.
    ICollateralPolicy internal immutable _policy;

    /// @dev What it is worth.
    IPriceBoard internal immutable _prices;

    /// @dev Where tri-party collateral is held.
    ITriPartyCustody internal immutable _custody;

    // What one of the six writes another reads.
    // slither-disable-start uninitialized-state
    mapping(bytes32 repo => Repo) internal _repos;
    mapping(bytes32 nettingSet => NettingSet) internal _sets;
    mapping(bytes32 repo => Change) internal _changes;

    /// @dev What a recorded agreement starts a netting set with: the set's word before its first repo.
    mapping(bytes32 agreement => NettingSet) internal _agreements;

    /// @dev By repo and hash of security and record date: the hash of the notice, or {PAID}.
    mapping(bytes32 repo => mapping(bytes32 action => bytes32)) internal _incomes;

    /// @dev How much of a repo's collateral reversals took back, as far as the repo knows.
    mapping(bytes32 repo => mapping(address security => uint256)) internal _reversals;

    mapping(bytes32 nettingSet => MarginAccount) internal _margins;
    mapping(bytes32 nettingSet => MarginCall) internal _calls;
    mapping(bytes32 nettingSet => mapping(address security => SecurityMargin)) internal _securityMargins;

    /// @dev Of a close-out that takes several steps: what the second participant owes the first so far, as an exposure.
    mapping(bytes32 nettingSet => int256) internal _nets;

    /// @dev By set and time of its declaration.
    mapping(bytes32 nettingSet => mapping(uint40 declaredAt => mapping(address security => uint256)))
        internal _defaultPrices;

    /// @dev What custody has for the buyer of a repo that was closed out; the rest is the seller's.
    mapping(bytes32 repo => mapping(address security => uint256)) internal _awards;
    mapping(bytes32 nettingSet => int256) internal _claims;
    // slither-disable-end uninitialized-state

    constructor(Venue memory venue) EIP712("DvP Repo Facility", "1") {
        _settlement = venue.settlement;
        _registry = venue.registry;
        _policy = venue.policy;
        _prices = venue.prices;
        _custody = venue.custody;
    }

    /// @dev The repo, which is open.
    function _openRepo(bytes32 id) internal view returns (RepoWord repo) {
        repo = readRepo(_repos[id]);
        if (repo.state() != RepoState.Open) revert IRepoFacility.WrongState(id, repo.state());
    }

    /// @dev The set, which is not in default.
    function _performing(bytes32 id) internal view returns (SetWord set) {
        set = readSet(_sets[id]);
        if (set.state() == SetState.InDefault) revert IRepoFacility.SetInDefault(id);
    }

    /// @dev The collateral now: that of the terms, or `lines` if it changed, which must then be just that.
    function _collateral(
        CheckedTerms terms,
        Line[] calldata lines,
        bytes32 id,
        bool changed
    ) internal view returns (Line[] calldata) {
        bytes32 expected = changed ? _changes[id].lines : bytes32(0);
        // A hash is this one or it is not.
        // slither-disable-next-line incorrect-equality
        if (expected == 0) {
            if (lines.length != 0) revert IRepoFacility.NotTheCollateral(id);
            return terms.lines();
        }
        if (RepoTermsLib.hash(lines) != expected) revert IRepoFacility.NotTheCollateral(id);
        return lines;
    }

    /// @dev What closing on `date` pays.
    function _dueOn(
        CheckedTerms terms,
        RepoWord repo,
        bytes32 id,
        SetWord set,
        uint32 date
    ) internal view returns (Accrual.Due memory) {
        // All zero, unless there is one.
        // slither-disable-next-line uninitialized-local
        Change memory change;
        if (repo.changed()) change = _changes[id];
        (int192 accrued, uint32 failedDays) = Accrual.upTo(terms, repo, change, set.lateRate(), date, block.timestamp);
        return Accrual.dueOf(repo, change, accrued, failedDays, set.basis());
    }

    /// @dev No call stands in the set any more, which is not in default.
    function _endCall(bytes32 nettingSet) internal {
        delete _calls[nettingSet];
        (_sets[nettingSet].called, _sets[nettingSet].clock) = (false, 0);
    }

    /// @dev A rate is a fraction of one a year; beyond that, somebody meant per cent.
    function _requireSane(int256 rate) internal pure {
        int256 one = int256(RepoMath.ONE);
        if (rate > one || rate < -one) revert IRepoFacility.BadRate(rate);
    }

    function _requireClock(int32 utcOffset, uint32 cutOff) internal pure {
        if (utcOffset > 14 hours || utcOffset < -12 hours || cutOff > 1 days) {
            revert IRepoFacility.BadClock(utcOffset, cutOff);
        }
    }

    /// @dev The collateral now, as {_collateral}, where it is to move or to be valued for good: what a root move took back to the
    /// seller is not owed a second time, out of other repos' custody or the buyer's own holdings.
    function _owedCollateral(
        CheckedTerms terms,
        Line[] calldata lines,
        bytes32 id,
        bool changed
    ) internal view returns (Line[] calldata owed) {
        owed = _collateral(terms, lines, id, changed);
        (address seller, address holder) = (terms.seller(), _holder(terms));
        for (uint256 i = 0; i < owed.length; ++i) {
            address security = owed[i].security;
            uint256 inAll = _reversedOf(security, id, holder, seller);
            if (inAll != 0 && inAll != _reversals[id][security]) {
                revert IRepoFacility.ReversalUnrecorded(id, security);
            }
        }
    }

    /// @dev {ISecurityEntitlement-reversedOf} by hand, as {Question} does: 200 gas less a line.
    function _reversedOf(
        address security,
        bytes32 id,
        address holder,
        address seller
    ) private view returns (uint256 inAll) {
        bytes4 selector = ISecurityEntitlement.reversedOf.selector;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), id)
            mstore(add(question, 0x24), holder)
            mstore(add(question, 0x44), seller)
            let answered := staticcall(gas(), security, question, 0x64, 0x00, 0x20)
            if or(iszero(answered), lt(returndatasize(), 0x20)) {
                revert(0x00, 0x00)
            }
            inAll := mload(0x00)
        }
    }

    /// @dev Who has the collateral: the buyer with title, or custody.
    function _holder(CheckedTerms terms) internal pure returns (address holder) {
        holder = terms.custody();
        if (holder == address(0)) holder = terms.buyer();
    }

    function _nettingSet(CheckedTerms terms) internal view returns (bytes32) {
        (WalletWord seller, WalletWord buyer) = _wallets(terms.seller(), terms.buyer());
        return _nettingSet(terms, seller, buyer);
    }

    function _nettingSet(CheckedTerms terms, WalletWord seller, WalletWord buyer) internal pure returns (bytes32) {
        return _nettingSet(seller.participant(), buyer.participant(), terms.agreement(), terms.cash());
    }

    function _nettingSet(bytes20 one, bytes20 other, bytes32 agreement, address cash) internal pure returns (bytes32) {
        if (one > other) (one, other) = (other, one);
        return keccak256(abi.encode(one, other, agreement, cash));
    }

    function _participants(address one, address other) internal view returns (bytes20, bytes20) {
        (WalletWord first, WalletWord second) = _wallets(one, other);
        return (first.participant(), second.participant());
    }

    /// @dev Both as the register has them.
    function _wallets(address one, address other) internal view returns (WalletWord, WalletWord) {
        // The answer has fewer words than a question may have.
        // slither-disable-next-line unused-return
        (uint256 first, uint256 second, ) = Question.ask(
            address(_registry),
            IWalletRegistry.wordsOf.selector,
            uint160(one),
            uint160(other),
            2
        );
        return (WalletWord.wrap(first), WalletWord.wrap(second));
    }

    function _requireSigned(address signer, bytes32 structHash, bytes calldata signature) internal view {
        // slither-disable-next-line unused-return
        (WalletWord wallet, ) = _wallets(signer, signer);
        _requireSignedBy(signer, wallet.signerKind(), structHash, signature);
    }

    function _requireSignedBy(
        address signer,
        SignerKind kind,
        bytes32 structHash,
        bytes calldata signature
    ) internal view {
        Consent.requireSigned(signer, kind, _hashTypedDataV4(structHash), signature);
    }

    /// @dev The same in a domain that is at hand: a module builds it anew each time, for 400 gas.
    function _requireSignedIn(
        bytes32 domain,
        address signer,
        SignerKind kind,
        bytes32 structHash,
        bytes calldata signature
    ) internal view {
        Consent.requireSigned(signer, kind, domain.toTypedDataHash(structHash), signature);
    }

    /// @dev The day now, on a clock that is `utcOffset` seconds ahead of UTC.
    function _dayOn(int32 utcOffset) internal view returns (uint32) {
        return _dayAt(block.timestamp, utcOffset);
    }

    function _dayAt(uint256 time, int32 utcOffset) internal pure returns (uint32) {
        unchecked {
            return uint32(uint256(int256(time) + utcOffset) / 1 days);
        }
    }

    /// @dev The second from which anyone may act for a repo that is due on `date`.
    function _cutOff(CheckedTerms terms, uint32 date) internal pure returns (uint256) {
        unchecked {
            uint256 midnight = uint256(date) * 1 days;
            return uint256(int256(midnight + terms.cutOff()) - terms.utcOffset());
        }
    }
}
