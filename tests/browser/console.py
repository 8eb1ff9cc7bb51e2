"""What a page said went wrong in its console or its scripts, without what is known not to be ours."""

import re

from playwright.sync_api import ConsoleMessage, Page

# Each with its reason; whatever is not listed here fails the story that saw it.
NOT_OURS = (
    # `browser_page` refuses every address beyond this machine; stories hold `blocked_requests` against that.
    r"^Failed to load resource: net::ERR_FAILED \((?!https?://(?:127\.0\.0\.1|localhost)[:/])",
    # Opened at /run, Streamlit's page looks for its server below /run first, then where it is.
    r"^Failed to load resource: .* 404 \(Not Found\) \(http://127\.0\.0\.1:\d+/\w+/_stcore/(?:health|host-config)\)$",
)


class Complaints(list[str]):
    """The errors of all pages of a story; it fails if there is any at its end."""

    def listen(self, page: Page) -> None:
        """Note each error of this page's console and scripts."""
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        said = f"{message.text} ({message.location['url']})"
        if message.type == "error" and not is_known(said):
            self.append(said)


def is_known(said: str) -> bool:
    """Whether this is one that is not ours."""
    return any(re.search(pattern, said) for pattern in NOT_OURS)
