import { z } from 'zod';
import { ListenAddress } from '../../../src-shared/config/schema.ts';
import { ConfigError } from './config-error.ts';
import type { NamedLayer } from './config-layer.ts';

/** Settings of the command line. */
export interface ConfigFlags {
  readonly listen?: readonly string[] | undefined;
  readonly relayEnabled?: boolean | undefined;
}

/** Throws {@link ConfigError} `invalid_value`, which names the flag. */
export function flagLayer({ listen, relayEnabled }: ConfigFlags): NamedLayer {
  if (listen !== undefined && !z.array(ListenAddress).min(1).max(8).safeParse(listen).success) {
    throw new ConfigError(
      'invalid_value',
      '--listen',
      '--listen takes an address such as 127.0.0.1:6767 or [::1]:6767, or an absolute path of a Unix socket.',
    );
  }
  return { values: { listen, relayEnabled }, names: { listen: '--listen', relayEnabled: '--relay' } };
}
