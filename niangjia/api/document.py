"""The OpenAPI document: what ninja reads from the routers, with names, refusals and headers that hold for all."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from niangjia.api.answers import KEY, PROBLEM, REFUSALS, refusal
from niangjia.api.lane_document import lane

WRITES = {"post", "put", "patch", "delete"}
SCHEMES = {"TokenAuth": "token", "PersonAuth": "session"}


class House(NinjaAPI):
    """An API whose operations are called as their functions are, and whose document names every refusal."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for methods in document["paths"].values():
            for method, operation in methods.items():
                _complete(operation, writes=method in WRITES)
        document["paths"] |= lane()
        document["components"]["schemas"]["Problem"] = PROBLEM
        schemes = document["components"]["securitySchemes"]
        named = {SCHEMES[name]: dict(each) for name, each in schemes.items()}
        document["components"]["securitySchemes"] = named | {"pass": {"type": "http", "scheme": "bearer"}}
        return document


def _complete(operation: dict[str, Any], *, writes: bool) -> None:
    statuses = {422, 500}
    if security := operation.get("security"):
        operation["security"] = [{SCHEMES[name]: scopes for name, scopes in each.items()} for each in security]
        statuses |= {401, 403}
    if security or operation["parameters"] or writes:
        statuses.add(404)
    if writes:
        statuses |= {400, 409}
        operation["parameters"] = [*operation["parameters"], KEY]
    for status in sorted(statuses):
        operation["responses"].setdefault(status, refusal(REFUSALS[status]))
