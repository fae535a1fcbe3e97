"""The register, for programs."""

from niangjia.coverage.api.employers import router
from niangjia.coverage.api.workplaces import router as workplaces

__all__ = ["router", "workplaces"]
