import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionFacts } from './session-facts.ts';

/** Models with this prefix run on a service of OpenCode's makers. */
const HOSTED = 'opencode/';

/**
 * Without a login and a configured model OpenCode silently takes a free hosted one and would send the prompt there. That is
 * refused unless the person chose it: logged in to that service, gave its key, or named such a model in their configuration.
 */
export async function refuseHostedModel({ model, env }: SessionFacts): Promise<string | null> {
  if (model === null || !model.startsWith(HOSTED)) return null;
  if (env['OPENCODE_API_KEY'] || (await loggedIn(env)) || (await configured(env))) return null;
  return (
    `OpenCode has no model of yours and would send your prompt to the hosted model ${model}. ` +
    'Run "opencode auth login", or set "model" in ~/.config/opencode/opencode.json, and try again.'
  );
}

async function loggedIn(env: SessionFacts['env']): Promise<boolean> {
  const path = join(env['XDG_DATA_HOME'] ?? join(env['HOME'] ?? '/', '.local/share'), 'opencode', 'auth.json');
  try {
    const value = JSON.parse(await readText(path)) as unknown;
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'opencode');
  } catch {
    return false;
  }
}

/** The files may hold comments, so they are searched and not parsed. */
async function configured(env: SessionFacts['env']): Promise<boolean> {
  const folder = join(env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? '/', '.config'), 'opencode');
  const paths = ['opencode.json', 'opencode.jsonc', 'config.json'].map((name) => join(folder, name));
  if (env['OPENCODE_CONFIG']) paths.push(env['OPENCODE_CONFIG']);
  const texts = [...(await Promise.all(paths.map(readText))), env['OPENCODE_CONFIG_CONTENT'] ?? ''];
  return texts.some((text) => NAMED_MODEL.test(text));
}

/** Not behind the beginning of a comment on its line; the slashes of `https://` begin none. */
const NAMED_MODEL = /^(?:[^/\n]|(?<=:)\/\/|\/(?![/*]))*"model"\s*:\s*"opencode\//m;

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
