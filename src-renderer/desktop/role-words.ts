import type { Role } from '../../src-shared/devices.ts';

/** What the roles of devices are called and what they mean. */
export const ROLES: readonly { readonly role: Role; readonly name: string; readonly may: string }[] = [
  { role: 'full', name: 'Full', may: 'Start and steer agents' },
  { role: 'approve', name: 'Approve', may: 'Look and answer requests' },
  { role: 'view', name: 'View', may: 'Only look' },
];

export function roleName(role: Role): string {
  return ROLES.find((entry) => entry.role === role)?.name ?? role;
}
