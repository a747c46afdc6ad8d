import { z } from 'zod';

/** Names one stored file of an agent; made by the daemon. */
export const AttachmentId = z.string().regex(/^[a-z2-7]{16,32}$/);

/** A file that a person sent along with a prompt or that an agent showed; its bytes are had by `attachment.read`. */
export const Attachment = z.strictObject({
  id: AttachmentId,
  /** File name without folders, for people. */
  name: z.string().min(1).max(255),
  mimeType: z.string().max(128),
  /** Bytes. */
  size: z.int().min(0),
});
export type Attachment = z.infer<typeof Attachment>;

/** A pointer to something elsewhere (a file, a web page) that an agent showed. */
export const LinkBlock = z.strictObject({
  type: z.literal('link'),
  uri: z.string().max(4096),
  name: z.string().max(512),
  description: z.string().max(4096).nullable(),
});
export type LinkBlock = z.infer<typeof LinkBlock>;

export const AttachmentBlock = z.strictObject({ type: z.literal('attachment'), attachment: Attachment });
export type AttachmentBlock = z.infer<typeof AttachmentBlock>;

/** Content of a message that is not plain text. */
export const ContentBlock = z.discriminatedUnion('type', [
  AttachmentBlock,
  LinkBlock,
  /** Text of a file or page that travels with the message. */
  z.strictObject({ type: z.literal('resource'), uri: z.string().max(4096), text: z.string() }),
]);
export type ContentBlock = z.infer<typeof ContentBlock>;
