import { fileURLToPath } from 'node:url';
import { type RuntimePaths, runtimePaths } from '../../src-main/platform/runtime-paths.ts';

/** The built programs that a daemon starts, run by the Node of the tests. */
export const builtRuntime: RuntimePaths = runtimePaths({
  dist: fileURLToPath(new URL('../../dist', import.meta.url)),
  resources: null,
  env: process.env,
  node: process.execPath,
});
