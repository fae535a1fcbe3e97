"""The one address of the programs' door that does not run through it: the booking lane, answered ahead of Django."""

from typing import Any

from niangjia.api.answers import refusal

RETRY = {"Retry-After": {"schema": {"type": "integer", "minimum": 0}, "description": "Seconds."}}
BOOKED = {
    "type": "object",
    "title": "LaneBooked",
    "required": ["status", "number", "booking", "voucher"],
    "properties": {
        "status": {"enum": ["booked", "already-booked"]},
        "number": {"type": "integer", "minimum": 1, "description": "The running number, never given twice."},
        "booking": {"type": "string", "format": "uuid"},
        "voucher": {"type": "string", "description": "The address of the voucher."},
    },
}
QUEUE = {
    "type": "object",
    "title": "LaneQueue",
    "required": ["waiting", "place", "left"],
    "properties": {
        "waiting": {"type": "integer", "minimum": 0, "description": "People in line in this process."},
        "place": {"type": ["integer", "null"], "minimum": 1, "description": "My own place in line, if I am in it."},
        "left": {"type": ["integer", "null"], "minimum": 0, "description": "Pieces, at last sight."},
    },
}
PARAMETERS = [{"in": "path", "name": "programme", "required": True, "schema": {"type": "string", "format": "uuid"}}]
REFUSED = {
    401: "No pass; one that is bad, expired or revoked, for another programme, or from before a cancellation.",
    403: "Not on the list of who may book.",
    404: "There is no such programme.",
    405: "Only POST books.",
    409: "Sold out, or a limit is reached, or the pieces are drawn by lot.",
    410: "Booking has closed.",
    422: "Neither a bearer token without a body nor a form with the field `pass`.",
}


def lane() -> dict[str, Any]:
    """The path with all its answers."""
    booked = {"content": {"application/json": {"schema": BOOKED}}}
    answers: dict[int, Any] = {
        200: {"description": "Booked already: the same booking.", **booked},
        201: {"description": "Booked.", **booked},
        303: {
            "description": "To a form: the page that says the outcome.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        },
    }
    answers |= {status: refusal(description) for status, description in REFUSED.items()}
    answers[425] = refusal("Not yet open.", **RETRY)
    answers[503] = refusal(
        "Overloaded, or the outcome is unknown: asking again is always safe. Where too many ask, the document has "
        "`left` (pieces at last sight, or null) and `waiting` (people in line in the process that answers).",
        **RETRY,
    )
    operation = {
        "operationId": "lane_book",
        "summary": "Book, with the pass of a programme's page",
        "description": "Answered ahead of everything else. By bearer token there is no body; a form is answered 303.",
        "tags": ["bookings"],
        "security": [{"pass": []}, {}],
        "parameters": PARAMETERS,
        "requestBody": {
            "required": False,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "required": ["pass"], "properties": {"pass": {"type": "string"}}}
                }
            },
        },
        "responses": dict(sorted(answers.items())),
    }
    return {"/book/{programme}": {"post": operation}, "/book/{programme}/queue": {"get": _queue()}}


def _queue() -> dict[str, Any]:
    answers: dict[int, Any] = {
        200: {"description": "As far as the process that answers knows.",
              "content": {"application/json": {"schema": QUEUE}}},
        **{status: refusal(REFUSED[status]) for status in (401, 404)},
    }  # fmt: skip
    return {
        "operationId": "lane_queue",
        "summary": "Where I stand while my booking is awaited",
        "tags": ["bookings"],
        "security": [{"pass": []}],
        "parameters": PARAMETERS,
        "responses": answers,
    }
