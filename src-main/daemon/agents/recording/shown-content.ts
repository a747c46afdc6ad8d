import type { Attachment, ContentBlock } from '../../../../src-shared/wire/content.ts';
import type { Content } from '../acp/acp-schema.ts';
import { cut } from '../acp/session-options.ts';

/** Keeps bytes that an agent showed; null when there is no room for them. */
export type KeepFile = (file: { base64: string; name: string; mimeType: string }) => Attachment | null;

/** For content that is not kept, such as that of a permission request whose tool call has it already. */
export const keepNothing: KeepFile = () => null;

/** A content block that is not plain text, as clients get it; null for a type that we do not know. */
export function shownBlock(content: Content, keep: KeepFile): ContentBlock | null {
  switch (content.type) {
    case 'image':
    case 'audio':
      if (content.data == null || content.data === '') return content.uri == null ? null : link(content, content.uri);
      return file(content, content.data, content.mimeType, content.uri ?? null, keep);
    case 'resource_link':
      return content.uri == null ? null : link(content, content.uri);
    case 'resource': {
      const { resource } = content;
      if (resource == null) return null;
      if (resource.text != null) return { type: 'resource', uri: resource.uri.slice(0, 4096), text: resource.text };
      return resource.blob == null ? null : file(content, resource.blob, resource.mimeType, resource.uri, keep);
    }
    default:
      return null;
  }
}

/** A line that stands for content that cannot be shown otherwise. */
export function standIn(content: Content): string {
  return `[${cut(content.uri ?? content.mimeType ?? content.type, 512)}]`;
}

function file(
  content: Content,
  base64: string,
  mimeType: string | null | undefined,
  uri: string | null,
  keep: KeepFile,
): ContentBlock {
  const type = mimeType ?? 'application/octet-stream';
  const name = content.name ?? content.title ?? lastSegment(uri) ?? content.type;
  const attachment = keep({ base64, name, mimeType: type });
  if (attachment !== null) return { type: 'attachment', attachment };
  const size = Math.floor((base64.length * 3) / 4);
  return { type: 'resource', uri: (uri ?? '').slice(0, 4096), text: `[${cut(type, 128)}, ${size} bytes: not kept]` };
}

function link({ name, title, description }: Content, uri: string): ContentBlock {
  const shown = cut(title ?? name ?? lastSegment(uri) ?? uri, 512);
  // An address this long is data, not a place.
  if (uri.length > 4096) return { type: 'resource', uri: '', text: `[${cut(uri, 256)}]` };
  return { type: 'link', uri, name: shown, description: cut(description, 4096) };
}

function lastSegment(uri: string | null): string | null {
  const last = uri?.split(/[?#]/, 1)[0]?.split('/').at(-1);
  return last == null || last === '' ? null : last;
}
