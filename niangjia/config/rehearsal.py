"""The door of a rehearsal: the lane alone, with no page of the site behind it (``niangjia.ops.rehearsal``)."""

import multiprocessing
import os
import signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

import django

from niangjia.bookings.lane import Door
from niangjia.ops.children import die_with_parent

die_with_parent(signal.SIGKILL)
parent = multiprocessing.parent_process()
if parent is not None and not parent.is_alive():  # it was faster: nobody else would ever end us
    os._exit(1)

django.setup()
application = Door()
