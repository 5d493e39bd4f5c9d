/** What every page of a room's settings is given. */
export interface RoomPageProps {
  readonly roomId: string;
}
