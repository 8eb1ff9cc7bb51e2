"""What people meet at providers, each with what it means and what to do; in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """Words that people see, what they mean, and what helps."""

    seen: str
    meaning: str
    remedy: str


TROUBLES: tuple[Trouble, ...] = (
    Trouble(
        "“User not found”, “No cookie auth credentials found”, “Invalid API key”, 401",
        "The key is wrong, was deleted, or belongs to another provider.",
        "Press Check key. Paste the key again from the provider's key page, without spaces or line breaks.",
    ),
    Trouble(
        "“Too many requests”, “rate limit”, 429",
        "The provider takes only so many requests at a time. Handai waits as long as it asks and goes on by itself.",
        "If it stays: fewer requests at once, another model, or a higher tier. Free models have a small daily limit.",
    ),
    Trouble(
        "“No endpoints found”, “model not found”, “not available”, 404",
        "The model was renamed or withdrawn, or your account or privacy settings leave it out.",
        "Press Test. Then choose another model from the list; at OpenRouter look at the privacy settings too.",
    ),
    Trouble(
        "“Insufficient credits”, “quota exceeded”, 402",
        "The account has no credit left, or the key's own spending limit is reached.",
        "Add credit or raise the limit at the provider, then resume: finished rows are kept.",
    ),
    Trouble(
        "“Connection refused”, “could not be reached”",
        "Nothing answers at that address: a local server is not started, or the network or a proxy is in the way.",
        "Start the server, or look for servers on this computer above. Behind a company proxy set HTTPS_PROXY.",
    ),
    Trouble(
        "“Overloaded”, “upstream error”, 500 to 529",
        "The provider has a fault of its own. Handai tries again, each time a little later.",
        "Wait and resume, or choose another model. At OpenRouter name a fallback model.",
    ),
    Trouble(
        "“Context length exceeded”, or answers that ignore the beginning of a text",
        "The row is longer than the model takes. Ollama cuts long prompts without a word.",
        "Test the context limit here, choose a model with a longer one, or raise OLLAMA_CONTEXT_LENGTH.",
    ),
    Trouble(
        "“ModuleNotFoundError”, “ImportError” at the start",
        "Handai was started with another Python than the one it was installed for.",
        "Start it with run.sh, or activate its environment first; `handai doctor` says what is missing.",
    ),
)
