import type { EntryBody, TimelineEntry } from '../../src-shared/wire/timeline.ts';

export type PermissionBody = Extract<EntryBody, { kind: 'permission' }>;

/** Permission requests without an answer, oldest first. */
export function openPermissions(entries: readonly TimelineEntry[]): PermissionBody[] {
  const open = new Map<string, PermissionBody>();
  for (const { body } of entries) {
    if (body.kind === 'permission') open.set(body.requestId, body);
    else if (body.kind === 'permission-answer') open.delete(body.requestId);
  }
  return [...open.values()];
}
