"""A programme some of whose gifts are in people's hands, and figures of it."""

from niangjia.benefits import services as benefits
from niangjia.benefits.tests.factories import Scene, make_scene
from niangjia.insights import services
from niangjia.insights.models import Figure

COMPUTATIONS = ("benefits.online", "benefits.offline", "benefits.all")


def make_served(*, online: int = 1, offline: int = 2) -> Scene:
    """``online`` people booked at the desk and collected; ``offline`` cleaners signed for a pack."""
    scene = make_scene(online=4, protected=4, offline=5, people=4, cleaners=offline).publish()
    for member in scene.people[:online]:
        benefits.hand_out_now(scene.programme, member, point=scene.point, actor=None, at=scene.now)
    if offline:
        split = scene.split()
        benefits.fill_list(split, actor=None)
        benefits.record_sheet(split, actor=None, at=scene.now)
    return scene


def make_figure(scene: Scene, computation: str = "benefits.online", *, public: bool = False, code: str = "") -> Figure:
    figure = services.define_figure(
        organization=scene.tree.unit,
        code=code or computation.replace(".", "-"),
        computation=computation,
        subject=scene.programme.code,
        actor=None,
    )
    return services.publish_figure(figure, public=public, actor=None)
