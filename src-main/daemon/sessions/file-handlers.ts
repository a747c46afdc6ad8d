import type { FileService } from '../agents/agent-files.ts';
import type { Handlers } from './handlers.ts';

type FileMethods = 'attachment.upload' | 'attachment.read' | 'files.complete';

export function fileHandlers(files: FileService): Handlers<FileMethods> {
  return {
    'attachment.upload': (part, { deviceId }) => files.upload(part, deviceId ?? 'owner'),
    'attachment.read': async ({ agentId, attachmentId, offset }) => {
      const bytes = await files.read(agentId, attachmentId, offset);
      return { data: bytes.toString('base64') };
    },
    'files.complete': async ({ cwd, query }) => ({ files: await files.complete(cwd, query) }),
  };
}
