import type { Config } from '../../../src-shared/config/schema.ts';
import type { Offer } from '../../../src-shared/offer.ts';
import type { DeviceRoutes, DirectRoute } from '../../../src-shared/routes.ts';
import { HostPort } from '../../../src-shared/routes.ts';
import { MAX_ROUTES } from '../../../src-shared/limits.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { ListenerState } from '../../../src-shared/wire/status.ts';
import { directAddresses, type LinkBase, pairingLinkBase } from './pairing-link.ts';
import type { RouteBook, Routes } from './route-book.ts';

export interface CurrentRoutesOptions {
  book: RouteBook;
  config: Watchable<Config>;
  listeners: Watchable<readonly ListenerState[]>;
  /** Session ids at every relay: one for offers, one for paired devices. */
  sessions: { pairing: string; device: string };
  /** Addresses of this machine that stand for a wildcard listener. */
  localAddresses(): string[];
}

/** What offers and devices are told of the ways to this daemon. */
export class CurrentRoutes {
  readonly #options: CurrentRoutesOptions;

  constructor(options: CurrentRoutesOptions) {
    this.#options = options;
  }

  get routes(): Watchable<Routes> {
    return this.#options.book.routes;
  }

  /** Takes the relay that is in force now and the addresses that listen now. */
  refresh(current: Routes['current']): void {
    this.#options.book.update(current, this.#direct());
  }

  forOffer(): Pick<Offer, 'relays' | 'direct'> {
    const { current, direct } = this.routes.get();
    const sessionId = this.#options.sessions.pairing;
    const relays = current === null ? [] : [{ endpoint: current.publicEndpoint, tls: current.tls, sessionId }];
    return { relays, direct: [...direct] };
  }

  /** The routes of the device that holds this join token. */
  forDevice(token: string, routes: Routes = this.routes.get()): DeviceRoutes {
    const sessionId = this.#options.sessions.device;
    const relays = [routes.current, ...routes.retired].filter((relay) => relay !== null);
    return {
      version: routes.version,
      relays: relays.map(({ publicEndpoint, tls }) => ({ endpoint: publicEndpoint, tls, sessionId, token })),
      direct: [...routes.direct],
    };
  }

  linkBase(): LinkBase {
    const { config, listeners, localAddresses } = this.#options;
    return pairingLinkBase({
      baseUrl: config.get().baseUrl,
      listeners: listeners.get(),
      relayEndpoint: this.routes.get().current?.publicEndpoint ?? null,
      localAddresses: localAddresses(),
    });
  }

  #direct(): DirectRoute[] {
    const { listeners, localAddresses } = this.#options;
    return directAddresses({ listeners: listeners.get(), localAddresses: localAddresses() })
      .map((address) => address.toLowerCase())
      .filter((address) => HostPort.safeParse(address).success)
      .slice(0, MAX_ROUTES)
      .map((address) => ({ address, tls: false }));
  }
}
