// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Amendment, IRepoChanges} from "../interfaces/IRepoChanges.sol";
import {CloseOut, IRepoDefault} from "../interfaces/IRepoDefault.sol";
import {
    Agreement,
    Change,
    IRepoFacility,
    Line,
    NettingSet,
    Position,
    Repo,
    RepoState,
    RepoTerms,
    SetState
} from "../interfaces/IRepoFacility.sol";
import {IRepoMargin, MarginAccount, MarginCall, Pair, SecurityMargin} from "../interfaces/IRepoMargin.sol";
import {IRepoRecords} from "../interfaces/IRepoRecords.sol";
import {IncomeNotice, IRepoServicing} from "../interfaces/IRepoServicing.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {SignerKind} from "../interfaces/IWalletRegistry.sol";
import {WalletWord} from "../registry/WalletWord.sol";
import {Accrual} from "./Accrual.sol";
import {CheckedTerms, checked, byId} from "./CheckedTerms.sol";
import {Collateral} from "./Collateral.sol";
import {Exchange, exchange} from "./Exchange.sol";
import {RepoBase, Venue} from "./RepoBase.sol";
import {MOST_OPEN_REPOS, RepoOpening} from "./RepoOpening.sol";
import {RepoTermsLib} from "./RepoTermsLib.sol";
import {RepoWord} from "./RepoWord.sol";
import {SetWord, readSet} from "./SetWord.sol";

/// @notice The contracts whose code the facility runs on its storage.
struct Modules {
    address changes;
    address servicing;
    address marginCalls;
    address marginTransfers;
    address defaults;
}

/// @title The venue's repo desk. Manual: {IRepoFacility}.
contract RepoFacility is
    IRepoFacility,
    IRepoChanges,
    IRepoServicing,
    IRepoMargin,
    IRepoDefault,
    IRepoRecords,
    RepoOpening
{
    using RepoTermsLib for CheckedTerms;

    /// @inheritdoc IRepoFacility
    uint256 public constant MOST_OPEN = MOST_OPEN_REPOS;

    /// @inheritdoc IRepoFacility
    uint256 public constant MOST_LINES = Collateral.MOST_LINES;

    address private immutable _changesCode;
    address private immutable _servicingCode;
    address private immutable _marginCallsCode;
    address private immutable _marginTransfersCode;
    address private immutable _defaultsCode;

    constructor(Venue memory venue, Modules memory modules) RepoBase(venue) {
        _changesCode = modules.changes;
        _servicingCode = modules.servicing;
        _marginCallsCode = modules.marginCalls;
        _marginTransfersCode = modules.marginTransfers;
        _defaultsCode = modules.defaults;
    }

    /// @inheritdoc IRepoFacility
    function open(
        RepoTerms calldata given,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) external returns (bytes32 repo) {
        CheckedTerms terms = checked(given);
        _requireWellFormed(terms);
        Line[] calldata lines = terms.lines();
        bytes32 buyerHash;
        (repo, buyerHash) = terms.hashes(lines);
        bytes32 nettingSet = _requireBothSigned(terms, repo, buyerHash, sellerSignature, buyerSignature);
        _write(terms, lines, repo, nettingSet, 1);
        _settleOpening(terms, lines, repo);
    }

    /// @inheritdoc IRepoFacility
    function close(RepoTerms calldata given, Line[] calldata lines, address closer, bytes calldata signature) external {
        CheckedTerms terms = byId(given);
        bytes32 id = terms.id();
        RepoWord repo = _openRepo(id);
        uint32 today = _dayOn(terms.utcOffset());
        if (today < repo.repurchaseDate()) revert NotDue(repo.repurchaseDate(), today);
        bytes32 nettingSet = _requireClosable(terms, id, repo.repurchaseDate(), closer, signature);
        SetWord set = _performing(nettingSet);
        lines = _owedCollateral(terms, lines, id, repo.changed());
        Accrual.Due memory due = _dueOn(terms, repo, id, set, today);

        repo.withState(RepoState.Closed).writeTo(_repos[id]);
        _countClosed(nettingSet, set);
        emit Closed(id, today, due.interest, due.failsCharge, due.total);

        _settleClosing(terms, lines, id, due.total);
    }

    // What the other five do on this contract's storage. {_run} answers for each, and nothing is to run after it.
    // slither-disable-start incorrect-return

    /// @inheritdoc IRepoFacility
    function cancel(RepoTerms calldata, address, bytes calldata) external {
        _run(_servicingCode);
    }

    /// @inheritdoc IRepoFacility
    function cancelTogether(RepoTerms calldata, bytes calldata, bytes calldata) external {
        _run(_servicingCode);
    }

    /// @inheritdoc IRepoChanges
    function giveNotice(RepoTerms calldata, uint32, address, bytes calldata) external {
        _run(_changesCode);
    }

    /// @inheritdoc IRepoChanges
    function amend(Position calldata, Amendment calldata, bytes calldata, bytes calldata) external {
        _run(_changesCode);
    }

    /// @inheritdoc IRepoChanges
    function substitute(Position calldata, Line[] calldata, bytes calldata, bytes calldata) external {
        _run(_changesCode);
    }

    /// @inheritdoc IRepoChanges
    function roll(
        Position calldata,
        RepoTerms calldata,
        bytes calldata,
        bytes calldata
    ) external returns (bytes32 repo) {
        repo = bytes32(0);
        _run(_changesCode);
    }

    /// @inheritdoc IRepoServicing
    function recordAgreement(Agreement calldata) external returns (bytes32 id) {
        id = bytes32(0);
        _run(_servicingCode);
    }

    /// @inheritdoc IRepoServicing
    function recordFail(Agreement calldata, Position calldata) external {
        _run(_servicingCode);
    }

    /// @inheritdoc IRepoServicing
    function recordReversal(Position calldata, Line[] calldata) external {
        _run(_servicingCode);
    }

    /// @inheritdoc IRepoServicing
    function recordIncome(RepoTerms calldata, IncomeNotice calldata, bytes calldata) external {
        _run(_servicingCode);
    }

    /// @inheritdoc IRepoServicing
    function payIncome(RepoTerms calldata, IncomeNotice calldata) external {
        _run(_servicingCode);
    }

    /// @inheritdoc IRepoMargin
    function callMargin(Pair calldata, Position[] calldata, address[] calldata, bytes calldata) external {
        _run(_marginCallsCode);
    }

    /// @inheritdoc IRepoMargin
    function meetInCash(Pair calldata, bytes calldata) external {
        _run(_marginTransfersCode);
    }

    /// @inheritdoc IRepoMargin
    function meetInSecurities(Pair calldata, Line[] calldata, bytes calldata) external {
        _run(_marginTransfersCode);
    }

    /// @inheritdoc IRepoMargin
    function returnCash(Pair calldata, uint256, bytes calldata) external {
        _run(_marginTransfersCode);
    }

    /// @inheritdoc IRepoMargin
    function returnSecurities(Pair calldata, Line[] calldata, bytes calldata) external {
        _run(_marginTransfersCode);
    }

    /// @inheritdoc IRepoMargin
    function stopClock(Pair calldata) external {
        _run(_marginCallsCode);
    }

    /// @inheritdoc IRepoMargin
    function restartClock(Pair calldata) external {
        _run(_marginCallsCode);
    }

    /// @inheritdoc IRepoMargin
    function netExposure(
        Pair calldata,
        Position[] calldata,
        address[] calldata
    ) external returns (int256 exposure, uint256 call) {
        (exposure, call) = (0, 0);
        _run(_marginCallsCode);
    }

    /// @inheritdoc IRepoDefault
    function declareDefault(Pair calldata, Position[] calldata, bytes calldata) external {
        _run(_defaultsCode);
    }

    /// @inheritdoc IRepoDefault
    function stateValue(Pair calldata, address, uint64, bytes calldata) external {
        _run(_defaultsCode);
    }

    /// @inheritdoc IRepoDefault
    function closeOut(Pair calldata, Position[] calldata, address[] calldata) external {
        _run(_defaultsCode);
    }

    /// @inheritdoc IRepoDefault
    function collect(RepoTerms calldata, Line[] calldata, address) external {
        _run(_defaultsCode);
    }

    /// @inheritdoc IRepoDefault
    function payClaim(Pair calldata, uint256, bytes calldata) external {
        _run(_defaultsCode);
    }

    // slither-disable-end incorrect-return

    /// @inheritdoc IRepoFacility
    // Named as what it answers, which {TriPartyCustody} and others keep as an immutable.
    // solhint-disable-next-line func-name-mixedcase
    function SETTLEMENT() external view returns (ISettlement) {
        return _settlement;
    }

    /// @inheritdoc IRepoRecords
    function repoOf(bytes32 repo) external view returns (Repo memory) {
        _settlement.requireUnlocked();
        return _repos[repo];
    }

    /// @inheritdoc IRepoRecords
    function changeOf(bytes32 repo) external view returns (Change memory) {
        _settlement.requireUnlocked();
        return _changes[repo];
    }

    /// @inheritdoc IRepoRecords
    function setOf(bytes32 nettingSet) external view returns (NettingSet memory) {
        _settlement.requireUnlocked();
        return _sets[nettingSet];
    }

    /// @inheritdoc IRepoRecords
    function marginOf(bytes32 nettingSet) external view returns (MarginAccount memory, MarginCall memory) {
        _settlement.requireUnlocked();
        return (_margins[nettingSet], _calls[nettingSet]);
    }

    /// @inheritdoc IRepoRecords
    function securityMarginOf(bytes32 nettingSet, address security) external view returns (SecurityMargin memory) {
        _settlement.requireUnlocked();
        return _securityMargins[nettingSet][security];
    }

    /// @inheritdoc IRepoRecords
    function closeOutOf(bytes32 nettingSet) external view returns (CloseOut memory) {
        _settlement.requireUnlocked();
        SetWord set = readSet(_sets[nettingSet]);
        if (set.state() != SetState.InDefault) return CloseOut(0, false, 0);
        return CloseOut(set.clock(), set.secondDefaulted(), _nets[nettingSet]);
    }

    /// @inheritdoc IRepoRecords
    function claimOf(bytes32 nettingSet) external view returns (int256) {
        _settlement.requireUnlocked();
        return _claims[nettingSet];
    }

    /// @inheritdoc IRepoRecords
    function idOf(RepoTerms calldata given) external pure returns (bytes32) {
        CheckedTerms terms = checked(given);
        return terms.id();
    }

    /// @inheritdoc IRepoRecords
    function nettingSetOf(address one, address other, bytes32 agreement, address cash) external view returns (bytes32) {
        (bytes20 first, bytes20 second) = _participants(one, other);
        return _nettingSet(first, second, agreement, cash);
    }

    /// @inheritdoc IRepoFacility
    function repurchasePriceOn(RepoTerms calldata given, uint32 date) external view returns (int256, uint256, uint256) {
        CheckedTerms terms = byId(given);
        _settlement.requireUnlocked();
        bytes32 id = terms.id();
        RepoWord repo = _openRepo(id);
        if (date < terms.purchaseDate()) revert DatesOutOfOrder(terms.purchaseDate(), date);
        Accrual.Due memory due = _dueOn(terms, repo, id, readSet(_sets[_nettingSet(terms)]), date);
        return (due.interest, due.failsCharge, due.total);
    }

    /// @dev Runs `code` on this contract's storage with the call as it came, and answers what it answers.
    function _run(address code) private {
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let succeeded := delegatecall(gas(), code, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if succeeded {
                return(data, returndatasize())
            }
            revert(data, returndatasize())
        }
    }

    /// @dev Both sides signed, and they are two participants; their netting set comes with it.
    function _requireBothSigned(
        CheckedTerms terms,
        bytes32 sellerHash,
        bytes32 buyerHash,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature
    ) private view returns (bytes32 nettingSet) {
        (WalletWord seller, WalletWord buyer) = _wallets(terms.seller(), terms.buyer());
        if (seller.participant() == buyer.participant()) revert SameParty(terms.seller());
        nettingSet = _nettingSet(terms, seller, buyer);
        bytes32 domain = _domainSeparatorV4();
        _requireSignedIn(domain, terms.seller(), seller.signerKind(), sellerHash, sellerSignature);
        _requireSignedIn(domain, terms.buyer(), buyer.signerKind(), buyerHash, buyerSignature);
    }

    /// @dev Before the cut-off one of the sides signed; from then on nobody needs to. The netting set comes with it.
    function _requireClosable(
        CheckedTerms terms,
        bytes32 repo,
        uint32 repurchaseDate,
        address closer,
        bytes calldata signature
    ) private view returns (bytes32 nettingSet) {
        (WalletWord seller, WalletWord buyer) = _wallets(terms.seller(), terms.buyer());
        nettingSet = _nettingSet(terms, seller, buyer);
        if (block.timestamp < _cutOff(terms, repurchaseDate)) {
            if (closer != terms.seller() && closer != terms.buyer()) revert NotASide(closer);
            SignerKind kind = closer == terms.seller() ? seller.signerKind() : buyer.signerKind();
            _requireSignedBy(closer, kind, RepoTermsLib.closing(repo, closer), signature);
        }
    }

    /// @dev With its last repo, a set has no exposure left that a call could be about.
    function _countClosed(bytes32 nettingSet, SetWord set) private {
        SetWord left = set.withOpen(set.open() - 1);
        if (left.open() == 0) {
            left = left.withoutCall();
            delete _calls[nettingSet];
        }
        left.writeTo(_sets[nettingSet]);
    }

    /// @dev The collateral back one way, `due` the other.
    function _settleClosing(CheckedTerms terms, Line[] calldata lines, bytes32 repo, uint256 due) private {
        (address seller, address buyer, address holder) = (terms.seller(), terms.buyer(), terms.custody());
        if (holder == address(0)) holder = buyer;
        else _custody.release(repo, lines);
        Exchange legs = exchange(lines.length + 1);
        legs.addLines(lines, holder, seller);
        legs.add(terms.cash(), seller, buyer, due);
        legs.carryOut(_settlement);
    }
}
