# SPDX-License-Identifier: GPL-3.0-only
"""Hooks for schemathesis: what the OpenAPI description can only say in words."""

import re

import schemathesis

MAX_KEY_BYTES = 1024
MAX_TYPE_BYTES = 255
POSITION = re.compile(r"[0-9]{1,19}:[0-9]{1,19}")
NOT_WITH_COUNT = {"limit", "after", "values"}
# What schemathesis calls an answer without content where there could be some.
FAULTS_OF_NO_CONTENT = {"MissingContentType", "MalformedJson"}


def is_over(text, limit):
    return len(str(text).encode("utf-8", "replace")) > limit


def is_batch_over_limits(body):
    operations = body.get("operations") if isinstance(body, dict) else None
    return isinstance(operations, list) and any(
        is_over(operation["key"], MAX_KEY_BYTES) or is_over(operation.get("type", ""), MAX_TYPE_BYTES)
        for operation in operations
    )


@schemathesis.hook
def filter_case(context, case):
    """Drops cases that pass for valid but break a rule the description has no keyword for."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return True
    query = {name: str(value) for name, value in (case.query or {}).items()}
    # maxLength counts characters, the server counts bytes.
    texts = [*(case.path_parameters or {}).values(), *query.values()]
    if any(is_over(text, MAX_KEY_BYTES) for text in texts) or is_batch_over_limits(case.body):
        return False
    if query.get("count", "").lower() == "true" and NOT_WITH_COUNT & query.keys():
        return False
    # The coverage phase cannot make header values with a colon and puts a wrong one in their place.
    position = (case.headers or {}).get("Last-Event-ID")
    return position is None or POSITION.fullmatch(position) is not None


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Accepts that an answer whose content the client waived has none, and so no content type."""
    waived = "preference-applied" in response.headers and not response.content
    return not (waived and type(failure).__name__ in FAULTS_OF_NO_CONTENT)
