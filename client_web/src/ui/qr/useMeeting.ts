import { useEffect } from "react";
import type { Meeting, QrMeeting } from "../../matrix/qr/meeting";
import { useValue } from "../../state/useValue";

/** Begin a meeting with a code of ours, and give it up when it is no longer shown. It must stay the same one. */
export function useMeeting(meeting: QrMeeting): Meeting {
  useEffect(() => {
    meeting.show();
    return () => meeting.cancel();
  }, [meeting]);
  return useValue(meeting.state);
}
