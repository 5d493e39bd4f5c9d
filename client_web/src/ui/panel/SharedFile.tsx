import type { MediaItem } from "../../matrix/timeline/values";
import { useChat } from "../../state/ChatContext";
import { sizeText } from "../../state/chatTimes";
import { listTime } from "../../state/times";
import { t } from "../../words";
import { Icon, IconButton, ListRow } from "../controls";
import { act } from "../shell/act";

interface SharedFileProps {
  readonly roomId: string;
  readonly item: MediaItem;
}

const ICONS: Readonly<Record<string, string>> = { audio: "music", voice: "mic" };

/** A file by its name; pressed, it shows the message that it came with. */
export function SharedFile({ roomId, item }: SharedFileProps) {
  const { client, openRoom } = useChat();
  const { media, sender } = item;
  const about = [sender.name, sizeText(media.size), listTime(item.atMs)];
  return (
    <ListRow
      start={<Icon name={ICONS[item.kind] ?? "file"} />}
      title={item.kind === "voice" ? t("main.kind.voice") : media.name || t("main.media.show")}
      text={about.filter(Boolean).join(" · ")}
      onClick={() => item.eventId !== null && openRoom(roomId, item.eventId)}
      end={
        <IconButton
          icon="download"
          label={t("main.media.save")}
          onClick={() => void act(client.media.save(media))}
        />
      }
    />
  );
}
