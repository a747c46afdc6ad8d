import { z } from 'zod';
import { CodedError } from '../../../src-shared/coded-error.ts';
import { Timestamp } from '../../../src-shared/ids.ts';
import { RELAY_OVERLAP_MS } from '../../../src-shared/limits.ts';
import { type DirectRoute, DirectRoute as DirectRouteSchema, HostPort } from '../../../src-shared/routes.ts';
import { type Watchable, Watched } from '../../../src-shared/watchable.ts';

/** A relay as the daemon dials it and, when that differs, as clients do. `embedded`: the daemon's own, on loopback. */
const RelayTarget = z.strictObject({
  endpoint: HostPort,
  publicEndpoint: HostPort,
  tls: z.boolean(),
  embedded: z.boolean(),
});
export type RelayTarget = z.infer<typeof RelayTarget>;

const RetiredRelay = RelayTarget.extend({ until: Timestamp });

const RouteFile = z.strictObject({
  format: z.literal('paseo-routes'),
  version: z.literal(1),
  /** Version of the routes that devices were last told. */
  routesVersion: z.int().min(1),
  current: RelayTarget.nullable(),
  retired: z.array(RetiredRelay).max(4),
  direct: z.array(DirectRouteSchema),
});
type RouteFile = z.infer<typeof RouteFile>;

export interface Routes {
  readonly version: number;
  readonly current: RelayTarget | null;
  /** Relays of before, still claimed so that phones that were away learn the new one. */
  readonly retired: readonly RelayTarget[];
  readonly direct: readonly DirectRoute[];
}

class RouteBookError extends CodedError<'corrupt'> {}

/** Where the book is kept. `read` gives null when there is none yet. */
export interface RouteStorage {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

/**
 * The versioned routes of this daemon, kept in `$PASEO_HOME/routes.json` so that the version only grows. A relay that is
 * replaced stays claimed for 30 days.
 */
export class RouteBook {
  readonly #file: RouteStorage;
  readonly #now: () => number;
  readonly #routes: Watched<Routes>;
  #state: RouteFile;
  #saving: Promise<void> = Promise.resolve();

  /** Throws {@link RouteBookError} when the file is not ours or damaged. */
  static async open(file: RouteStorage, now: () => number = Date.now): Promise<RouteBook> {
    const text = await file.read();
    return new RouteBook(file, now, text === null ? fresh : parsed(text));
  }

  private constructor(file: RouteStorage, now: () => number, state: RouteFile) {
    this.#file = file;
    this.#now = now;
    this.#state = state;
    this.#routes = new Watched(this.#view());
  }

  get routes(): Watchable<Routes> {
    return this.#routes;
  }

  /** Takes what is true now; a change gets a new version, is announced at once and then saved. */
  update(current: RelayTarget | null, direct: readonly DirectRoute[]): void {
    const before = this.#state;
    const now = this.#now();
    let retired = before.retired.filter(
      (relay) => Date.parse(relay.until) > now && relay.endpoint !== current?.endpoint,
    );
    const old = before.current;
    // Also while the relay is off: it may come back with another endpoint, and a phone that was away must learn that.
    if (old !== null && !old.embedded && old.endpoint !== current?.endpoint) {
      const until = new Date(now + RELAY_OVERLAP_MS).toISOString();
      retired = [{ ...old, until }, ...retired].slice(0, 4);
    }
    const next = { ...before, current, retired, direct: [...direct] };
    if (JSON.stringify(next) === JSON.stringify(before)) return;
    this.#state = { ...next, routesVersion: before.routesVersion + 1 };
    this.#routes.set(this.#view());
    const text = `${JSON.stringify(this.#state, null, 2)}\n`;
    // A write that failed does not keep the next, newer one from being tried.
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#file.write(text));
    this.#saving.catch(() => undefined);
  }

  /** Waits for the newest state to be on disk; rejects when the disk refused it. */
  saved(): Promise<void> {
    return this.#saving;
  }

  #view(): Routes {
    const { routesVersion, current, retired, direct } = this.#state;
    return { version: routesVersion, current, retired: retired.map(({ until: _until, ...relay }) => relay), direct };
  }
}

function parsed(text: string): RouteFile {
  try {
    return RouteFile.parse(JSON.parse(text));
  } catch (cause) {
    // What is wrong with it is not said: messages of parsers quote what they read.
    throw new RouteBookError(
      'corrupt',
      'routes.json in PASEO_HOME is damaged, or a newer Paseo wrote it. Restore it from a backup; or move it away, and ' +
        'devices that find this daemon only through an earlier relay must be paired again.',
      { cause },
    );
  }
}

const fresh: RouteFile = {
  format: 'paseo-routes',
  version: 1,
  routesVersion: 1,
  current: null,
  retired: [],
  direct: [],
};
