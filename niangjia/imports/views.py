"""Files on their way in: upload, columns, verdicts, writing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.imports import headings, queries, registry, services, template
from niangjia.imports.forms import ColumnsForm, UploadForm
from niangjia.imports.models import Batch, BatchRow, BatchStatus
from niangjia.imports.verdicts import GOOD, Verdict
from niangjia.ui import pages
from niangjia.ui.tables import Choice, Column, Table, excel_response
from niangjia.ui.templatetags.ui import badge

PAGE = 50
SHAPES = {
    BatchStatus.UPLOADED: "draft",
    BatchStatus.CHECKING: "active",
    BatchStatus.CHECKED: "waiting",
    BatchStatus.COMMITTING: "active",
    BatchStatus.COMMITTED: "done",
    BatchStatus.DISCARDED: "closed",
}
VERDICTS = {Verdict.ERROR: "refused", Verdict.NEW: "done", Verdict.CHANGED: "active", Verdict.UNCHANGED: "closed"}
SHOWN: dict[str, Q] = {
    "all": Q(),
    "errors": Q(verdict=Verdict.ERROR),
    "doubts": Q(has_warnings=True) & ~Q(verdict=Verdict.ERROR),
    "good": Q(verdict__in=GOOD),
    "unchanged": Q(verdict=Verdict.UNCHANGED),
}


class BatchTable(Table):
    columns = (
        Column("file", gettext_lazy("File"), value=lambda batch: batch.file.name),
        Column("organization", gettext_lazy("For which union"), value=lambda batch: batch.organization.short_name),
        Column("rows", gettext_lazy("Rows"), value=lambda batch: batch.counts.get("rows", ""), end=True),
        Column("errors", gettext_lazy("With errors"), value=lambda batch: batch.counts.get("error", ""), end=True),
        Column("written", gettext_lazy("Rows written"), value=lambda batch: batch.written, end=True),
        Column("status", gettext_lazy("State"), value=lambda batch: batch.get_status_display(),
               show=lambda batch: badge(SHAPES[batch.status], batch.get_status_display())),
        Column("created_by", gettext_lazy("Uploaded by"), value=lambda batch: batch.created_by or _("the system")),
        Column("created_at", gettext_lazy("Uploaded"), value=lambda batch: batch.created_at, sort="created_at"),
    )  # fmt: skip
    filters = (Choice("status", gettext_lazy("State"), BatchStatus.choices, gettext_lazy("in any state")),)
    sentence = gettext_lazy("Files {status}")
    caption = gettext_lazy("Imported files")
    empty = gettext_lazy("Files you bring in will be listed here.")
    empty_action = gettext_lazy("Import a roster")

    def empty_href(self) -> str:
        return reverse("imports:batch-new")

    def row_href(self, row: Batch) -> str:
        return reverse("imports:batch", args=[row.pk])


def _target(request: UserRequest) -> registry.Target:
    """The target that is asked for, or the first; refused to those who may not import into it anywhere."""
    known = {target.name: target for target in registry.targets()}
    target = known.get(request.GET.get("into", "")) or next(iter(known.values()))
    access.require_anywhere(request.user, target.permission)
    return target


def _visible(request: UserRequest, pk: UUID) -> Batch:
    visible = Batch.objects.visible_to(request.user).select_related("organization", "file", "marked_file", "job")
    batch: Batch = get_object_or_404(visible, pk=pk)
    return batch


@login_required
def batch_list(request: UserRequest) -> HttpResponse:
    _target(request)
    batches = Batch.objects.visible_to(request.user).select_related("organization", "file", "created_by")
    waiting = batches.filter(status=BatchStatus.CHECKED).count()
    return BatchTable(request, batches).respond("imports/batch_list.html", {"waiting": waiting})


@login_required
def batch_new(request: UserRequest) -> HttpResponse:
    target = _target(request)
    form = UploadForm(request.POST or None, request.FILES or None, units=queries.units(request.user, target))
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            batch = services.receive_file(
                upload.read(),
                name=upload.name,
                organization=form.cleaned_data["organization"],
                target=target,
                on=timezone.localdate(),
                actor=request.user,
            )
        except DomainError as no:
            pages.refuse(form, no)
        else:
            return redirect("imports:columns", batch.pk)
    status = 422 if form.is_bound else 200
    return render(request, "imports/batch_new.html", {"form": form, "target": target}, status=status)


@login_required
def batch_template(request: UserRequest) -> HttpResponse:
    target = _target(request)
    return excel_response(_("Template: %(name)s") % {"name": target.label}, template.workbook(target))


@login_required
@never_cache
def batch_columns(request: UserRequest, pk: UUID) -> HttpResponse:
    batch = _visible(request, pk)
    if batch.status not in {BatchStatus.UPLOADED, BatchStatus.CHECKING, BatchStatus.CHECKED}:
        return redirect("imports:batch", batch.pk)
    asked = request.POST.get("sheet") or request.GET.get("sheet", "")
    batch.sheet = int(asked) if asked.isdecimal() and int(asked) < len(batch.sheets) else batch.sheet
    table = queries.open_table(batch)
    target = registry.target(batch.target)
    form = ColumnsForm(request.POST or None, guesses=queries.guesses(batch, table), target=target)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_mapping(batch, sheet=batch.sheet, mapping=form.mapping, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            return redirect("imports:batch", batch.pk)
    context = {"batch": batch, "form": form, "table": table, "target": target, "sheets": enumerate(batch.sheets)}
    return render(request, "imports/columns.html", context, status=422 if form.is_bound else 200)


@login_required
@never_cache
def batch_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    batch = _visible(request, pk)
    if batch.status == BatchStatus.UPLOADED:
        return redirect("imports:columns", batch.pk)
    context: dict[str, Any] = {
        "batch": batch,
        "heading": headings.of(batch),
        "shape": SHAPES[BatchStatus(batch.status)],
    }
    if batch.is_running:
        return render(request, "imports/batch_running.html", context)
    response = render(request, "imports/batch_detail.html", context | _verdicts(request, batch))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "running":
        response["HX-Refresh"] = "true"  # the page that watched the work becomes the page of its result
    return response


def _verdicts(request: UserRequest, batch: Batch) -> dict[str, Any]:
    rows: QuerySet[BatchRow] = BatchRow.objects.visible_to(request.user).filter(batch=batch)
    shown = request.GET.get("show", "")
    if shown not in SHOWN:
        shown = "errors" if batch.counts.get("error") else "all"
    page = pages.paginate(request, rows.filter(SHOWN[shown]), PAGE)
    views = queries.row_views(batch, page.object_list)
    here = reverse("imports:batch", args=[batch.pk])
    tabs = [(label, f"{here}?show={name}", count, name == shown) for name, label, count in headings.tabs(batch)]
    marks = batch.counts.get("error") or batch.counts.get("warnings")
    waits = batch.status == BatchStatus.CHECKED and marks and not batch.marked_file
    return {
        "waits_for_file": waits,
        "page": page,
        "rows": [(view, VERDICTS[Verdict(view.verdict)]) for view in views],
        "tabs": tabs,
    }


@require_POST
@login_required
def batch_commit(request: UserRequest, pk: UUID) -> HttpResponse:
    services.start_commit(_visible(request, pk), actor=request.user)
    return redirect("imports:batch", pk)


@login_required
def batch_discard(request: UserRequest, pk: UUID) -> HttpResponse:
    batch = _visible(request, pk)
    if request.method == "POST":
        services.discard_batch(batch, at=timezone.now(), actor=request.user)
        messages.success(request, _("The file and what was read of it are deleted; nothing was written."))
        return redirect("imports:batch-list")
    return pages.confirm(
        request,
        heading=_("Discard “%(name)s”?") % {"name": batch},
        verb=_("Discard this file"),
        back=reverse("imports:batch", args=[pk]),
        consequences=[_("The file and all that was read of it are deleted."), _("Nothing is written.")],
    )


@login_required
@never_cache
def batch_file(request: UserRequest, pk: UUID) -> HttpResponse:
    """The file with its wrong cells marked; whoever may import here may have it."""
    batch = _visible(request, pk)
    if batch.marked_file is None:
        raise Http404
    content = services.hand_out_marked(batch, actor=request.user)
    return excel_response(batch.marked_file.name.removesuffix(".xlsx"), content)
