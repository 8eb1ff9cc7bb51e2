"""The window of open rows: bounded, and nobody waits longer than needed."""

import asyncio

import pytest

from engine.window import Window

pytestmark = pytest.mark.anyio


async def test_no_more_places_are_given_than_there_are() -> None:
    window = Window(2)
    assert [window.take_free() for _ in range(3)] == [True, True, False]
    assert window.is_full


async def test_a_place_that_is_given_back_goes_to_whoever_waits() -> None:
    window = Window(1)
    await window.take()
    waiting = asyncio.create_task(window.take())
    await asyncio.sleep(0)
    assert not waiting.done()

    window.give_back()
    await asyncio.wait_for(waiting, 1)
    assert window.is_full


async def test_one_who_stops_waiting_takes_no_place() -> None:
    window = Window(1)
    await window.take()
    waiting = asyncio.create_task(window.take())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    window.give_back()
    assert window.take_free()


async def test_several_places_are_given_back_at_once() -> None:
    window = Window(2)
    assert [window.take_free(), window.take_free()] == [True, True]
    window.give_back(2)
    assert [window.take_free() for _ in range(3)] == [True, True, False]
