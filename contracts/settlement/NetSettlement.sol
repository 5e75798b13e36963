// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Cycle, INetSettlement, NetMovement, NetStatement, NettedTrade} from "../interfaces/INetSettlement.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {IWalletRegistry, SignerKind} from "../interfaces/IWalletRegistry.sol";
import {ActiveCheck} from "../registry/ActiveCheck.sol";
import {Consent} from "./Consent.sol";
import {CycleLib} from "./CycleLib.sol";
import {Movements} from "./Movements.sol";
import {payments} from "./NetPayments.sol";
import {Asset, Netting} from "./Netting.sol";

/// @title Netting cycles. Manual: {INetSettlement}.
contract NetSettlement is INetSettlement, EIP712 {
    using ActiveCheck for IWalletRegistry;
    using CycleLib for Cycle;
    using CycleLib for NetMovement[];
    using CycleLib for address[];
    using CycleLib for NettedTrade;
    using Netting for Netting.Ledger;

    /// @notice The venue's door, through which everything moves and which holds the lock.
    ISettlement public immutable SETTLEMENT;

    /// @notice The register that says who is active and how each wallet signs.
    IWalletRegistry public immutable REGISTRY;

    mapping(address participant => mapping(uint256 series => uint256 bits)) private _used;

    constructor(ISettlement settlement, IWalletRegistry registry) EIP712("DvP Net Settlement", "1") {
        SETTLEMENT = settlement;
        REGISTRY = registry;
    }

    /// @inheritdoc INetSettlement
    function settle(Cycle calldata cycle, NetStatement[] calldata statements) external {
        SETTLEMENT.requireUnlocked();
        if (block.timestamp < cycle.notBefore || block.timestamp > cycle.notAfter) {
            revert ISettlement.OutsideWindow(cycle.notBefore, cycle.notAfter, block.timestamp);
        }
        address[] memory participants = _participantsOf(statements);
        bytes32 participantsHash = participants.hash();
        for (uint256 i = 0; i < statements.length; ++i) _accept(cycle, participantsHash, statements[i]);
        Netting.Ledger memory ledger = _ledgerOf(statements);
        emit CycleSettled(cycle.number, cycle.tradesRoot, cycle.tradeCount, participants);

        _carryOut(ledger, statements.length);
    }

    /// @inheritdoc INetSettlement
    function burn(uint256 cycle, address participant, bytes calldata signature) external {
        SETTLEMENT.requireUnlocked();
        SignerKind kind = REGISTRY.walletOf(participant).signerKind;
        Consent.requireSigned(participant, kind, _hashTypedDataV4(CycleLib.burning(cycle, participant)), signature);
        _consume(cycle, participant);
        emit CycleBurned(participant, cycle);
    }

    /// @inheritdoc INetSettlement
    function isUsed(address participant, uint256 cycle) external view returns (bool) {
        return _used[participant][cycle >> 8] & _bitOf(cycle) != 0;
    }

    /// @inheritdoc INetSettlement
    function isIncluded(
        NettedTrade calldata trade,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature,
        bytes32 tradesRoot,
        bytes32[] calldata proof
    ) external view returns (bool) {
        bytes32 leaf = trade.confirmation(trade.seller);
        _requireConfirmed(trade.seller, leaf, sellerSignature);
        _requireConfirmed(trade.buyer, trade.confirmation(trade.buyer), buyerSignature);
        return MerkleProof.verifyCalldata(proof, tradesRoot, leaf);
    }

    /// @dev Their addresses, each above the one before it.
    function _participantsOf(NetStatement[] calldata statements) private pure returns (address[] memory participants) {
        if (statements.length == 0) revert EmptyCycle();
        participants = new address[](statements.length);
        address last = address(0);
        for (uint256 i = 0; i < statements.length; ++i) {
            address participant = statements[i].participant;
            if (participant <= last) revert ParticipantsOutOfOrder(participant);
            participants[i] = last = participant;
        }
    }

    /// @dev An active participant signed this cycle, these movements, this company, and takes part for the first time.
    function _accept(Cycle calldata cycle, bytes32 participantsHash, NetStatement calldata statement) private {
        address participant = statement.participant;
        bytes32 consent = cycle.statement(
            address(SETTLEMENT),
            participantsHash,
            statement.movements.hash(),
            participant
        );
        // slither-disable-next-line unused-return
        (bool byKey, ) = REGISTRY.requireActiveSigners(participant, participant);
        Consent.requireSigned(participant, byKey, _hashTypedDataV4(consent), statement.signature);
        _consume(cycle.number, participant);
    }

    /// @dev Every movement, by asset; each asset sums to zero.
    function _ledgerOf(NetStatement[] calldata statements) private pure returns (Netting.Ledger memory ledger) {
        uint256 count = 0;
        for (uint256 i = 0; i < statements.length; ++i) count += statements[i].movements.length;
        ledger = Netting.create(count);
        for (uint256 i = 0; i < statements.length; ++i) _post(ledger, statements[i]);
        for (Asset asset = ledger.newest; Asset.unwrap(asset) != 0; asset = asset.earlier()) {
            int256 excess = asset.sum();
            if (excess != 0) revert NotBalanced(asset.token(), excess);
        }
    }

    function _post(Netting.Ledger memory ledger, NetStatement calldata statement) private pure {
        address participant = statement.participant;
        address last = address(0);
        for (uint256 i = 0; i < statement.movements.length; ++i) {
            NetMovement calldata movement = statement.movements[i];
            if (movement.asset <= last) revert MovementsOutOfOrder(participant, movement.asset);
            if (movement.amount == 0) revert EmptyMovement(participant, movement.asset);
            ledger.assetAt(movement.asset, Asset.wrap(0)).post(participant, movement.amount);
            last = movement.asset;
        }
    }

    /// @dev Every list is written before the first is carried out: writing asks the tokens who can pay, and between two
    /// assets that have moved nobody may look.
    function _carryOut(Netting.Ledger memory ledger, uint256 most) private {
        uint256 assets = 0;
        for (Asset asset = ledger.newest; Asset.unwrap(asset) != 0; asset = asset.earlier()) ++assets;
        Movements[] memory lists = new Movements[](assets);
        uint256 place = 0;
        for (Asset asset = ledger.newest; Asset.unwrap(asset) != 0; asset = asset.earlier()) {
            lists[place] = payments(asset, most);
            ++place;
        }
        place = 0;
        for (Asset asset = ledger.newest; Asset.unwrap(asset) != 0; asset = asset.earlier()) {
            lists[place].carryOutThrough(SETTLEMENT, asset.token());
            ++place;
        }
    }

    function _consume(uint256 cycle, address participant) private {
        uint256 bits = _used[participant][cycle >> 8];
        if (bits & _bitOf(cycle) != 0) revert CycleUsed(participant, cycle);
        _used[participant][cycle >> 8] = bits | _bitOf(cycle);
    }

    function _requireConfirmed(address side, bytes32 confirmation, bytes calldata signature) private view {
        SignerKind kind = REGISTRY.walletOf(side).signerKind;
        Consent.requireSigned(side, kind, _hashTypedDataV4(confirmation), signature);
    }

    function _bitOf(uint256 cycle) private pure returns (uint256) {
        return 1 << (cycle & 0xff);
    }
}
