import { ClientEvent, type MatrixClient, UserEvent } from "matrix-js-sdk";
import { ClientError } from "../errors";
import { asObject, asText } from "../shapes";
import type { Media, Profile } from "../types";
import { MutableValue, type Value } from "../value";

const MAX_NAME = 255;
const MAX_PICTURE_BYTES = 10 * 1024 * 1024;

/** The own name and picture: what is heard of them by sync, and how they are changed. */
export class OwnProfile {
  readonly #value: MutableValue<Profile>;

  constructor(private readonly sdk: MatrixClient) {
    this.#value = new MutableValue(this.#known());
    sdk.on(UserEvent.DisplayName, this.#heard);
    sdk.on(UserEvent.AvatarUrl, this.#heard);
    sdk.on(ClientEvent.Sync, this.#synced);
  }

  get value(): Value<Profile> {
    return this.#value;
  }

  async refresh(): Promise<void> {
    const told = asObject(await this.sdk.getProfileInfo(this.sdk.getSafeUserId()));
    this.#value.set(this.#profileOf(told.displayname, told.avatar_url));
  }

  async setName(name: string): Promise<void> {
    await this.sdk.setDisplayName(name.trim().slice(0, MAX_NAME));
    await this.refresh();
  }

  async setPicture(picture: Blob): Promise<Media> {
    if (picture.size > MAX_PICTURE_BYTES) throw new ClientError("picture_too_large");
    if (!picture.type.startsWith("image/")) throw new ClientError("media_refused");
    const { content_uri: mxc } = await this.sdk.uploadContent(picture, { includeFilename: false });
    await this.sdk.setAvatarUrl(mxc);
    await this.refresh();
    return { mxc };
  }

  async removePicture(): Promise<void> {
    await this.sdk.setAvatarUrl("");
    await this.refresh();
  }

  stop(): void {
    this.sdk.off(UserEvent.DisplayName, this.#heard);
    this.sdk.off(UserEvent.AvatarUrl, this.#heard);
    this.sdk.off(ClientEvent.Sync, this.#synced);
  }

  readonly #heard = (_event: unknown, user: { readonly userId: string }): void => {
    if (user.userId === this.sdk.getUserId()) this.#value.set(this.#known());
  };

  readonly #synced = (): void => {
    if (this.#value.get().name === this.sdk.getUserId()) this.#value.set(this.#known());
  };

  #known(): Profile {
    const user = this.sdk.getUser(this.sdk.getSafeUserId());
    return this.#profileOf(user?.displayName, user?.avatarUrl);
  }

  #profileOf(name: unknown, mxc: unknown): Profile {
    const userId = this.sdk.getSafeUserId();
    const picture = asText(mxc, 1000);
    return {
      userId,
      name: asText(name, MAX_NAME).trim() || userId,
      avatar: picture.startsWith("mxc://") ? { mxc: picture } : null,
    };
  }
}
