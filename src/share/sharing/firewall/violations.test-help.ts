/** Everything that must never leave, and every place of an object where it could be put. */
import { canonicalJson } from '../../../base/canonical-json.ts';

export const TEXTS: Readonly<Record<string, string>> = {
  'prompt text':
    'Solve the knapsack problem for these warehouse pallets and show each intermediate tableau',
  'prompt in Chinese': '请用勾股定理证明这个几何题，并写出仓库托盘的装箱方案',
  'prompt in Russian': 'Докажи теорему Пифагора и реши задачу про складские поддоны',
  'name of a person': 'Margarethe Oyelaran-Whitcombe',
  'name of a company': 'Northwind Pallet Logistics GmbH',
  'e-mail address': 'margarethe.o@northwind-pallets.example',
  'e-mail address, written out': 'margarethe (at) northwind-pallets (dot) example',
  'telephone number': '+49 30 901820 44',
  'raw account id': 'acct_8812-4471-ZK',
  'raw organization id': 'org-northwind-7781',
  'uuid of an account': '7f9c24e5-2b1a-4d6e-9c3f-5a8b7c6d5e4f',
  price: '$0.0031 per 1K tokens, committed 40M USD',
  revenue: 'Q3 revenue 182.4 million EUR',
  'card number': '4111 1111 1111 1111',
  'bank account': 'DE89 3704 0044 0532 0130 00',
  'API key': 'sk-proj-Zk19bQw7LmN0pXyT44Ce',
  'JSON web token': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYXJnYXJldGhlIn0.c2lnbmF0dXJl',
  'private key': '-----BEGIN PRIVATE KEY-----',
  'base64 blob': 'TWFyZ2FyZXRoZSB3cm90ZSB0aGlzIHByb21wdCBhYm91dCBwYWxsZXRzIGluIGEgd2FyZWhvdXNl',
  'plain hash': 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
  'labelled hash': 'sha1:a9993e364706816aba3e25717850c26c9cd0d89d',
  weights: '0.0123,-0.98,1.4401,0.5512,-0.2210,0.7751,0.1190,-1.0021,0.3343',
  'web address': 'https://northwind-pallets.example/customers/8812',
  'single address': '198.18.7.44',
  'narrow block': '45.83.64.128/25',
  'model name': 'orchid-4-preview-0611',
  'commercial plan': 'launch of orchid 5 is planned for Berlin in March',
  markup: '<script>alert(1)</script>',
  'very long text': 'pallet '.repeat(3000),
  nothing: '',
};

export const WEIGHTS = Array.from({ length: 256 }, (_, i) => Math.sin(i));

/** Objects that do not belong, wherever they stand. */
export const OBJECTS: Readonly<Record<string, unknown>> = {
  'nested extension': {
    extensions: { 'extension-definition--x': { prompt: TEXTS['prompt text'] } },
  },
  'a list of weights': WEIGHTS,
  'a matrix': [WEIGHTS.slice(0, 16), WEIGHTS.slice(16, 32)],
  'an own __proto__': JSON.parse('{"__proto__": {"allowed": true}}'),
  'a deep value': JSON.parse(`${'['.repeat(60)}1${']'.repeat(60)}`),
};

type Path = readonly (string | number)[];
type Json = Readonly<Record<string, unknown>>;

export interface Spot {
  readonly path: Path;
  readonly value: unknown;
}

/** Every place of a value, itself first. */
export const spotsOf = (value: unknown, path: Path = []): readonly Spot[] => [
  { path, value },
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inside]) =>
        spotsOf(inside, [...path, Array.isArray(value) ? Number(name) : name]),
      )
    : []),
];

/** A copy with another value at a place. `defineProperty`, so that `__proto__` is a name like others. */
export const withAt = (value: unknown, path: Path, changed: unknown): unknown => {
  if (path.length === 0) return changed;
  const [step, ...rest] = path as [string | number, ...Path];
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) };
  Object.defineProperty(copy, step, {
    value: withAt((value as Json)[step], rest, changed),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
};

const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'о',
  c: 'с',
  p: 'р',
  i: 'і',
};

/** The same text to the eye. */
export const lookalike = (text: string): string =>
  text.replace(/[aeocpi]/, (letter) => LOOKALIKES[letter]!);

/** What can be done to one place; each is a violation by itself. */
export const violationsAt = ({
  path,
  value,
}: Spot): readonly (readonly [string, Path, unknown])[] => {
  const out: [string, Path, unknown][] = [];
  if (typeof value === 'string') {
    for (const [name, text] of Object.entries(TEXTS)) {
      out.push([name, path, text]);
      if (name === 'e-mail address' || name === 'prompt text')
        out.push(
          [`${name}, appended`, path, `${value} ${text}`],
          [`${name}, before`, path, `${text} ${value}`],
        );
    }
    if (lookalike(value) !== value) out.push(['homoglyph', path, lookalike(value)]);
    out.push(['zero-width character', path, `${value.slice(0, 3)}\u200b${value.slice(3)}`]);
    out.push(['half a character', path, `${value}\ud800`]);
    out.push(['bidirectional control', path, `\u202e${value}`]);
    for (const [name, object] of Object.entries(OBJECTS)) out.push([name, path, object]);
  }
  if (typeof value === 'number') {
    out.push(['a number as text', path, String(value)], ['weights', path, WEIGHTS]);
    out.push(['a fine number', path, value + 0.123456789], ['a huge number', path, 1e300]);
    out.push(['a negative number', path, -987654321], ['prompt text', path, TEXTS['prompt text']]);
  }
  if (Array.isArray(value)) {
    for (const text of ['prompt text', 'e-mail address', 'raw account id'])
      out.push([`${text}, added to a list`, [...path, value.length], TEXTS[text]]);
    out.push(
      ['weights', path, WEIGHTS],
      ['a number, added to a list', [...path, value.length], 0.5],
    );
    out.push(['a doubled list', path, [...value, ...value]]);
  } else if (typeof value === 'object' && value !== null) {
    for (const name of ['description', 'x_note', 'labels', 'lang', 'granular_markings', 'prompts'])
      if (!Object.hasOwn(value, name))
        out.push([`property ${name}`, [...path, name], TEXTS['prompt text']]);
    for (const [name, object] of Object.entries(OBJECTS))
      out.push([name, [...path, 'more'], object]);
    out.push(['content as a name', [...path, TEXTS['e-mail address']!], 1]);
    out.push(['__proto__', [...path, '__proto__'], { allowed: true }]);
    if (path.length > 0) out.push(['nested extensions', [...path, 'extensions'], {}]);
  }
  return out;
};

/** The same inside a pattern that is JSON: changed, and written canonically again. */
export const patternViolations = (object: Json): readonly (readonly [string, unknown])[] => {
  const pattern: unknown = JSON.parse(String(object.pattern));
  const written = (value: unknown): string => {
    try {
      return canonicalJson(value);
    } catch {
      return JSON.stringify(value);
    }
  };
  return spotsOf(pattern)
    .flatMap(violationsAt)
    .map(([name, path, value]) => [
      `${name} in $.pattern.${path.join('.')}`,
      { ...object, pattern: written(withAt(pattern, path, value)) },
    ]);
};
