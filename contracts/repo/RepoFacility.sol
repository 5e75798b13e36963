// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {ICollateralPolicy, Method, Rule} from "../interfaces/ICollateralPolicy.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";
import {Duration, IRepoFacility, Line, Repo, RepoState, RepoTerms} from "../interfaces/IRepoFacility.sol";
import {ISecurityEntitlement} from "../interfaces/ISecurityEntitlement.sol";
import {ISettlement, Leg} from "../interfaces/ISettlement.sol";
import {ITriPartyCustody} from "../interfaces/ITriPartyCustody.sol";
import {IWalletRegistry, SignerKind} from "../interfaces/IWalletRegistry.sol";
import {Consent} from "../settlement/Consent.sol";
import {RepoMath} from "./RepoMath.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";

/// @title The venue's repo desk. Manual: {IRepoFacility}.
contract RepoFacility is IRepoFacility, EIP712 {
    using RepoTermsLib for RepoTerms;

    uint256 private constant ONE = 1e9;

    /// @notice The venue's door, through which everything moves and which holds the lock.
    ISettlement public immutable SETTLEMENT;

    /// @notice The register that says whose a wallet is and how it signs.
    IWalletRegistry public immutable REGISTRY;

    /// @notice What the venue takes as collateral.
    ICollateralPolicy public immutable POLICY;

    /// @notice What it is worth.
    IPriceBoard public immutable PRICES;

    /// @notice Where tri-party collateral is held.
    ITriPartyCustody public immutable CUSTODY;

    /// @dev `ever` keeps the word of a set in use, so that its first repo of the day costs what every other does.
    struct NettingSet {
        uint128 open;
        uint128 ever;
    }

    mapping(bytes32 repo => Repo) private _repos;
    mapping(bytes32 nettingSet => NettingSet) private _sets;

    modifier locked() {
        SETTLEMENT.acquire();
        _;
        SETTLEMENT.release();
    }

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
    ) external locked returns (bytes32 repo) {
        _requireWellFormed(terms);
        uint256 today = _dayOn(terms.utcOffset);
        if (today != terms.purchaseDate) revert NotThePurchaseDate(terms.purchaseDate, today);
        bytes32 buyerHash;
        (repo, buyerHash) = terms.hashes();
        (SignerKind sellerKind, SignerKind buyerKind) = REGISTRY.checkActive(terms.seller, terms.buyer);
        Consent.requireSigned(terms.seller, sellerKind, _hashTypedDataV4(repo), sellerSignature);
        Consent.requireSigned(terms.buyer, buyerKind, _hashTypedDataV4(buyerHash), buyerSignature);
        _requireState(repo, RepoState.None);
        _requireCovered(terms);

        _repos[repo] = Repo(RepoState.Open, terms.purchaseDate, uint96(terms.purchasePrice), terms.rate);
        NettingSet storage set = _sets[nettingSetOf(terms)];
        (set.open, set.ever) = (set.open + 1, set.ever + 1);
        emit Opened(repo, terms.seller, terms.buyer, terms);

        address holder = terms.buyer;
        if (terms.custody != address(0)) {
            holder = terms.custody;
            CUSTODY.hold(repo, terms.lines);
        }
        _exchange(terms, terms.seller, holder, terms.buyer, terms.seller, terms.purchasePrice);
    }

    /// @inheritdoc IRepoFacility
    function close(RepoTerms calldata terms, address closer, bytes calldata signature) external locked {
        bytes32 repo = terms.id();
        _requireState(repo, RepoState.Open);
        uint32 today = uint32(_dayOn(terms.utcOffset));
        if (today < terms.repurchaseDate) revert NotDue(terms.repurchaseDate, today);
        if (block.timestamp < _secondOf(terms, terms.repurchaseDate) + terms.cutOff) {
            _requireSide(terms, closer);
            _requireSigned(closer, RepoTermsLib.closing(repo, closer), signature);
        }
        (int256 interest, uint256 repurchasePrice) = repurchasePriceOn(terms, today);

        _repos[repo].state = RepoState.Closed;
        _sets[nettingSetOf(terms)].open -= 1;
        emit Closed(repo, today, interest, repurchasePrice);

        address holder = terms.buyer;
        if (terms.custody != address(0)) {
            holder = terms.custody;
            CUSTODY.release(repo, terms.lines);
        }
        _exchange(terms, holder, terms.seller, terms.seller, terms.buyer, repurchasePrice);
    }

    /// @inheritdoc IRepoFacility
    function cancel(RepoTerms calldata terms, address signer, bytes calldata signature) external locked {
        _requireSide(terms, signer);
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
    ) external locked {
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
        return _sets[nettingSet].open;
    }

    /// @inheritdoc IRepoFacility
    function idOf(RepoTerms calldata terms) external pure returns (bytes32) {
        return terms.id();
    }

    /// @inheritdoc IRepoFacility
    function nettingSetOf(RepoTerms calldata terms) public view returns (bytes32) {
        bytes20 first = REGISTRY.walletOf(terms.seller).participant;
        bytes20 second = REGISTRY.walletOf(terms.buyer).participant;
        if (first > second) (first, second) = (second, first);
        return keccak256(abi.encode(first, second, terms.agreement, ICashToken(terms.cash).currency()));
    }

    /// @inheritdoc IRepoFacility
    function repurchasePriceOn(
        RepoTerms calldata terms,
        uint32 date
    ) public pure returns (int256 priceDifferential, uint256 repurchasePrice) {
        uint32 agreed = date < terms.repurchaseDate ? date : terms.repurchaseDate;
        int256 lateRate = terms.lateRate == 0 ? terms.rate : terms.lateRate;
        int256 rateDays = int256(terms.rate) * int256(uint256(agreed - terms.purchaseDate));
        rateDays += lateRate * int256(uint256(date - agreed));
        priceDifferential = RepoMath.interestHalfUp(terms.purchasePrice, rateDays, terms.basis);
        repurchasePrice = uint256(int256(terms.purchasePrice) + priceDifferential);
    }

    /// @dev All collateral one way, cash the other, in one call of the venue's door.
    function _exchange(
        RepoTerms calldata terms,
        address from,
        address to,
        address payer,
        address payee,
        uint256 amount
    ) private {
        uint256 lines = terms.lines.length;
        Leg[] memory legs = new Leg[](lines + 1);
        for (uint256 i = 0; i < lines; ++i) {
            legs[i] = Leg(terms.lines[i].security, from, to, terms.lines[i].quantity);
        }
        legs[lines] = Leg(terms.cash, payer, payee, amount);
        SETTLEMENT.deliver(legs);
    }

    function _cancel(bytes32 repo, address by) private {
        _requireState(repo, RepoState.None);
        _repos[repo].state = RepoState.Cancelled;
        emit RepoCancelled(repo, by);
    }

    /// @dev Every line eligible, fresh and sunset-proof; together worth the purchase price after their margin.
    function _requireCovered(RepoTerms calldata terms) private view {
        uint256 lines = terms.lines.length;
        uint256[] memory values = new uint256[](lines);
        uint256[] memory limits = new uint256[](lines);
        uint256 total = 0;
        for (uint256 i = 0; i < lines; ++i) {
            (values[i], limits[i]) = _valueOf(terms, terms.lines[i]);
            total += values[i];
        }
        uint256 available = RepoMath.purchasePriceHalfUp(total);
        if (available < terms.purchasePrice) revert NotEnoughCollateral(terms.purchasePrice, available);
        for (uint256 i = 0; i < lines; ++i) {
            uint256 share = RepoMath.shareUp(values[i], total);
            if (share > limits[i]) revert OverConcentrated(terms.lines[i].security, share, limits[i]);
        }
    }

    /// @dev What a line counts for, in 10^-17, and the most of the whole that it may be, in 10^-9.
    function _valueOf(RepoTerms calldata terms, Line calldata line) private view returns (uint256, uint256) {
        ISecurityEntitlement security = ISecurityEntitlement(line.security);
        Rule memory rule = POLICY.ruleOf(terms.policyVersion, security.kind());
        if (terms.method != rule.method || line.margin < rule.margin || !_isMargin(terms, line.margin)) {
            revert MarginNotAccepted(line.security, terms.method, line.margin, rule.margin);
        }
        uint256 ends = _secondOf(terms, terms.repurchaseDate + 1) + terms.grace;
        if (ends > security.sunset()) revert WouldOutliveSecurity(line.security, ends, security.sunset());
        uint256 price = PRICES.priceOf(line.security, terms.maximumPriceAge);
        return (
            RepoMath.valueAfterMarginDown(line.quantity, price, terms.method, line.margin),
            rule.concentration
        );
    }

    function _requireWellFormed(RepoTerms calldata terms) private view {
        if (terms.seller == terms.buyer) revert SameParty(terms.seller);
        if (terms.duration != Duration.Term) revert DurationNotOffered(terms.duration);
        if (terms.repurchaseDate <= terms.purchaseDate) {
            revert DatesOutOfOrder(terms.purchaseDate, terms.repurchaseDate);
        }
        uint256 price = terms.purchasePrice;
        if (price == 0 || price % RepoMath.CENT != 0 || price > type(uint96).max) revert BadPurchasePrice(price);
        if (terms.basis != 360 && terms.basis != 365) revert BadBasis(terms.basis);
        if (terms.priceBoard != address(PRICES)) revert NotOfThisVenue(terms.priceBoard);
        if (terms.custody != address(0) && terms.custody != address(CUSTODY)) revert NotOfThisVenue(terms.custody);
        uint256 latest = POLICY.latest();
        if (terms.policyVersion != latest) revert NotTheLatestPolicy(terms.policyVersion, latest);
        if (terms.lines.length == 0) revert NoCollateral();
        address last = address(0);
        for (uint256 i = 0; i < terms.lines.length; ++i) {
            address security = terms.lines[i].security;
            if (security <= last) revert LinesOutOfOrder(security);
            if (terms.lines[i].quantity == 0) revert EmptyLine(security);
            last = security;
        }
    }

    function _requireState(bytes32 repo, RepoState needed) private view {
        RepoState state = _repos[repo].state;
        if (state != needed) revert WrongState(repo, state);
    }

    function _requireSide(RepoTerms calldata terms, address signer) private pure {
        if (signer != terms.seller && signer != terms.buyer) revert NotASide(signer);
    }

    function _requireSigned(address signer, bytes32 structHash, bytes calldata signature) private view {
        SignerKind kind = REGISTRY.walletOf(signer).signerKind;
        Consent.requireSigned(signer, kind, _hashTypedDataV4(structHash), signature);
    }

    /// @dev A haircut is below one; a ratio is one or more.
    function _isMargin(RepoTerms calldata terms, uint256 margin) private pure returns (bool) {
        return terms.method == Method.Haircut ? margin < ONE : margin >= ONE;
    }

    /// @dev The day now, on a clock that is `utcOffset` seconds ahead of UTC.
    function _dayOn(int32 utcOffset) private view returns (uint256) {
        return uint256(int256(block.timestamp) + utcOffset) / 1 days;
    }

    /// @dev The second at which `date` begins on the terms' clock.
    function _secondOf(RepoTerms calldata terms, uint32 date) private pure returns (uint256) {
        return uint256(int256(uint256(date) * 1 days) - terms.utcOffset);
    }
}
