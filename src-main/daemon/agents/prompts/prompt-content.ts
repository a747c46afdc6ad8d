import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContentBlock } from '@agentclientprotocol/sdk';
import type { Attachment } from '../../../../src-shared/wire/content.ts';
import { MAX_EMBEDDED_BYTES, MAX_INLINE_BYTES, MAX_INLINE_FILE_BYTES } from '../../limits.ts';
import { AgentError } from '../agent-error.ts';
import type { AgentAttachments } from './attachment-store.ts';
import type { SessionCapabilities } from '../acp/session-state.ts';

/** A prompt as it is kept: its files are stored. */
interface StoredPrompt {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Relative to the working folder. */
  readonly mentions: readonly string[];
}

interface PromptPlace {
  readonly cwd: string;
  readonly capabilities: Pick<SessionCapabilities, 'image' | 'audio' | 'embeddedContext'>;
  readonly attachments: AgentAttachments;
}

/**
 * The prompt as ACP has it: the text, then each file in the best form that the agent takes. What went away since the prompt was
 * written is left out; the text still names it. Source: ACP v1, content blocks.
 */
export async function promptBlocks(prompt: StoredPrompt, place: PromptPlace): Promise<ContentBlock[]> {
  const blocks: ContentBlock[] = prompt.text === '' ? [] : [{ type: 'text', text: prompt.text }];
  let room = MAX_INLINE_BYTES;
  for (const attachment of prompt.attachments) {
    const inline = attachment.size <= Math.min(room, MAX_INLINE_FILE_BYTES);
    const block = await attachmentBlock(attachment, inline, place).catch(() => null);
    if (block === null) continue;
    if (block.type !== 'resource_link') room -= attachment.size;
    blocks.push(block);
  }
  for (const mention of prompt.mentions) {
    const path = await mentionedPath(place.cwd, mention);
    if (path !== null) blocks.push({ type: 'resource_link', name: mention, uri: pathToFileURL(path).href });
  }
  return blocks;
}

/** Throws {@link AgentError} `bad_request` for a mention that is no file or folder inside the working folder. */
export async function checkMentions(cwd: string, mentions: readonly string[]): Promise<void> {
  for (const mention of mentions) {
    if ((await mentionedPath(cwd, mention)) === null) {
      throw new AgentError(
        'bad_request',
        `${mention.slice(0, 512)} is no file of the working folder. Mention another one.`,
      );
    }
  }
}

/** The real path of a mention; null when it is not there, is neither file nor folder, or leads outside. */
async function mentionedPath(cwd: string, mention: string): Promise<string | null> {
  if (mention.includes('\0') || isAbsolute(mention)) return null;
  try {
    const root = await realpath(cwd);
    const path = await realpath(join(root, mention));
    if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
    const stats = await stat(path);
    return stats.isFile() || stats.isDirectory() ? path : null;
  } catch {
    return null;
  }
}

/** `inline`: its bytes may travel in the prompt. Throws {@link AgentError} `not_found`. */
async function attachmentBlock(
  { id, name, mimeType, size }: Attachment,
  inline: boolean,
  { capabilities, attachments }: PromptPlace,
): Promise<ContentBlock> {
  const uri = pathToFileURL(await attachments.path(id)).href;
  const link: ContentBlock = { type: 'resource_link', name, uri, mimeType, size };
  const kind = mimeType.split('/', 1)[0];
  if (!inline) return link;
  if (kind === 'image' && capabilities.image) {
    return { type: 'image', data: (await attachments.bytes(id)).toString('base64'), mimeType, uri };
  }
  if (kind === 'audio' && capabilities.audio) {
    return { type: 'audio', data: (await attachments.bytes(id)).toString('base64'), mimeType };
  }
  if (!capabilities.embeddedContext || size > MAX_EMBEDDED_BYTES) return link;
  const text = textOf(await attachments.bytes(id));
  return text === null ? link : { type: 'resource', resource: { uri, text, mimeType } };
}

/** The text of a file; null when it is none. */
function textOf(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
