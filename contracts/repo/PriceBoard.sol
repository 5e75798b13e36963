// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceBoard} from "../interfaces/IPriceBoard.sol";

/// @title The venue's prices. Manual: {IPriceBoard}.
contract PriceBoard is IPriceBoard, AccessManaged {
    struct Pending {
        uint64 price;
        uint40 observedAt;
    }

    /// @inheritdoc IPriceBoard
    uint256 public immutable GUARD;

    mapping(address security => Quote) private _quotes;
    mapping(address security => Pending) private _pending;

    constructor(address authority, uint256 guard) AccessManaged(authority) {
        GUARD = guard;
    }

    /// @inheritdoc IPriceBoard
    function post(address security, uint64 price, uint40 observedAt) external restricted {
        Quote memory last = _quotes[security];
        uint40 latest = last.pending ? _pending[security].observedAt : last.observedAt;
        if (price == 0) revert ZeroPrice(security);
        if (observedAt <= latest || observedAt > block.timestamp || observedAt + 1 days < block.timestamp) {
            revert ObservationOutOfOrder(security, observedAt, latest);
        }

        uint64 benchmark = _benchmarkOn(observedAt, last, price);
        if (_jumps(price, benchmark)) {
            _quotes[security].pending = true;
            _pending[security] = Pending(price, observedAt);
            emit PriceHeldBack(security, price, benchmark, observedAt);
        } else {
            _quotes[security] = Quote(price, observedAt, benchmark, false);
            emit PricePosted(security, price, observedAt);
        }
    }

    /// @inheritdoc IPriceBoard
    function confirm(address security, uint64 price) external restricted {
        Quote memory last = _quotes[security];
        Pending memory pending = _pending[security];
        if (!last.pending || pending.price != price) revert NothingToConfirm(security, price);

        _quotes[security] = Quote(price, pending.observedAt, price, false);
        emit PriceConfirmed(security, price, pending.observedAt);
    }

    /// @inheritdoc IPriceBoard
    function priceOf(address security, uint256 maximumAge) external view returns (uint256) {
        Quote storage quote = _quotes[security];
        if (quote.pending) revert PricePending(security);
        if (quote.price == 0) revert PriceMissing(security);
        uint256 age = block.timestamp - quote.observedAt;
        if (age > maximumAge) revert PriceStale(security, age, maximumAge);
        return quote.price;
    }

    /// @inheritdoc IPriceBoard
    function quoteOf(address security) external view returns (Quote memory) {
        return _quotes[security];
    }

    /// @dev The last price of an earlier day; on the first day of a security, its first price.
    function _benchmarkOn(uint40 observedAt, Quote memory last, uint64 price) private pure returns (uint64) {
        if (last.price == 0) return price;
        return observedAt / 1 days > last.observedAt / 1 days ? last.price : last.benchmark;
    }

    function _jumps(uint64 price, uint64 benchmark) private view returns (bool) {
        uint256 distance = price > benchmark ? price - benchmark : benchmark - price;
        return distance * 1e9 > GUARD * benchmark;
    }
}
