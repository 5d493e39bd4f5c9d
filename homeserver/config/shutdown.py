"""How a server, or one of its workers, ends."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from homeserver.config.values import Duration, Section


class Shutdown(Section):
    """What happens between SIGTERM and the end."""

    notice: Annotated[Duration, Field(ge=timedelta(0), le=timedelta(minutes=5))] = timedelta(0)
    """How long requests are still taken while `/health/ready` says no already: what a load balancer needs to
    notice. Kubernetes does this by itself with a `preStop` hook."""
    timeout: Annotated[Duration, Field(ge=timedelta(0), le=timedelta(hours=1))] = timedelta(seconds=15)
    """How long requests under way may take to end after that; then they are cut off."""
