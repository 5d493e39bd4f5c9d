"""parlour keys: the keys that all workers share, for places without a folder that they share."""

from pathlib import Path

import click


@click.command
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def keys(folder: Path) -> None:
    """Make the server's keys in FOLDER, as files for a cluster's secrets; what is there already stays.

    The signing key is what other servers know this one by: keep a copy of it.
    """
    from homeserver.clock import SystemClock
    from homeserver.config.federation import Federation
    from homeserver.config.push import Push
    from homeserver.config.settings import Settings
    from homeserver.pushers.vapid import Vapid
    from homeserver.signing_key_file import load_signing_key

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be made: {error.strerror}") from error
    signing, vapid = folder / "signing.key", folder / "vapid.pem"
    settings = Settings(federation=Federation(signing_key_file=signing), push=Push(vapid_key_file=vapid))
    load_signing_key(settings)
    assert Vapid(settings, SystemClock()).public_key
    click.echo(f"federation.signing_key_file  {signing}")
    click.echo(f"push.vapid_key_file          {vapid}")
