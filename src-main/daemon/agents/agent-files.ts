import type { FileMatch } from '../../../src-shared/wire/agent.ts';
import type { Params, Result } from '../../../src-shared/wire/requests.ts';
import { AgentError } from './agent-error.ts';
import type { AgentAttachments } from './prompts/attachment-store.ts';
import type { FileCompletion } from './prompts/file-completion.ts';
import type { UploadStore } from './prompts/upload-store.ts';

/** What sessions may ask of files. Failures are {@link AgentError}s with the code that the client gets. */
export interface FileService {
  /** The next part of a file for a prompt. `owner`: the device, or `owner`. */
  upload(part: Params<'attachment.upload'>, owner: string): Promise<Result<'attachment.upload'>>;
  /** Bytes of a file of this agent from `offset` on, as many as one answer takes. */
  read(agentId: string, attachmentId: string, offset: number): Promise<Buffer>;
  /** Files below the folder `cwd` that match what was typed, best first. */
  complete(cwd: string, query: string): Promise<FileMatch[]>;
}

interface AgentFilesOptions {
  readonly uploads: UploadStore;
  readonly completion: FileCompletion;
  /** undefined for an unknown agent and for one that cannot be read. */
  readonly attachments: (agentId: string) => AgentAttachments | undefined;
}

/** The {@link FileService} of a daemon. Whoever made its parts stops them. */
export class AgentFiles implements FileService {
  readonly #options: AgentFilesOptions;

  constructor(options: AgentFilesOptions) {
    this.#options = options;
  }

  upload(part: Params<'attachment.upload'>, owner: string): Promise<Result<'attachment.upload'>> {
    return this.#options.uploads.put(owner, part);
  }

  async read(agentId: string, attachmentId: string, offset: number): Promise<Buffer> {
    const attachments = this.#options.attachments(agentId);
    if (attachments === undefined)
      throw new AgentError('not_found', 'There is no such agent. It may have been removed.');
    return attachments.read(attachmentId, offset);
  }

  complete(cwd: string, query: string): Promise<FileMatch[]> {
    return this.#options.completion.complete(cwd, query);
  }
}
