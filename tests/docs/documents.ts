import { readdirSync, readFileSync } from 'node:fs';

/** Root of the repository. */
export const ROOT = new URL('../../', import.meta.url);

export interface Document {
  /** Path from the root. */
  readonly path: string;
  readonly text: string;
}

export const readText = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** Every page of the documentation. */
export const documents = (): Document[] =>
  [
    ...readdirSync(ROOT, { encoding: 'utf8' }),
    ...readdirSync(new URL('docs', ROOT), { recursive: true, encoding: 'utf8' }).map(
      (path) => `docs/${path}`,
    ),
  ]
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => ({ path, text: readText(path) }));

/** Every TypeScript file below a folder. */
export const sources = (folder: string): Document[] =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ path: `${folder}/${path}`, text: readText(`${folder}/${path}`) }));
