"""A bounded number of places, for one task that takes them and many that give them back."""

import asyncio


class Window:
    """Places for open rows; unlike a semaphore it keeps no queue, for only the feeder waits."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether the next place has to be waited for."""
        return self._free <= 0

    def take_free(self) -> bool:
        """Take a place if one is free."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Return with a place."""
        while self._free <= 0:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        self._free -= 1

    def give_back(self, places: int = 1) -> None:
        """Free places that were taken."""
        self._free += places
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
