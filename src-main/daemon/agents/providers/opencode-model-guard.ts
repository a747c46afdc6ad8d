import { join } from 'node:path';
import { z } from 'zod';
import { homeOf, textOf, xdgFolder } from './setting-files.ts';
import type { SessionFacts } from '../acp/session-facts.ts';

type Environment = SessionFacts['env'];

/** Models with this prefix run on a service of OpenCode's makers. */
const HOSTED = 'opencode/';
/** How OpenCode names the model of a session when it has none. */
const NO_MODEL = 'unknown/unknown';

/**
 * Without a login and a configured model OpenCode silently takes a free hosted one and would send the prompt there. That is
 * refused unless the person chose it: logged in to that service, gave its key, or named such a model in their configuration.
 */
export async function refuseHostedModel({ model, env }: SessionFacts): Promise<string | null> {
  if (model === null || !model.startsWith(HOSTED) || (await choseHosted(env, NAMED_HOSTED_MODEL))) return null;
  return (
    `OpenCode has no model of yours and would send your prompt to the hosted model ${model}. ` +
    'Run "opencode auth login", or set "model" in ~/.config/opencode/opencode.json, and try again.'
  );
}

/** A session that does not say which model it uses may use a hosted one, unless the person's configuration names a model. */
export async function refuseUnnamedModel({ model, env }: SessionFacts): Promise<string | null> {
  if (model !== null && model !== NO_MODEL) return null;
  if ((await configTexts(env)).some((text) => NAMED_MODEL.test(text))) return null;
  return (
    'OpenCode has no model of yours, or does not say which model it would send your prompt to. ' +
    'Run "opencode auth login", or set "model" in ~/.config/opencode/opencode.json, and try again.'
  );
}

/**
 * What takes the hosted models away from OpenCode where nobody chose them: it offers them first, and older versions ask them for the
 * title of a session, with its first prompt, although the person has a model (measured with 1.1.11). A list that allows none is merged
 * with the person's own configuration; `disabled_providers` would take the place of their own list.
 */
export async function withoutHostedModels(env: Environment): Promise<Record<string, string>> {
  if (await choseHosted(env, NAMED_HOSTED_ANYWHERE)) return {};
  const own = parseContent(env['OPENCODE_CONFIG_CONTENT'] || '{}');
  // OpenCode refuses what cannot be read, and says why.
  if (own === null) return {};
  const opencode = { ...own.provider?.opencode, whitelist: [] };
  return { OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...own, provider: { ...own.provider, opencode } }) };
}

/** Whether OpenCode has a model that is the person's: a login, a key, or a configuration that names a model or a provider. */
export async function hasOwnModel(env: Environment): Promise<boolean> {
  if (Object.entries(env).some(([name, value]) => /_(API_KEY|TOKEN)$/.test(name) && value !== '')) return true;
  if ((await logins(env)).length > 0) return true;
  return (await configTexts(env)).some((text) => NAMED_MODEL.test(text) || NAMED_PROVIDER.test(text));
}

/** The files that decide it. */
export function openCodeFiles(env: Environment): string[] {
  return [loginFile(env), ...configFiles(env)];
}

/** By a login, a key, or a setting that matches. */
async function choseHosted(env: Environment, named: RegExp): Promise<boolean> {
  if (env['OPENCODE_API_KEY'] || (await logins(env)).includes('opencode')) return true;
  return (await configTexts(env)).some((text) => named.test(text));
}

const Content = z.looseObject({ provider: z.looseObject({ opencode: z.looseObject({}).optional() }).optional() });

/** Configuration may hold comments, and commas behind the last of a list. */
function parseContent(text: string): z.infer<typeof Content> | null {
  const bare = text.replace(/("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[^]*?\*\//g, '$1');
  try {
    return Content.parse(JSON.parse(bare.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1')));
  } catch {
    return null;
  }
}

const Logins = z.record(z.string(), z.unknown());

/** Ids of the services that the person is logged in to. */
async function logins(env: Environment): Promise<string[]> {
  try {
    return Object.keys(Logins.parse(JSON.parse(await textOf(loginFile(env)))));
  } catch {
    return [];
  }
}

function loginFile(env: Environment): string {
  return join(xdgFolder(env, 'XDG_DATA_HOME'), 'opencode', 'auth.json');
}

function configFiles(env: Environment): string[] {
  const folders = [join(xdgFolder(env, 'XDG_CONFIG_HOME'), 'opencode'), join(homeOf(env), '.opencode')];
  if (env['OPENCODE_CONFIG_DIR']) folders.push(env['OPENCODE_CONFIG_DIR']);
  const names = ['opencode.json', 'opencode.jsonc', 'config.json'];
  const files = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return env['OPENCODE_CONFIG'] ? [...files, env['OPENCODE_CONFIG']] : files;
}

async function configTexts(env: Environment): Promise<string[]> {
  return [...(await Promise.all(configFiles(env).map(textOf))), env['OPENCODE_CONFIG_CONTENT'] ?? ''];
}

/**
 * The files may hold comments, so they are searched and not parsed. A match is not behind the beginning of a comment on its
 * line; the slashes of `https://` begin none.
 */
const uncommented = (pattern: string) => new RegExp(`^(?:[^/\\n]|(?<=:)//|/(?![/*]))*${pattern}`, 'm');
const NAMED_HOSTED_MODEL = uncommented('"model"\\s*:\\s*"opencode/');
/** Also for titles, or for an agent of OpenCode's. */
const NAMED_HOSTED_ANYWHERE = uncommented('"(?:small_)?model"\\s*:\\s*"opencode/');
const NAMED_MODEL = uncommented('"model"\\s*:\\s*"[^"]');
const NAMED_PROVIDER = uncommented('"provider"\\s*:\\s*\\{\\s*"');
