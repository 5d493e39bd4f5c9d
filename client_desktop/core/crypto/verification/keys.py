"""The keys that a verification is about, fixed when it begins and looked at again when it ends."""

from __future__ import annotations

from client_desktop.core.crypto.trust.errors import PrivateKeysMissing
from client_desktop.core.crypto.trust.identity import SELF_SIGNING, USER_SIGNING
from client_desktop.core.crypto.trust.own_identity import OwnIdentity
from client_desktop.core.crypto.trust.ports import Devices, OwnDevice
from client_desktop.core.crypto.trust.trust import Trust
from client_desktop.core.crypto.verification.errors import NothingToVerify
from client_desktop.core.crypto.verification.flow import FixedKeys, Flow, Verified


class VerificationKeys:
    """Finds keys, and does what a verification has shown."""

    def __init__(self, me: OwnDevice, devices: Devices, trust: Trust, identity: OwnIdentity) -> None:
        self._me = me
        self._devices = devices
        self._trust = trust
        self._identity = identity

    def check_can_sign(self, user_id: str) -> None:
        """Refuse to verify somebody when the result could not be kept.

        Raises: PrivateKeysMissing, when this device has to be verified first.
        """
        other = user_id != self._me.user_id
        if other and self._trust.own_identity and self._identity.private_key(USER_SIGNING) is None:
            raise PrivateKeysMissing("verify this device before others")

    async def fix(self, user_id: str, device_id: str) -> FixedKeys | None:
        """Return the keys to verify, as the server gives them now; None where there is no such device.

        A device named like a cross-signing key of its owner could be taken for that key: it is refused.

        Raises: ClientError.
        """
        found = await self._devices.current([user_id, self._me.user_id])
        if not any(device.device_id == device_id for device in found[user_id]):
            found = await self._devices.current([user_id], even_if_current=True)
        return self.known(user_id, device_id)

    def known(self, user_id: str, device_id: str) -> FixedKeys | None:
        """Return the same without asking the server."""
        device = self._devices.device(user_id, device_id)
        identity, own = self._trust.identity(user_id), self._trust.own_identity
        names = {known.device_id for known in self._devices.of_user(user_id)}
        if device is None or (identity is not None and names & set(identity.public.values())):
            return None
        return FixedKeys(
            our_device=self._me.ed25519,
            our_master=None if own is None else own.master,
            our_master_trusted=self._trust.own_verified,
            their_device=device.ed25519,
            their_master=None if identity is None else identity.master,
        )

    def unchanged(self, flow: Flow, verified: Verified) -> bool:
        """Tell whether what was verified is still what the server gives."""
        now = None if flow.their_device is None else self.known(flow.their_user, flow.their_device)
        if now is None or flow.keys is None:
            return False
        same_device = verified.device_key is None or verified.device_key == now.their_device
        same_master = verified.master_key is None or verified.master_key == now.their_master
        return same_device and same_master and now.our_master == flow.keys.our_master

    async def apply(self, flow: Flow, verified: Verified) -> bool:
        """Sign what was verified; tell whether our own identity was proven to us by it.

        Raises: KeysReplaced, PrivateKeysMissing, NothingToVerify, ClientError.
        """
        if flow.own:
            return await self._apply_own(flow, verified)
        if verified.master_key is not None and self._trust.own_identity is not None:
            await self._identity.sign_user(flow.their_user, verified.master_key)
        else:
            self._mark_device(flow)
        return False

    async def _apply_own(self, flow: Flow, verified: Verified) -> bool:
        learned = verified.master_key is not None and not self._trust.own_verified
        if verified.master_key is not None and learned:
            self._identity.trust_identity(verified.master_key)
        if verified.device_key is not None and self._identity.private_key(SELF_SIGNING) is not None:
            device = self._devices.device(flow.their_user, flow.their_device or "")
            if device is None:
                raise NothingToVerify("the device is gone")
            await self._identity.sign_device(device)
        elif verified.device_key is not None and self._trust.own_identity is None:
            self._mark_device(flow)
        return learned

    def _mark_device(self, flow: Flow) -> None:
        device = self._devices.device(flow.their_user, flow.their_device or "")
        if device is None:
            raise NothingToVerify("the device is gone")
        self._identity.mark_device(device)
