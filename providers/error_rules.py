"""Decides what kind of error an answer is: the first rule that fits wins, bodies before statuses."""

import re
from collections.abc import Callable

from handai_errors import ErrorKind
from providers.error_body import ErrorBody

_CREDIT_WORDS = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_error",
    "weight_exceeds_budget",
}
_SPEND_CAP_SOURCES = ("key_limit", "guardrail_budget", "workspace_budget")
_FILTER_WORDS = {
    "content_filter",
    "responsibleaipolicyviolation",
    "content_policy_violation",
    "invalid_prompt",
    "cyber_policy",
    "refusal",
}
_LENGTH_WORDS = {"context_length_exceeded", "string_too_long", "string_above_max_length"}
_MODEL_WORDS = {
    "model_not_found",
    "deploymentnotfound",
    "model_decommissioned",
    "model_deprecated",
    "no_endpoints",
    "free_variant_ended",
    "privacy_restricted",
    "constraint_filtered",
}
_OVERLOAD_WORDS = {
    "overloaded_error",
    "slow_down",
    "server_is_overloaded",
    "provider_overloaded",
    "provider_unavailable",
}
_OVERLOAD_STATUSES = {409, 500, 502, 503, 504, *range(520, 525), 529}

_NO_CREDIT = re.compile(
    r"credit balance is too low|used all available credits|pre(?:pay\w*|paid) credits? (?:is|are) (?:depleted|used up)"
    r"|(?:purchase|buy) more credits|n't have any credits|run out of credits|insufficient balance"
    r"|account .{0,60}suspended.{0,80}(?:spending limit|invoice|balance)"
)
_SPEND_CAP = re.compile(r"spend limit reached|reached your specified (?:workspace )?api usage limits")
_NOT_HERE = re.compile(r"(?:location|country|region)[^.]{0,40}not (?:supported|available)")
_DAILY = re.compile(r"per day|per-day|perday|\((?:rpd|tpd)\)|daily (?:limit|quota)")
_MISSING_MODEL = re.compile(
    r"model [^ ]+ (?:was )?not found|model [^ ]+ does not exist|is not a valid model id|no such model"
    r"|model .{0,80}(?:decommissioned|does not exist|not found|not exist)|unknown model|no models? loaded"
    r"|^(?:invalid )?model: |no endpoints found|try pulling it"
)
_CONTEXT = re.compile(
    r"context_length_exceeded|maximum context length|prompt is too long|input is too long|input context too long"
    r"|exceeds? (?:the )?(?:available |model'?s? )?(?:maximum )?context|exceed context limit|reduce the length of"
    r"|input token count.{0,60}(?:context length|exceeds)|context (?:length|window|size).{0,40}exceed"
    r"|maximum prompt length is|max_tokens must be at least 1, got -"
)
_UNSUPPORTED = re.compile(
    r"unsupported (?:parameter|value)|does not support (?:the )?(?:response.?format|parameter|temperature|json|seed)"
    r"|unrecognized request argument|argument not supported|is not supported (?:with|by|for) this model"
    r"|extra inputs are not permitted"
    r"|unknown (?:parameter|argument|name)|must contain the word .?json|'?response_format\.type'? must be"
    r"|(?:temperature|top_p|seed|response_format|max_tokens)\W+(?:is |are )?(?:not supported|deprecated|unsupported)"
    r"|property .{1,60} is unsupported|temperature.{0,60}only (?:the default|1(?:\.0)?) "
)
# Every server has its own words; what these share: they name the form, its schema, or the grammar made of it.
_FORM = re.compile(
    r"response.?format|response.?schema|json.?schema|json_object|json mode|support json|structured.?outputs?\b"
    r"|guided.?(?:json|decoding)|(?:invalid|unsupported|support) (?:json )?schema"
    r"|schema (?:error|produces|in generationconfig|contains|is (?:too|not|invalid))"
    r"|(?:parse|compile|initialize|load|invalid|unsupported).{0,30}\bgrammar\b|\bgrammar (?:error|is not)"
)


def kind_of(body: ErrorBody, *, waits: bool = False) -> ErrorKind:
    """The kind of error that `body` tells; `waits` is whether the provider said how long to wait."""
    if _looks_like_in_flight_budget(body):
        return ErrorKind.IN_FLIGHT_BUDGET if waits else ErrorKind.CREDITS
    return next((kind for fits, kind in _RULES if fits(body)), ErrorKind.INVALID_REQUEST)


def _looks_like_in_flight_budget(body: ErrorBody) -> bool:
    return "openrouter_in_flight_budget" in body.words and "weight_exceeds_budget" not in body.words


def _looks_like_spend_cap(body: ErrorBody) -> bool:
    if body.metadata.get("limit_source") and any(w.endswith(_SPEND_CAP_SOURCES) for w in body.words):
        return True
    if "enforced_spend_limit_reached" in body.words:
        return True
    return body.status in {400, 403, 429} and _SPEND_CAP.search(body.text) is not None


def _looks_like_no_credit(body: ErrorBody) -> bool:
    if _router_type(body) == "token_limit_exceeded":  # elsewhere that is a limit per minute
        return True
    said = body.status in {400, 403, 412, 429} and _NO_CREDIT.search(body.text) is not None
    return body.status == 402 or bool(body.words & _CREDIT_WORDS) or said


def _router_type(body: ErrorBody) -> object:
    """The word of OpenRouter's own vocabulary for what happened."""
    return body.metadata.get("error_type")


def _looks_like_bad_key(body: ErrorBody) -> bool:
    if body.status == 401:
        return "allow list" not in body.text and "allowlist" not in body.text
    if "api_key_invalid" in body.words or "invalid_api_key" in body.words:
        return True
    refused = re.search(
        r"api key not valid|invalid api key|multiple authentication credentials|incorrect api key"
        r"|no (?:cookie )?auth credentials|^user not found",
        body.text,
    )
    return body.status in {400, 403} and refused is not None


def _looks_like_moderation(body: ErrorBody) -> bool:
    return body.status == 403 and any(body.metadata.get(n) for n in ("reasons", "flagged_input", "patterns"))


def _looks_like_content_filter(body: ErrorBody) -> bool:
    if _router_type(body) == "invalid_prompt":  # OpenAI's word for a blocked text, OpenRouter's for a wrong message
        return False
    return bool(body.words & _FILTER_WORDS) or "content filtering" in body.text or "content_policy" in body.text


def _looks_like_request_too_large(body: ErrorBody) -> bool:
    if body.status in {413, 429} and re.search(r"request too large|tokens per minute.{0,200}requested", body.text):
        return body.status == 413 or "request too large" in body.text
    return "request_too_large" in body.words


def _looks_like_cut_answer(body: ErrorBody) -> bool:
    return "max_tokens_exceeded" in body.words


def _looks_like_context_length(body: ErrorBody) -> bool:
    return bool(body.words & _LENGTH_WORDS) or _CONTEXT.search(body.text) is not None


def _looks_like_wrong_endpoint(body: ErrorBody) -> bool:
    if "wrong_endpoint" in body.words or 300 <= body.status < 400 or body.status == 405:
        return True
    return "unexpected endpoint or method" in body.text or "invalid url (" in body.text


def _looks_like_missing_model(body: ErrorBody) -> bool:
    if body.words & _MODEL_WORDS:
        return True
    if _router_type(body) == "not_found":
        return True
    if body.status == 400:
        return _MISSING_MODEL.search(body.text) is not None
    named = re.search(r"model|deployment|endpoints found|allowed providers", body.text)
    return body.status == 404 and body.is_json and named is not None


def is_unexplained_404(body: ErrorBody) -> bool:
    """Whether an aggregator says no more than that a provider behind it answered 404: a wrong id, or a failure."""
    return body.status == 404 and "provider returned error" in body.text


def _looks_like_missing_page(body: ErrorBody) -> bool:
    return body.status == 404 and "image_not_found" not in body.words


def _looks_like_forbidden(body: ErrorBody) -> bool:
    if body.status == 400 and _NOT_HERE.search(body.text):
        return True
    return body.status in {401, 403} or bool(
        body.words & {"permission_error", "permission_denied", "region_restricted"}
    )


def _looks_like_daily_quota(body: ErrorBody) -> bool:
    if body.status not in {429, 403}:
        return False
    said = f"{body.text} {' '.join(sorted(body.words))}"
    if _DAILY.search(said):
        return True
    return "quota_exceeded" in body.words and not re.search(r"per.?minute", said)


def _looks_like_rate_limit(body: ErrorBody) -> bool:
    if body.status in {429, 498} or "capacity_exceeded" in body.words or "rate_limit_exceeded" in body.words:
        return True
    return body.status == 503 and "resource_exhausted" in body.words


def _looks_like_timeout(body: ErrorBody) -> bool:
    if body.status == 408 or body.words & {"timeout_error", "timeout", "provider_timeout", "deadline_exceeded"}:
        return True
    return body.status == 504 and bool(body.metadata or body.availability)


def _looks_like_upstream(body: ErrorBody) -> bool:
    if body.status < 500 or body.began:
        return body.status >= 500
    told_overload = body.availability.get("retryable") is True or body.words & _OVERLOAD_WORDS
    quotes = "provider returned error" in body.text or bool(body.metadata.get("provider_name"))
    return quotes and not told_overload


def _looks_like_overload(body: ErrorBody) -> bool:
    if body.status in _OVERLOAD_STATUSES or body.words & _OVERLOAD_WORDS:
        return True
    return body.availability.get("retryable") is True or body.status >= 500


def _looks_like_invalid_output(body: ErrorBody) -> bool:
    if "json_validate_failed" in body.words:
        return True
    return body.status in {400, 422} and body.failed_generation is not None


def _looks_like_unsupported(body: ErrorBody) -> bool:
    if is_about_the_form(body):
        return True
    if body.status not in {400, 404, 422}:
        return False
    return bool(body.words & {"unsupported_parameter", "unsupported_value"}) or bool(_UNSUPPORTED.search(body.text))


def is_about_the_form(body: ErrorBody) -> bool:
    """Whether it is the asked-for form of the answer, or its schema, that the server does not take."""
    statuses = {400, 404, 422} if body.began else {400, 404, 422, 500, 501}
    if body.status not in statuses or body.text.lstrip().startswith("<"):
        return False
    if "can handle the requested parameters" in body.text:  # OpenRouter, which is told to only where a schema is sent
        return True
    named = (body.parameter or "").partition(".")[0] == "response_format"
    return (named and body.status < 500) or _FORM.search(body.text) is not None


def _looks_like_truncated_upload(body: ErrorBody) -> bool:
    return body.status == 400 and "unexpected end of data" in body.text


# Bodies that say what they are come first; a status alone decides only at the end.
_RULES: tuple[tuple[Callable[[ErrorBody], bool], ErrorKind], ...] = (
    (_looks_like_spend_cap, ErrorKind.SPEND_CAP),
    (_looks_like_no_credit, ErrorKind.CREDITS),
    (_looks_like_invalid_output, ErrorKind.INVALID_OUTPUT),
    (_looks_like_bad_key, ErrorKind.AUTH),
    (_looks_like_moderation, ErrorKind.MODERATION),
    (_looks_like_content_filter, ErrorKind.CONTENT_FILTER),
    (_looks_like_request_too_large, ErrorKind.REQUEST_TOO_LARGE),
    (_looks_like_context_length, ErrorKind.CONTEXT_LENGTH),
    (_looks_like_cut_answer, ErrorKind.LENGTH),
    (_looks_like_unsupported, ErrorKind.UNSUPPORTED),
    (_looks_like_wrong_endpoint, ErrorKind.WRONG_ENDPOINT),
    (_looks_like_missing_model, ErrorKind.MODEL_NOT_FOUND),
    (is_unexplained_404, ErrorKind.UPSTREAM),
    (_looks_like_missing_page, ErrorKind.WRONG_ENDPOINT),
    (_looks_like_daily_quota, ErrorKind.DAILY_QUOTA),
    (_looks_like_rate_limit, ErrorKind.RATE_LIMIT),
    (_looks_like_timeout, ErrorKind.TIMEOUT),
    (_looks_like_forbidden, ErrorKind.PERMISSION),
    (_looks_like_upstream, ErrorKind.UPSTREAM),
    (_looks_like_overload, ErrorKind.OVERLOADED),
    (_looks_like_truncated_upload, ErrorKind.CONNECTION),
)
