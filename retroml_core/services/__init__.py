"""What front ends talk to: small typed services, each acting for a `Principal`.

The command line, the desktop app and later a server use these and never reach around them; who may do what is decided in
one place, `retroml_core.services.principal.guard`.
"""

from retroml_core.services.compute import ComputeReport, ComputeService, GpuUse
from retroml_core.services.control import Answer, ControlService
from retroml_core.services.experiments import ExperimentService
from retroml_core.services.films import FilmService
from retroml_core.services.metrics import MetricsService
from retroml_core.services.models import ModelService
from retroml_core.services.principal import LOCAL_USER, NotAllowed, Principal, guard
from retroml_core.services.storage import StorageReport, StorageService, TrashedRun

__all__ = [
    "LOCAL_USER",
    "Answer",
    "ComputeReport",
    "ComputeService",
    "ControlService",
    "ExperimentService",
    "FilmService",
    "GpuUse",
    "MetricsService",
    "ModelService",
    "NotAllowed",
    "Principal",
    "StorageReport",
    "StorageService",
    "TrashedRun",
    "guard",
]
