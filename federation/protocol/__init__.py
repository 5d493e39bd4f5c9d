"""The pure core of the Matrix protocol, for room versions 1 to 12: no IO, no clock, no randomness, no state.

What to call for a PDU from elsewhere, in order, and what a failure means:

1. `pdu.parse_pdu`: the event format. Failure: drop.
2. `event_signatures.check_event_signature` for each of `event_signatures.required_signers`. Failure: drop.
3. `hashes.has_valid_content_hash`. Failure: go on with `redaction.redact` of it, parsed again.
4. `auth_rules.check_auth_events`, then `auth_rules.check_state_dependent` with the state that the event's
   auth events make up. Failure: reject.
5. `auth_rules.check_state_dependent` with the state before the event. Failure: reject.
6. `auth_rules.check_state_dependent` with the current state. Failure: soft-fail.

An event of our own: `auth_events.auth_types_for_event`, `pdu.build_pdu`, then step 6 before it is sent.

Spec: https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
"""
