"""What only the running process knows, told twice a second to whoever watches."""

import asyncio

from engine.fitting import to_json
from engine.gate import Judged
from engine.results import ResultSink
from engine.targets import Targets

_INTERVAL_S = 0.5


class Publisher:
    """Tells how many requests are in flight, what the run waits for, and how varied its rows are."""

    def __init__(self, sink: ResultSink, targets: Targets, judged: Judged) -> None:
        self._sink = sink
        self._targets = targets
        self._judged = judged

    async def publish(self) -> None:
        """Tell it until cancelled."""
        while True:
            self._sink.live(self._targets.live)
            self.publish_diversity()
            await asyncio.sleep(_INTERVAL_S)

    def publish_diversity(self) -> None:
        """Tell how varied the rows are, if that is measured."""
        if (diversity := self._judged.diversity) is not None:
            self._sink.remember("diversity", to_json(diversity().model_dump()))
