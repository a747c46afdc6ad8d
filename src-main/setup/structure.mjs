import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';

import { forbiddenPackage, forbiddenPath, isTest, MAX_LINES, TOP_LEVEL, VAGUE_NAMES } from './structure-rules.mjs';

const SOURCE_FOLDERS = ['src-main', 'src-renderer', 'src-shared', 'e2e', 'bench'];
const SOURCE = /\.(ts|tsx|js|jsx|mjs|cjs|css)$/;
const CODE = /\.(ts|tsx|js|jsx|mjs|cjs)$/;
/** Checks how the checkout is laid out: what stands at its top, names, sizes, and which folder imports which.
 * @param {string} root the checkout's folder
 * @returns {string[]} one line per violation */
export function structureViolations(root) {
  const strangers = readdirSync(root)
    .filter((name) => !name.startsWith('.') && !TOP_LEVEL.has(name))
    .map((name) => `${name}: does not belong at the top level`);
  const files = SOURCE_FOLDERS.flatMap((folder) => sourceFiles(root, folder));
  return [...strangers, ...files.flatMap((file) => checkFile(root, file).map((problem) => `${file}: ${problem}`))];
}

/** @param {string} root
 * @param {string} folder
 * @returns {string[]} paths relative to the root, with forward slashes */
function sourceFiles(root, folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const relative = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourceFiles(root, relative);
    return SOURCE.test(entry.name) ? [relative] : [];
  });
}

/** @param {string} root
 * @param {string} file
 * @returns {string[]} */
function checkFile(root, file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const tooLong = lines > MAX_LINES ? [`has ${lines} lines, more than ${MAX_LINES}`] : [];
  return [...tooLong, ...checkName(file), ...(CODE.test(file) ? checkImports(root, file, text) : [])];
}

/** @param {string} file
 * @returns {string[]} */
function checkName(file) {
  const name = path.posix.basename(file);
  const stem = name.split('.')[0] ?? '';
  const component = /^([A-Z][A-Za-z0-9]*)+(\.test)?\.tsx$/.test(name);
  const problems = [];
  if (!component && !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(name)) problems.push('is not named in kebab-case');
  if (VAGUE_NAMES.test(stem)) problems.push('has a name that does not say what it holds');
  if (/\.spec\./.test(name) && !file.startsWith('e2e/')) problems.push('only e2e/ has *.spec files; here it is *.test');
  return problems;
}

/** @param {string} root
 * @param {string} file
 * @param {string} text
 * @returns {string[]} */
function checkImports(root, file, text) {
  const { module, program, errors } = parseSync(file, text);
  if (errors.length > 0) return [`cannot be read: ${errors[0]?.message}`];
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.filter((entry) => entry.moduleRequest !== null),
  );
  const specifiers = [
    ...module.staticImports.map((statement) => statement.moduleRequest.value),
    ...reexports.map((entry) => entry.moduleRequest?.value ?? ''),
    ...calledImports(program),
  ];
  const problems = specifiers.map((specifier) => checkSpecifier(root, file, specifier));
  if (reexports.some((entry) => entry.importName.kind !== 'Name'))
    problems.push('passes on everything of a file (export *)');
  const onlyPassesOn = program.body.every((statement) => 'source' in statement && statement.source);
  if (reexports.length > 0 && onlyPassesOn) problems.push('is a barrel: it only passes on what other files export');
  return [...new Set(problems.filter((problem) => problem !== undefined))];
}

/** What `import('x')` names, at run time and as a type; the parser's list of imports lacks the types.
 * @param {unknown} node of the syntax tree
 * @returns {string[]} */
function calledImports(node) {
  if (node === null || typeof node !== 'object') return [];
  const inside = Object.values(node).flatMap((child) => (typeof child === 'object' ? calledImports(child) : []));
  const type = Reflect.get(node, 'type');
  if (type !== 'ImportExpression' && type !== 'TSImportType') return inside;
  const value = Reflect.get(Reflect.get(node, 'source'), 'value');
  return typeof value === 'string' ? [value, ...inside] : inside;
}

/** @param {string} root
 * @param {string} file
 * @param {string} specifier
 * @returns {string | undefined} */
function checkSpecifier(root, file, specifier) {
  if (!specifier.startsWith('.')) return forbiddenPackage(file, specifier);
  const target = path.posix.join(path.posix.dirname(file), specifier.split('?')[0] ?? '');
  if (target.startsWith('..')) return `imports ${specifier}, outside the checkout`;
  if (!existsSync(path.join(root, target)) || !/\.\w+$/.test(target))
    return `imports ${specifier}, which is not a file`;
  if (isTest(target)) return `imports the test ${target}`;
  return forbiddenPath(file, target);
}
