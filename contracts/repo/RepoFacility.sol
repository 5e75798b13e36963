// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ICollateralPolicy} from "../interfaces/ICollateralPolicy.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";
import {Duration, IRepoFacility, Repo, RepoState, RepoTerms} from "../interfaces/IRepoFacility.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ITriPartyCustody} from "../interfaces/ITriPartyCustody.sol";
import {IWalletRegistry, SignerKind, Wallet} from "../interfaces/IWalletRegistry.sol";
import {Consent} from "../settlement/Consent.sol";
import {Collateral} from "./Collateral.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";

/// @title The venue's repo desk. Manual: {IRepoFacility}.
contract RepoFacility is IRepoFacility, EIP712 {
    using Collateral for RepoTerms;
    using MessageHashUtils for bytes32;
    using RepoTermsLib for RepoTerms;

    /// @inheritdoc IRepoFacility
    ISettlement public immutable SETTLEMENT;

    /// @notice The register that says whose a wallet is and how it signs.
    IWalletRegistry public immutable REGISTRY;

    /// @notice What the venue takes as collateral.
    ICollateralPolicy public immutable POLICY;

    /// @notice What it is worth.
    IPriceBoard public immutable PRICES;

    /// @notice Where tri-party collateral is held.
    ITriPartyCustody public immutable CUSTODY;

    /// @dev What an opening adds to a netting set's word: how many repos are open (bits 0 to 127), and how many ever were
    /// (bits 128 to 255), so that the first repo of the day finds the word in use and costs what every other does.
    uint256 private constant ONE_MORE = (1 << 128) | 1;

    mapping(bytes32 repo => Repo) private _repos;
    mapping(bytes32 nettingSet => uint256) private _sets;

    constructor(
        ISettlement settlement,
        IWalletRegistry registry,
        ICollateralPolicy policy,
        IPriceBoard prices,
        ITriPartyCustody custody
    ) EIP712("DvP Repo Facility", "1") {
        SETTLEMENT = settlement;
        REGISTRY = registry;
        POLICY = policy;
        PRICES = prices;
        CUSTODY = custody;
    }

    /// @inheritdoc IRepoFacility
    function open(
        RepoTerms calldata terms,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external returns (bytes32 repo) {
        _requireWellFormed(terms);
        uint256 today = _dayOn(terms.utcOffset);
        if (today != terms.purchaseDate) revert NotThePurchaseDate(terms.purchaseDate, today);
        bytes32 nettingSet;
        (repo, nettingSet) = _requireBothSigned(terms, sellerSignature, buyerSignature);
        Repo storage stored = _repos[repo];
        if (stored.state != RepoState.None) revert WrongState(repo, stored.state);
        terms.requireCovered(POLICY, PRICES);

        stored.accruesFrom = terms.purchaseDate;
        stored.purchasePrice = uint96(terms.purchasePrice);
        stored.rate = terms.rate;
        stored.state = RepoState.Open;
        _sets[nettingSet] += ONE_MORE;
        terms.emitOpened(repo);

        (address seller, address buyer, address holder) = (terms.seller, terms.buyer, terms.custody);
        if (holder == address(0)) holder = buyer;
        else CUSTODY.hold(repo, terms.lines);
        terms.exchange(SETTLEMENT, seller, holder, buyer, seller, terms.purchasePrice);
    }

    /// @inheritdoc IRepoFacility
    function close(RepoTerms calldata terms, address closer, bytes calldata signature) external {
        bytes32 repo = terms.id();
        Repo storage stored = _repos[repo];
        if (stored.state != RepoState.Open) revert WrongState(repo, stored.state);
        uint32 today = uint32(_dayOn(terms.utcOffset));
        if (today < terms.repurchaseDate) revert NotDue(terms.repurchaseDate, today);
        bytes32 nettingSet = _requireClosable(terms, repo, closer, signature);
        (int256 interest, uint256 repurchasePrice) = _repurchasePriceOn(terms, today);

        stored.state = RepoState.Closed;
        --_sets[nettingSet];
        emit Closed(repo, today, interest, repurchasePrice);

        (address seller, address buyer, address holder) = (terms.seller, terms.buyer, terms.custody);
        if (holder == address(0)) holder = buyer;
        else CUSTODY.release(repo, terms.lines);
        terms.exchange(SETTLEMENT, holder, seller, seller, buyer, repurchasePrice);
    }

    /// @inheritdoc IRepoFacility
    function cancel(RepoTerms calldata terms, address signer, bytes calldata signature) external {
        SETTLEMENT.requireUnlocked();
        if (signer != terms.seller && signer != terms.buyer) revert NotASide(signer);
        if (block.timestamp >= terms.bindingFrom) revert AlreadyBinding(terms.bindingFrom, block.timestamp);
        bytes32 repo = terms.id();
        _requireSigned(signer, RepoTermsLib.cancellation(repo, signer), signature);
        _cancel(repo, signer);
    }

    /// @inheritdoc IRepoFacility
    function cancelTogether(
        RepoTerms calldata terms,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external {
        SETTLEMENT.requireUnlocked();
        bytes32 repo = terms.id();
        _requireSigned(terms.seller, RepoTermsLib.cancellation(repo, terms.seller), sellerSignature);
        _requireSigned(terms.buyer, RepoTermsLib.cancellation(repo, terms.buyer), buyerSignature);
        _cancel(repo, address(0));
    }

    /// @inheritdoc IRepoFacility
    function repoOf(bytes32 repo) external view returns (Repo memory) {
        SETTLEMENT.requireUnlocked();
        return _repos[repo];
    }

    /// @inheritdoc IRepoFacility
    function openInSet(bytes32 nettingSet) external view returns (uint256) {
        SETTLEMENT.requireUnlocked();
        return uint128(_sets[nettingSet]);
    }

    /// @inheritdoc IRepoFacility
    function idOf(RepoTerms calldata terms) external pure returns (bytes32) {
        return terms.id();
    }

    /// @inheritdoc IRepoFacility
    function nettingSetOf(RepoTerms calldata terms) external view returns (bytes32) {
        (Wallet memory seller, Wallet memory buyer) = _walletsOf(terms);
        return _nettingSet(terms, seller.participant, buyer.participant);
    }

    /// @inheritdoc IRepoFacility
    function repurchasePriceOn(RepoTerms calldata terms, uint32 date) external view returns (int256, uint256) {
        _requireWellFormed(terms);
        if (date < terms.purchaseDate) revert DatesOutOfOrder(terms.purchaseDate, date);
        return _repurchasePriceOn(terms, date);
    }

    /// @dev Interest never takes more than the whole price: with a negative rate, a repo left open for ever would else owe
    /// the seller money, and nobody could close it.
    function _repurchasePriceOn(
        RepoTerms calldata terms,
        uint256 date
    ) private pure returns (int256 interest, uint256 repurchasePrice) {
        unchecked {
            (uint256 agreed, int256 rate, int256 lateRate) = (terms.repurchaseDate, terms.rate, terms.lateRate);
            if (date < agreed) agreed = date;
            if (lateRate == 0) lateRate = rate;
            int256 rateDays = rate * int256(agreed - terms.purchaseDate) + lateRate * int256(date - agreed);
            int256 purchasePrice = int256(terms.purchasePrice);
            interest = RepoMath.interestHalfUp(uint256(purchasePrice), rateDays, terms.basis);
            if (interest < -purchasePrice) interest = -purchasePrice;
            repurchasePrice = uint256(purchasePrice + interest);
        }
    }

    function _nettingSet(RepoTerms calldata terms, bytes20 first, bytes20 second) private view returns (bytes32) {
        if (first > second) (first, second) = (second, first);
        return keccak256(abi.encode(first, second, terms.agreement, ICashToken(terms.cash).currency()));
    }

    function _walletsOf(RepoTerms calldata terms) private view returns (Wallet memory, Wallet memory) {
        return (REGISTRY.walletOf(terms.seller), REGISTRY.walletOf(terms.buyer));
    }

    /// @dev Both sides signed, and they are two participants; their netting set comes with it.
    function _requireBothSigned(
        RepoTerms calldata terms,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) private view returns (bytes32 repo, bytes32 nettingSet) {
        (Wallet memory seller, Wallet memory buyer) = _walletsOf(terms);
        if (seller.participant == buyer.participant) revert SameParty(terms.seller);
        nettingSet = _nettingSet(terms, seller.participant, buyer.participant);
        bytes32 domain = _domainSeparatorV4();
        bytes32 buyerHash;
        (repo, buyerHash) = terms.hashes();
        Consent.requireSigned(terms.seller, seller.signerKind, domain.toTypedDataHash(repo), sellerSignature);
        Consent.requireSigned(terms.buyer, buyer.signerKind, domain.toTypedDataHash(buyerHash), buyerSignature);
    }

    /// @dev Before the cut-off one of the sides signed; from then on nobody needs to. The netting set comes with it.
    function _requireClosable(
        RepoTerms calldata terms,
        bytes32 repo,
        address closer,
        bytes calldata signature
    ) private view returns (bytes32 nettingSet) {
        (Wallet memory seller, Wallet memory buyer) = _walletsOf(terms);
        nettingSet = _nettingSet(terms, seller.participant, buyer.participant);
        if (block.timestamp < _cutOffOf(terms)) {
            if (closer != terms.seller && closer != terms.buyer) revert NotASide(closer);
            SignerKind kind = closer == terms.seller ? seller.signerKind : buyer.signerKind;
            Consent.requireSigned(closer, kind, _hashTypedDataV4(RepoTermsLib.closing(repo, closer)), signature);
        }
    }

    function _cancel(bytes32 repo, address by) private {
        Repo storage stored = _repos[repo];
        if (stored.state != RepoState.None) revert WrongState(repo, stored.state);
        stored.state = RepoState.Cancelled;
        emit RepoCancelled(repo, by);
    }

    /// @dev All that terms must be, whenever they are opened.
    function _requireWellFormed(RepoTerms calldata terms) private view {
        terms.requireClean();
        if (terms.duration != Duration.Term) revert DurationNotOffered(terms.duration);
        (uint32 purchaseDate, uint32 repurchaseDate) = (terms.purchaseDate, terms.repurchaseDate);
        if (repurchaseDate <= purchaseDate) revert DatesOutOfOrder(purchaseDate, repurchaseDate);
        uint256 price = terms.purchasePrice;
        if (price == 0 || price % RepoMath.CENT != 0 || price > type(uint96).max) revert BadPurchasePrice(price);
        uint16 basis = terms.basis;
        if (basis != 360 && basis != 365) revert BadBasis(basis);
        (int32 utcOffset, uint32 cutOff) = (terms.utcOffset, terms.cutOff);
        if (utcOffset > 14 hours || utcOffset < -12 hours || cutOff > 1 days) revert BadClock(utcOffset, cutOff);
        (address priceBoard, address custody) = (terms.priceBoard, terms.custody);
        if (priceBoard != address(PRICES)) revert NotTheVenues(priceBoard);
        if (custody != address(0) && custody != address(CUSTODY)) revert NotTheVenues(custody);
        if (terms.cash.code.length == 0) revert ISettlement.NotAToken(terms.cash);
    }

    function _requireSigned(address signer, bytes32 structHash, bytes calldata signature) private view {
        SignerKind kind = REGISTRY.walletOf(signer).signerKind;
        Consent.requireSigned(signer, kind, _hashTypedDataV4(structHash), signature);
    }

    /// @dev The day now, on a clock that is `utcOffset` seconds ahead of UTC.
    function _dayOn(int32 utcOffset) private view returns (uint256) {
        unchecked {
            return uint256(int256(block.timestamp) + utcOffset) / 1 days;
        }
    }

    /// @dev The second from which anyone may close on the repurchase date.
    function _cutOffOf(RepoTerms calldata terms) private pure returns (uint256) {
        unchecked {
            uint256 midnight = uint256(terms.repurchaseDate) * 1 days;
            return uint256(int256(midnight + terms.cutOff) - terms.utcOffset);
        }
    }
}
