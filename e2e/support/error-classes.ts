import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Every error class of the product with its codes, read from the source: types are gone at run time. A type of another file stays
 * as its name; a class without a list of codes has those that it, or a
 * class made of it, is made with somewhere.
 */
export async function errorClasses(root: string): Promise<Map<string, Set<string>>> {
  const sources = await Promise.all((await sourceFiles(root)).map((file) => readFile(file, 'utf8')));
  const texts = sources.map((text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, ''));
  const classes = new Map<string, Set<string>>();
  for (const text of texts) {
    for (const match of text.matchAll(/class (\w+) extends CodedError(?:<([^{]*?)>)?\s*\{/g)) {
      const [, name = '', codes] = match;
      classes.set(name, new Set(codes === undefined ? codesInUse(texts, name) : namesIn(text, codes)));
    }
  }
  return classes;
}

async function sourceFiles(root: string): Promise<string[]> {
  const folders = ['src-shared', 'src-main', 'src-renderer'];
  const found = await Promise.all(folders.map((folder) => readdir(join(root, folder), { recursive: true })));
  return folders.flatMap((folder, index) =>
    found[index]!.filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name)).map((name) =>
      join(root, folder, name),
    ),
  );
}

function codesInUse(texts: readonly string[], name: string): string[] {
  const made = new RegExp(`(?:new ${name}\\(|extends ${name} \\{[^}]*super\\()\\s*'([\\w-]+)'`, 'g');
  return texts.flatMap((text) => [...text.matchAll(made)].map((match) => match[1]!));
}

/** Codes of a union of literals, with the types of the same file put in. */
function namesIn(text: string, union: string): string[] {
  const plain = union.replaceAll("['code']", '').replace(/(?<!['\w])[A-Z]\w+/g, (type) => {
    const declared = new RegExp(`type ${type} =([^;]*);`).exec(text)?.[1];
    return declared === undefined ? type : namesIn(text, declared).join(' ');
  });
  return [...plain.matchAll(/[\w-]+/g)].map(([name]) => name);
}
