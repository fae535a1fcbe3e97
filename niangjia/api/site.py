"""Every app's router under one address, one way of saying no, one OpenAPI document."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import AuthenticationError, HttpError, ValidationError

from niangjia.api.document import House
from niangjia.api.doors import AUTH
from niangjia.api.problems import invalid, problem, refused
from niangjia.api.reading import CarefulParser
from niangjia.audiences import api as audiences
from niangjia.benefits import api as benefits
from niangjia.bookings import api as bookings
from niangjia.bookings.api import draws, line
from niangjia.core.errors import DomainError
from niangjia.coverage import api as coverage
from niangjia.files import api as files
from niangjia.formation import api as formation
from niangjia.identity import api as identity
from niangjia.imports import api as imports
from niangjia.insights import api as insights
from niangjia.jobs import api as jobs
from niangjia.ledgers import api as ledgers
from niangjia.members import api as members
from niangjia.notices import api as notices
from niangjia.org import api as org
from niangjia.papers import api as papers
from niangjia.vouchers import api as vouchers

api = House(
    title="Niangjia",
    version="1",
    description="Read and write everything a person may read and write on the pages, with the same rules.",
    urls_namespace="api-1",
    auth=AUTH,
    docs_url=None,
    parser=CarefulParser(),
)


def add(prefix: str, router: Router, tag: str) -> None:
    api.add_router(prefix, router, tags=[tag])


@api.exception_handler(DomainError)
def on_refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    return refused(refusal)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return invalid(error.errors)


@api.exception_handler(AuthenticationError)
def on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = problem(401, "not-authenticated", _("Log in, or send a token."))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Http404)
def on_absent(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "not-found", _("There is nothing here that you can see."))


@api.exception_handler(HttpError)
def on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, DomainError):
        return refused(error.__cause__)
    if error.status_code == 400:
        return problem(400, "bad-request", _("The request cannot be read."))
    return problem(error.status_code, "refused", str(error))


add("/", identity.router, "identity")
add("/people", identity.people, "identity")
add("/assignments", identity.assignments, "identity")
add("/roles", identity.roles, "identity")
add("/organizations", org.router, "org")
add("/jobs", jobs.router, "jobs")
add("/messages", notices.router, "notices")
add("/notices", notices.notices, "notices")
add("/feedback", notices.feedback, "notices")
add("/public/letters", notices.letters, "public")
add("/files", files.router, "files")
add("/papers", papers.router, "papers")
add("/employers", coverage.router, "coverage")
add("/workplaces", coverage.workplaces, "coverage")
add("/members", members.router, "members")
add("/corrections", members.corrections, "members")
add("/occupations", members.occupations, "members")
add("/rules", audiences.rules, "audiences")
add("/audiences", audiences.router, "audiences")
add("/stock", ledgers.router, "ledgers")
add("/service-points", vouchers.points, "vouchers")
add("/vouchers", vouchers.router, "vouchers")
add("/offers", bookings.offers, "bookings")
add("/bookings", bookings.router, "bookings")
add("/offers", line.offers, "bookings")
add("/offers", draws.offers, "bookings")
add("/bookings", line.bookings, "bookings")
add("/entries", line.entries, "bookings")
add("/piece-limits", line.limits, "bookings")
add("/programmes", benefits.programmes, "benefits")
add("/programmes", benefits.handing, "benefits")
add("/limits", benefits.limits, "benefits")
add("/programmes", benefits.allocation, "benefits")
add("/public/programmes", benefits.public, "public")
add("/foundings", formation.foundings, "formation")
add("/renewals", formation.renewals, "formation")
add("/terms", formation.terms, "formation")
add("/posts", formation.posts, "formation")
add("/postponements", formation.postponements, "formation")
add("/formation-rules", formation.rules, "formation")
add("/imports", imports.router, "imports")
add("/figures", insights.router, "insights")
add("/public/figures", insights.public, "public")
add("/indicators", insights.indicators, "insights")
add("/public/indicators", insights.public_indicators, "public")
add("/rates", insights.rates, "insights")
add("/targets", insights.targets, "insights")
add("/periods", insights.periods, "insights")
