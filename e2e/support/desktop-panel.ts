import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { hasTrayHost } from '../../src-main/desktop/tray-host.ts';

const run = promisify(execFile);

interface Box {
  readonly x: number;
  readonly y: number;
}

/** A window manager and, if wanted, a panel with a tray, on the display of the test. */
export class Desktop {
  readonly #programs: ChildProcess[] = [];

  static async start({ tray }: { tray: boolean }): Promise<Desktop> {
    const desktop = new Desktop();
    desktop.#spawn('openbox');
    if (tray) {
      desktop.#spawn('tint2');
      await expect.poll(() => hasTrayHost(process.env)).toBe(true);
    }
    return desktop;
  }

  async stop(): Promise<void> {
    for (const program of this.#programs.splice(0).toReversed()) {
      if (program.exitCode !== null || program.signalCode !== null) continue;
      const ended = new Promise((resolve) => program.once('exit', resolve));
      program.kill('SIGTERM');
      await ended;
    }
  }

  /** Where the app's icon is: the panel holds a window of the app of the size of an icon. */
  async icon(): Promise<Box | null> {
    const tree = await windowTree();
    const match = /"electron": \("electron" "Electron"\)\s+22x22\S*\s+\+(\d+)\+(\d+)/.exec(tree);
    return match ? { x: Number(match[1]), y: Number(match[2]) } : null;
  }

  async clickIcon(button: 'left' | 'right'): Promise<void> {
    await expect.poll(() => this.icon()).not.toBeNull();
    const icon = await this.icon();
    await run('xdotool', ['mousemove', String(icon!.x + 11), String(icon!.y + 11)]);
    await run('xdotool', ['click', button === 'left' ? '1' : '3']);
  }

  /** Opens the icon's menu and chooses the `nth` item that can be chosen, from 1. */
  async choose(nth: number): Promise<void> {
    await this.openMenu();
    await this.chooseInOpenMenu(nth);
  }

  async chooseInOpenMenu(nth: number): Promise<void> {
    await run('xdotool', ['key', '--delay', '50', ...Array<string>(nth).fill('Down'), 'Return']);
    await expect.poll(() => this.#menuIsOpen()).toBe(false);
  }

  /** In the open menu: opens the submenu of the `nth` item that can be chosen, with its first item chosen. */
  async openSubmenu(nth: number): Promise<void> {
    await run('xdotool', ['key', '--delay', '50', ...Array<string>(nth).fill('Down'), 'Right']);
  }

  async chooseInOpenSubmenu(nth: number): Promise<void> {
    await this.chooseInOpenMenu(nth - 1);
  }

  async openMenu(): Promise<void> {
    await this.clickIcon('right');
    await expect.poll(() => this.#menuIsOpen()).toBe(true);
  }

  /** Saves the whole screen as `screenshots/<name>.png`. */
  async screenshot(name: string): Promise<void> {
    const folder = fileURLToPath(new URL('../../screenshots/', import.meta.url));
    await mkdir(folder, { recursive: true });
    await run('import', ['-window', 'root', `${folder}${name}.png`]);
  }

  /** A menu is a window of the app that no window manager has put a frame around. */
  async #menuIsOpen(): Promise<boolean> {
    const tree = await windowTree();
    for (const [, id = ''] of tree.matchAll(/^ {5}(0x[0-9a-f]+) "electron": \("electron" "Electron"\)/gm)) {
      // A window may be gone by now.
      const state = await run('xwininfo', ['-id', id]).catch(() => ({ stdout: '' }));
      const type = await run('xprop', ['-id', id, '_NET_WM_WINDOW_TYPE']).catch(() => ({ stdout: '' }));
      if (state.stdout.includes('IsViewable') && type.stdout.includes('_MENU')) return true;
    }
    return false;
  }

  #spawn(program: string): void {
    this.#programs.push(spawn(program, [], { stdio: 'ignore' }));
  }
}

/** Every window on the screen, one a line. */
async function windowTree(attempts = 20): Promise<string> {
  try {
    return (await run('xwininfo', ['-root', '-tree'])).stdout;
  } catch (error) {
    // It gives up when a window goes away while it looks.
    if (attempts === 1) throw error;
    return windowTree(attempts - 1);
  }
}
