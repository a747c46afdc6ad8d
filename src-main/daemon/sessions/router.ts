import { createHash } from 'node:crypto';
import type { SessionRole } from '../../../src-shared/devices.ts';
import type { CommandId } from '../../../src-shared/wire/messages.ts';
import { type CommandMethod, type Method, type Params, requests } from '../../../src-shared/wire/requests.ts';
import type { Logger } from '../../platform/logger.ts';
import type { CommandLedger } from './command-ledger.ts';
import type { Caller, Handlers } from './handlers.ts';
import { type Outcome, outcomeOf, refusal } from './request-outcome.ts';

/** The one way from a request to its handler: known method, right kind, role, params; commands also pass the ledger. */
export class Router {
  readonly #handlers: Handlers;
  readonly #ledger: CommandLedger;
  readonly #logger: Logger;

  constructor(handlers: Handlers, ledger: CommandLedger, logger: Logger) {
    this.#handlers = handlers;
    this.#ledger = ledger;
    this.#logger = logger;
  }

  async query(method: string, params: unknown, caller: Caller): Promise<Outcome> {
    const request = check('query', method, params, caller);
    return request.ok ? this.#handle(request, caller) : request;
  }

  /** Runs a command at most once, however often it is sent. */
  async command(id: CommandId, method: string, params: unknown, caller: Caller): Promise<Outcome> {
    const request = check('command', method, params, caller);
    if (!request.ok) return request;
    const entry = {
      client: caller.deviceId ?? 'owner',
      instance: id.instance,
      n: id.n,
      digest: digestOf(request),
      keepResult: !NOT_ON_DISK.has(request.method),
    };
    return this.#ledger.run(entry, () => this.#handle(request, caller));
  }

  #handle<M extends Method>({ method, params }: Checked<M>, caller: Caller): Promise<Outcome> {
    const handler = this.#handlers[method] as (params: unknown, caller: Caller) => unknown;
    return outcomeOf(() => handler(params, caller), method, this.#logger);
  }
}

interface Checked<M extends Method> {
  readonly ok: true;
  readonly method: M;
  /** Parsed with the schema of `method`. */
  readonly params: unknown;
}

/** An offer's link holds its secret, which never goes to disk. */
const NOT_ON_DISK: ReadonlySet<Method> = new Set<CommandMethod>(['pairing.offer']);

const RANK = { view: 0, approve: 1, full: 2, owner: 3 } as const satisfies Record<SessionRole, number>;

function check(
  kind: 'query' | 'command',
  method: string,
  params: unknown,
  { role, deviceId }: Caller,
): Checked<Method> | (Outcome & { ok: false }) {
  if (!isMethod(method) || requests[method].kind !== kind)
    return refusal('unknown_method', 'The daemon does not know this request. Update Paseo on the computer.');
  const request = requests[method];
  if (RANK[role] < RANK[request.role])
    return refusal(
      'forbidden',
      `This device may not do that (its role is "${role}"). Pair it again with another role.`,
    );
  const parsed = request.params.safeParse(params);
  if (!parsed.success) return refusal('bad_request', `The daemon does not understand this ${method} request.`);
  // Also a rule that depends on the params is checked before the command is recorded: what is forbidden costs nothing.
  if (
    method === 'device.revoke' &&
    RANK[role] < RANK.full &&
    (parsed.data as Params<typeof method>).deviceId !== deviceId
  )
    return refusal('forbidden', 'This device may only remove itself.');
  return { ok: true, method, params: parsed.data };
}

function isMethod(name: string): name is Method {
  return Object.hasOwn(requests, name);
}

/** Tells a command that is sent again from another one under the same id. */
function digestOf({ method, params }: Checked<Method>): string {
  return createHash('sha256')
    .update(JSON.stringify([method, params]))
    .digest('hex')
    .slice(0, 32);
}
