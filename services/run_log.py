"""What a process notes in its log; structlog, which brings rich along, is imported with the first line."""


class RunLog:
    """Named facts, one line each; silent where a person watches a command instead."""

    def __init__(self) -> None:
        self.is_silent = False

    def info(self, event: str, **facts: object) -> None:
        """What is as it should be."""
        self._note("info", event, facts)

    def warning(self, event: str, **facts: object) -> None:
        """What somebody may have to look after."""
        self._note("warning", event, facts)

    def error(self, event: str, **facts: object) -> None:
        """What went wrong."""
        self._note("error", event, facts)

    def _note(self, level: str, event: str, facts: dict[str, object]) -> None:
        if self.is_silent:
            return
        import structlog

        getattr(structlog.get_logger(), level)(event, **facts)


log = RunLog()
