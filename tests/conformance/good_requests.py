"""For every operation a request that is right, so that each one served must succeed at least once.

`<name>` stands for an id of tests/conformance/world.py. An operation that is not named here is asked with the
path ids of PATH_IDS, no query and, where it has a body, an empty object.
"""

from dataclasses import dataclass, field

from homeserver.json_types import JsonObject, JsonValue

PATH_IDS = {
    "userId": "<alice>",
    "roomId": "<room>",
    "eventId": "<event>",
    "roomIdOrAlias": "<room>",
    "roomAlias": "<alias>",
    "serverName": "<server>",
    "mediaId": "<media>",
    "fileName": "picture.png",
    "deviceId": "<alice_device>",
    "filterId": "<filter>",
    "eventType": "m.room.message",
    "stateKey": "",
    "txnId": "txn1",
    "type": "org.example.known",
    "tag": "u.work",
    "keyName": "displayname",
    "receiptType": "m.read",
    "relType": "m.thread",
    "networkId": "irc",
    "appserviceId": "irc",
    "version": "1",
    "sessionId": "session1",
    "kind": "override",
    "ruleId": ".m.rule.master",
    "protocol": "irc",
    "idpId": "oidc",
}
"""Path variable -> the real value it has in a good request, and that generated requests draw from."""

PASSWORD = "correct horse battery"
VICTIM_AUTH: JsonObject = {
    "type": "m.login.password",
    "identifier": {"type": "m.id.user", "user": "<victim>"},
    "password": PASSWORD,
}
PUBLIC_KEY = "nqOvzeuGWT/sRx3h7+MHoInYj3Uk2LD/unI9kDYcHwk"
MASTER_KEY: JsonObject = {
    "user_id": "<victim>",
    "usage": ["master"],
    "keys": {f"ed25519:{PUBLIC_KEY}": PUBLIC_KEY},
}
BACKUP: JsonObject = {
    "algorithm": "m.megolm_backup.v1.curve25519-aes-sha2",
    "auth_data": {"public_key": PUBLIC_KEY, "signatures": {}},
}
SESSION_KEY: JsonObject = {
    "first_message_index": 0,
    "forwarded_count": 0,
    "is_verified": True,
    "session_data": {"ephemeral": "e", "ciphertext": "c", "mac": "m"},
}
MAIL_REQUEST: JsonObject = {"client_secret": "monkeys", "email": "alice@example.org", "send_attempt": 1}
CAKE_RULE = {"kind": "content", "ruleId": "cake"}

NEVER_SUCCEED = {
    # Media uploaded now is served to those who are logged in alone.
    "getContent",
    "getContentOverrideName",
    "getContentThumbnail",
    # Somebody has to read a mail first, or to have proven an address to an identity server.
    "add3PID",
    "bind3PID",
    "post3PIDs",
    # No text messages are sent.
    "requestTokenTo3PIDMSISDN",
    "requestTokenToRegisterMSISDN",
    "requestTokenToResetPasswordMSISDN",
}
"""Operations that answer, and by the specification have nothing here that they could answer with."""


@dataclass(frozen=True)
class GoodRequest:
    """A request that must succeed.

    `as_victim`: sent by an account of its own, since it ends sessions. `as_appservice`: by the application
    service of bridge.py.
    """

    body: JsonValue = None
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    as_victim: bool = False
    as_appservice: bool = False


def _scrap(body: JsonValue = None) -> GoodRequest:
    return GoodRequest(body, path={"roomId": "<scrap_room>"})


GOOD_REQUESTS: dict[str, GoodRequest] = {
    # accounts and sessions
    "register": GoodRequest(
        {"auth": {"type": "m.login.dummy"}, "username": "newcomer", "password": PASSWORD}
    ),
    "login": GoodRequest({**VICTIM_AUTH}, as_victim=True),
    "refresh": GoodRequest({"refresh_token": "<victim_refresh_token>"}, as_victim=True),
    "logout": GoodRequest({}, as_victim=True),
    "logout_all": GoodRequest({}, as_victim=True),
    "changePassword": GoodRequest({"auth": VICTIM_AUTH, "new_password": "another one"}, as_victim=True),
    "deactivateAccount": GoodRequest({"auth": VICTIM_AUTH}, as_victim=True),
    "generateLoginToken": GoodRequest({"auth": VICTIM_AUTH}, as_victim=True),
    "deleteDevice": GoodRequest({"auth": VICTIM_AUTH}, path={"deviceId": "<victim_device>"}, as_victim=True),
    "deleteDevices": GoodRequest({"auth": VICTIM_AUTH, "devices": ["<victim_device>"]}, as_victim=True),
    "checkUsernameAvailability": GoodRequest(query={"username": "nobody-has-this"}),
    "registrationTokenValidity": GoodRequest(query={"token": "anything"}),
    "updateDevice": GoodRequest({"display_name": "A telephone"}),
    "setAdminLockUser": GoodRequest({"locked": False}, path={"userId": "<carol>"}),
    "getAdminLockUser": GoodRequest(path={"userId": "<carol>"}),
    "setAdminSuspendUser": GoodRequest({"suspended": False}, path={"userId": "<carol>"}),
    "getAdminSuspendUser": GoodRequest(path={"userId": "<carol>"}),
    # profile, account data, presence
    "setProfileField": GoodRequest({"displayname": "Alice"}),
    "setAccountData": GoodRequest({"known": True}),
    "setAccountDataPerRoom": GoodRequest({"known": True}),
    "setRoomTag": GoodRequest({"order": 0.5}),
    "defineFilter": GoodRequest({"room": {"timeline": {"limit": 10}}}),
    "setPresence": GoodRequest({"presence": "online"}),
    "sendToDevice": GoodRequest(
        {"messages": {"<alice>": {"*": {"hello": "there"}}}}, path={"eventType": "org.example.x"}
    ),
    # single sign-on
    "redirectToSSO": GoodRequest(query={"redirectUrl": "app.parlour.test:/"}),
    "redirectToIdP": GoodRequest(query={"redirectUrl": "app.parlour.test:/"}),
    # addresses
    "requestTokenToRegisterEmail": GoodRequest(MAIL_REQUEST),
    "requestTokenToResetPasswordEmail": GoodRequest(MAIL_REQUEST),
    "requestTokenTo3PIDEmail": GoodRequest(MAIL_REQUEST),
    "delete3pidFromAccount": GoodRequest({"medium": "email", "address": "alice@example.org"}),
    "unbind3pidFromAccount": GoodRequest({"medium": "email", "address": "alice@example.org"}),
    # application services
    "pingAppservice": GoodRequest({"transaction_id": "meow"}, as_appservice=True),
    "updateAppserviceRoomDirectoryVisibility": GoodRequest({"visibility": "public"}, as_appservice=True),
    "queryLocationByAlias": GoodRequest(query={"alias": "<alias>"}),
    "queryUserByID": GoodRequest(query={"userid": "<alice>"}),
    # rooms
    "createRoom": GoodRequest({"name": "Another"}),
    "joinRoom": GoodRequest({}, path={"roomIdOrAlias": "<joinable_room>"}),
    "joinRoomById": GoodRequest({}, path={"roomId": "<joinable_room>"}),
    "knockRoom": GoodRequest({}, path={"roomIdOrAlias": "<knockable_room>"}),
    "inviteUser": GoodRequest({"user_id": "<carol>"}),
    "kick": _scrap({"user_id": "<bob>"}),
    "ban": _scrap({"user_id": "<carol>"}),
    "unban": _scrap({"user_id": "<carol>"}),
    "upgradeRoom": _scrap({"new_version": "11"}),
    "leaveRoom": _scrap({}),
    "forgetRoom": GoodRequest({}, path={"roomId": "<left_room>"}),
    "sendMessage": GoodRequest({"msgtype": "m.text", "body": "Hello"}),
    "setRoomStateWithKey": GoodRequest({"topic": "Tests"}, path={"eventType": "m.room.topic"}),
    "getRoomStateWithKey": GoodRequest(path={"eventType": "m.room.create"}),
    "redactEvent": GoodRequest({"reason": "A test"}, path={"eventId": "<scrap_event>"}),
    "getRoomEvents": GoodRequest(query={"dir": "b"}),
    "getEventByTimestamp": GoodRequest(query={"ts": "1", "dir": "f"}),
    "setTyping": GoodRequest({"typing": True, "timeout": 1000}),
    "postReceipt": GoodRequest({}),
    "setReadMarker": GoodRequest({"m.fully_read": "<event>"}),
    "setRoomAlias": GoodRequest({"room_id": "<room>"}, path={"roomAlias": "<new_alias>"}),
    "deleteRoomAlias": GoodRequest(path={"roomAlias": "<scrap_alias>"}),
    "setRoomVisibilityOnDirectory": GoodRequest({"visibility": "public"}),
    "queryPublicRooms": GoodRequest({"limit": 5}),
    "reportRoom": GoodRequest({"reason": "A test"}),
    "reportEvent": GoodRequest({"reason": "A test"}),
    "reportUser": GoodRequest({"reason": "A test"}, path={"userId": "<bob>"}),
    "search": GoodRequest({"search_categories": {"room_events": {"search_term": "Hello"}}}),
    "searchUserDirectory": GoodRequest({"search_term": "bob"}),
    "getMutualRooms": GoodRequest(query={"user_id": "<bob>"}),
    # sync
    "sync": GoodRequest(query={"timeout": "0"}),
    "getEvents": GoodRequest(query={"timeout": "0"}),
    # media
    "uploadContent": GoodRequest("Some text", content_type="text/plain"),
    "uploadContentToMXC": GoodRequest(
        "Some text", path={"mediaId": "<reserved_media>"}, content_type="text/plain"
    ),
    "getContentThumbnailAuthed": GoodRequest(query={"width": "32", "height": "32"}),
    "getContentThumbnail": GoodRequest(query={"width": "32", "height": "32"}),
    "getUrlPreview": GoodRequest(query={"url": "<page>"}),
    "getUrlPreviewAuthed": GoodRequest(query={"url": "<page>"}),
    # keys
    "queryKeys": GoodRequest({"device_keys": {"<alice>": []}}),
    "claimKeys": GoodRequest({"one_time_keys": {}}),
    "getKeysChanges": GoodRequest(query={"from": "<since>", "to": "<since>"}),
    "uploadCrossSigningKeys": GoodRequest({"master_key": MASTER_KEY}, as_victim=True),
    "postRoomKeysVersion": GoodRequest(BACKUP, as_victim=True),
    "putRoomKeysVersion": GoodRequest(BACKUP, path={"version": "<backup>"}),
    "getRoomKeysVersion": GoodRequest(path={"version": "<backup>"}),
    "deleteRoomKeysVersion": GoodRequest(path={"version": "<doomed_backup>"}),
    "putRoomKeyBySessionId": GoodRequest(SESSION_KEY, query={"version": "<backup>"}),
    "putRoomKeysByRoomId": GoodRequest({"sessions": {"s": SESSION_KEY}}, query={"version": "<backup>"}),
    "putRoomKeys": GoodRequest(
        {"rooms": {"<room>": {"sessions": {"s": SESSION_KEY}}}}, query={"version": "<backup>"}
    ),
    "getRoomKeyBySessionId": GoodRequest(query={"version": "<backup>"}),
    "getRoomKeysByRoomId": GoodRequest(query={"version": "<backup>"}),
    "getRoomKeys": GoodRequest(query={"version": "<backup>"}),
    "deleteRoomKeyBySessionId": GoodRequest(query={"version": "<scrap_backup>"}),
    "deleteRoomKeysByRoomId": GoodRequest(query={"version": "<scrap_backup>"}),
    "deleteRoomKeys": GoodRequest(query={"version": "<scrap_backup>"}),
    # push
    "postPusher": GoodRequest(
        {
            "app_id": "org.example.app",
            "app_display_name": "App",
            "device_display_name": "A telephone",
            "kind": "http",
            "lang": "en",
            "pushkey": "key",
            "data": {"url": "https://push.example.org/_matrix/push/v1/notify"},
        }
    ),
    "setPushRuleEnabled": GoodRequest({"enabled": False}),
    "setPushRuleActions": GoodRequest({"actions": ["notify"]}),
    "setPushRule": GoodRequest({"actions": ["notify"], "pattern": "cake"}, path=CAKE_RULE),
    "deletePushRule": GoodRequest(path=CAKE_RULE),
}
