import { closeSync, readFileSync, readdirSync } from 'node:fs';

/**
 * Closes what this process got from the one that started it beside its three pipes, so that it does not keep anything open for hours
 * or hand it on. Everything that Node opens itself is marked to be closed in programs that it starts, so what lacks the
 * mark came with the process. Linux; nothing elsewhere.
 */
export function closeInheritedDescriptors(): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor <= 2) continue;
    try {
      const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? '';
      if ((Number.parseInt(flags, 8) & O_CLOEXEC) === 0) closeSync(descriptor);
    } catch {
      // It was the listing's own.
    }
  }
}

/** fcntl(2); Node does not name it. The same on every architecture that Node runs on. */
const O_CLOEXEC = 0o2000000;
