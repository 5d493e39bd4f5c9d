/** What stands in for the parts of the SDK that are left out; the SDK makes some of it and asks for none. */
class Nothing {
  start(): void {}
  stop(): void {}
}

export {
  Nothing as CallEventHandler,
  Nothing as GroupCall,
  Nothing as GroupCallEventHandler,
  Nothing as MatrixRTCSessionManager,
  Nothing as MediaHandler,
  Nothing as RoomWidgetClient,
  Nothing as SlidingSyncSdk,
};

export function supportsMatrixCall(): boolean {
  return false;
}

export function createNewMatrixCall(): null {
  return null;
}

/** Names of events that nobody sends. */
export const CallEvent = {};
export const CallFeedEvent = {};
export const GroupCallEvent = {};
export const GroupCallIntent = {};
export const GroupCallState = {};
export const GroupCallStatsReportEvent = {};
export const GroupCallType = {};
export const MediaHandlerEvent = {};
