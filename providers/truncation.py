"""Notices when a server cut the prompt without a word: its answer is then about a part of the row, and no result."""

from collections.abc import Iterable

from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, CompletionRequest, Message
from providers.remedies import CallContext

_SHORTEST = 1000  # tokens: no server's context is smaller
_CUT_BELOW = 0.75
_FIRST_UNSPACED = "\u2e80"  # from here on scripts write without spaces: Chinese, Japanese, Korean
_UNSPACED_PER_TOKEN = 3


def least_tokens(messages: Iterable[Message]) -> int:
    """A lower bound of a prompt's tokens: hardly any tokenizer makes one token of two words."""
    return sum(_least(message.content) for message in messages)


def cut_prompt(context: CallContext, request: CompletionRequest, completion: Completion) -> ProviderError | None:
    """The error of a prompt of which the model surely read a part only; None where that can't be said."""
    read, least = completion.usage.prompt_tokens, 0
    if context.spec.cuts_prompts and read is not None:
        least = least_tokens(request.messages)
    if read is None or least < _SHORTEST or read >= least * _CUT_BELOW:
        return None
    return ProviderError(
        ErrorKind.CONTEXT_LENGTH,
        f"{context.spec.name} cut the prompt without a word: the model read {read:,} tokens of {least:,} or more.",
        "Start it with a larger context (OLLAMA_CONTEXT_LENGTH=32768 ollama serve), or send less of each row.",
        raw=completion.text,
    )


def _least(text: str) -> int:
    unspaced = sum(letter >= _FIRST_UNSPACED for letter in text)
    return len(text.split()) + unspaced // _UNSPACED_PER_TOKEN
