import { describe, expect, test } from 'vitest';
import { type DesktopFacts, desktopNotices } from './desktop-notices.ts';

const good: DesktopFacts = {
  platform: 'linux',
  env: { DISPLAY: ':0' },
  trayHost: true,
  uid: 1000,
  electronVersion: '45.4.1',
  setting: () => null,
  sandboxHelper: false,
};

function codes(change: Partial<DesktopFacts>): string[] {
  return desktopNotices({ ...good, ...change }).map(({ code }) => code);
}

describe('desktopNotices', () => {
  test('has nothing to say about a desktop that has everything', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ env: { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' } })).toEqual([]);
  });

  test('says when no tray is there, on GNOME with the name of the extension', () => {
    const [notice] = desktopNotices({
      ...good,
      trayHost: false,
      env: { DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' },
    });
    expect(notice).toMatchObject({ code: 'no-tray', fix: expect.stringContaining('AppIndicator') });
  });

  test.each([
    ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
    ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
    ['/proc/sys/user/max_user_namespaces', '0'],
  ])('says when %s is %s, unless the set-uid helper is in place', (path, value) => {
    const setting = (asked: string) => (asked === path ? value : null);
    expect(codes({ setting })).toEqual(['user-namespaces']);
    expect(codes({ setting, sandboxHelper: true })).toEqual([]);
  });

  test('says when there is Wayland only', () => {
    expect(codes({ env: { WAYLAND_DISPLAY: 'wayland-0' } })).toEqual(['wayland-only']);
  });

  test('says when it runs as root, and when Electron is old', () => {
    expect(codes({ uid: 0 })).toEqual(['root']);
    expect(codes({ electronVersion: '33.2.1' })).toEqual(['old-runtime']);
  });

  test('speaks of none of Linux’s troubles elsewhere', () => {
    expect(codes({ platform: 'darwin', trayHost: false, env: {} })).toEqual([]);
  });
});
