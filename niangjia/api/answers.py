"""Parts of the OpenAPI document that hold for every operation: refusals, and the key that makes asking again safe."""

from typing import Any

REFUSALS = {
    400: "The body is no JSON.",
    401: "Nobody is logged in, and no valid token was sent.",
    403: "What one's role, or one's token, does not allow here.",
    404: "Nothing that one can see has this address, or a key that was sent names nothing that one can see.",
    409: "Its state does not allow this now; or the Idempotency-Key was used for something else.",
    422: "Something that was sent cannot be read or breaks a rule; `errors` or `context.field` names the place.",
    500: "Something went wrong in the house. Nothing was changed.",
}
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457): what, why, and what to do now, in the language of Accept-Language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Ends in the stable code of the refusal."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "remedy": {"type": "string", "description": "One sentence on what to do now."},
        "context": {
            "type": "object",
            "description": "Limits, numbers, names of fields.",
            "additionalProperties": True,
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["at", "message"],
                "properties": {"at": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 100, "pattern": "^[!-~]+$"},
    "description": "Makes asking again safe: the same key with the same content is answered as the first time.",
}


def refusal(description: str, **headers: Any) -> dict[str, Any]:
    """A documented answer that is a problem document."""
    answer: dict[str, Any] = {
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return answer | ({"headers": headers} if headers else {})
