import type { MatrixClient } from "matrix-js-sdk";
import { ClientError } from "../errors";

const MAX_PICTURE_BYTES = 10 * 1024 * 1024;

/**
 * Upload a picture of oneself.
 *
 * @throws ClientError `picture_too_large`, or `media_refused` for what is no picture
 */
export async function uploadPicture(sdk: MatrixClient, picture: Blob): Promise<string> {
  if (picture.size > MAX_PICTURE_BYTES) throw new ClientError("picture_too_large");
  if (!picture.type.startsWith("image/")) throw new ClientError("media_refused");
  const { content_uri: mxc } = await sdk.uploadContent(picture, { includeFilename: false });
  return mxc;
}
