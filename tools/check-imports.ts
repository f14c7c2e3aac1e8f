/**
 * Keeps the house in order: a folder may import from those below it, never from those above
 * (docs/concepts/architecture.md). Prints each import that points the wrong way and exits 1.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** From the top of the house to its foundation. */
export const LAYERS = [
  'cli',
  'prove',
  'serve/hub',
  'serve/lab',
  'serve/gate',
  'serve/store',
  'act/casework',
  'act/gateway',
  'act/response',
  'share/taxii',
  'share/corroboration',
  'share/ledger',
  'share/sharing',
  'share/indicator',
  'share/sharing/blinding',
  'share/sharing/signing',
  'share/stix',
  'detect/live',
  'detect/scan',
  'detect/verdict',
  'detect/campaign',
  'detect/family',
  'detect/profile',
  'detect/exchange',
  'detect/report',
  'base',
] as const;

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

/** Rank of the folder that holds a path below src/ (0 is the top), or -1 when it has no place. */
export const rankOf = (path: string): number => {
  const holders = LAYERS.filter((layer) => path === layer || path.startsWith(`${layer}/`));
  // Of a folder and one within it the inner one counts.
  const inner = holders.reduce((a, b) => (b.length > a.length ? b : a), '' as string);
  return (LAYERS as readonly string[]).indexOf(inner);
};

/** The relative imports of one file that point upwards or out of the house. */
export const wrongImports = (path: string, text: string): string[] => {
  const rank = rankOf(path);
  if (rank < 0) return [`${path}: no layer is declared for this folder`];
  const wrong: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = relative(resolve('/'), resolve('/', dirname(path), match[1]!));
    // Vectors of specifications are data, and only tests read them.
    if (target.startsWith('interop/') && path.endsWith('.test.ts')) continue;
    const below = rankOf(target);
    const intoProve = target.startsWith('prove/') && !/^(cli|prove)\//.test(path);
    if (below < rank || intoProve) wrong.push(`${path} imports ${target}, which is above it`);
  }
  return wrong;
};

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '../src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.ts'),
  );
  const wrong = files.flatMap((f) => wrongImports(f, readFileSync(join(root, f), 'utf8')));
  for (const line of wrong) console.error(line);
  console.log(`imports: ${files.length} files, ${wrong.length} wrong`);
  process.exit(wrong.length > 0 ? 1 : 0);
}
