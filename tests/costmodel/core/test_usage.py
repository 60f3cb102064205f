"""Charges as rows of usage, and the places in which they are priced."""

from typing import Any

import numpy as np

from costmodel.core.pool_cost import usd_of_pools
from costmodel.core.usage import Columns, Places
from tests.factories import price_list

PLACES = Places(["us-east-1", "us-east-2"])


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def test_a_place_is_a_region_with_a_destination_or_without() -> None:
    columns = Columns(ints(0, 0, 0), ints(0, 0, 1), ints(-1, 1, 0), ints(1, 1, 1))
    places = [PLACES.unpack(place) for place in PLACES.pack(columns).tolist()]
    assert places == [("us-east-1", None), ("us-east-1", "us-east-2"), ("us-east-2", "us-east-1")]


def test_rows_are_split_by_place_and_keep_all_that_they_say() -> None:
    sent = Columns(ints(3, 4, 5), ints(0, 1, 0), ints(1, 0, 1), ints(7, 8, 9))
    inside = Columns(ints(6), ints(1), None, ints(2))
    parts = {
        PLACES.unpack(place): [
            (columns.payer.tolist(), PLACES.pack(columns).tolist(), columns.quantity.tolist())
            for columns in here
        ]
        for place, here in PLACES.split([sent, inside])
    }
    assert parts == {
        ("us-east-1", "us-east-2"): [([3, 5], [2, 2], [7, 9]), ([], [], [])],
        ("us-east-2", None): [([], [], []), ([6], [3], [2])],
        ("us-east-2", "us-east-1"): [([4], [4], [8]), ([], [], [])],
    }


def test_a_place_in_which_no_draw_uses_anything_needs_no_price() -> None:
    draws = np.array([[0, 0, 5], [0, 4, 0]])
    columns = Columns(ints(0, 0, 0), ints(0, 1, 1), None, draws)
    assert [PLACES.unpack(place) for place, _ in PLACES.split([columns])] == [("us-east-2", None)]


def test_without_payers_there_are_no_pools() -> None:
    assert usd_of_pools([], price_list(), PLACES.regions, ints()).tolist() == []
