import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isIdentifier, isTypeName, splitIdentifier, typeOfIdentifier } from './identifier.ts';
import { parseObject } from './parse.ts';
import { deterministicId, observableId, type Unidentified, uuidV5 } from './sco-id.ts';

const ID: readonly (readonly [string, Unidentified])[] = [
  // Examples of the specification, recomputed: 6.8, 6.4, 6.5, 6.10, 6.2, 6.3, 6.12.
  ['ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4', { type: 'ipv4-addr', value: '198.51.100.3' }],
  [
    'ipv4-addr--1ea47840-aa39-5aa8-b4a2-cd203eb6662a',
    { type: 'ipv4-addr', value: '198.51.100.0/24' },
  ],
  [
    'domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7',
    { type: 'domain-name', value: 'example.com' },
  ],
  [
    'email-addr--2aeeb98c-9db4-525e-874d-221fdfe9f76e',
    { type: 'email-addr', value: 'mary@example.com' },
  ],
  [
    'mac-addr--757b1725-9903-54f5-a855-1240691d7659',
    { type: 'mac-addr', value: 'd2:fb:49:24:37:18' },
  ],
  [
    'autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff',
    { type: 'autonomous-system', number: 15139 },
  ],
  [
    'directory--0a58d0c1-59e6-5afd-8252-dcd3f13e5622',
    { type: 'directory', path: 'C:\\Windows\\System32' },
  ],
  [
    // The published identifier rests on the identifiers that the addresses had before the errata.
    'network-traffic--6e0cb830-0305-57d4-8536-7be874d42005',
    {
      type: 'network-traffic',
      src_ref: 'ipv4-addr--4d22aae0-2bf9-5427-8819-e4f6abf20a53',
      dst_ref: 'ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd',
      protocols: ['tcp'],
    },
  ],
];

test('3.4 deterministic identifiers are those of the examples in section 6', () => {
  for (const [id, observable] of ID) assert.equal(deterministicId(observable), id);
});

test('2.9 what does not contribute does not change the identifier', () => {
  const bare = deterministicId({ type: 'domain-name', value: 'example.com' });
  const more = { type: 'domain-name', value: 'example.com', defanged: true, id: 'x' } as const;
  assert.equal(deterministicId(more), bare);
});

test('6.7 of several hashes one contributes, in the order of preference', () => {
  const of = (hashes: object) => deterministicId({ type: 'file', hashes });
  assert.equal(of({ 'SHA-256': 'a', MD5: 'b' }), of({ MD5: 'b' }));
  assert.equal(of({ TLSH: 'a', SSDEEP: 'b' }), of({ SSDEEP: 'b' }));
  assert.notEqual(of({ MD5: 'a' }), of({ 'SHA-1': 'a' }));
});

test('2.9 without contributing properties the identifier is of version 4, and random', () => {
  assert.equal(deterministicId({ type: 'process', pid: 1 }), undefined);
  const id = observableId({ type: 'process', pid: 1 });
  assert.match(id, /^process--[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.notEqual(observableId({ type: 'process', pid: 1 }), id);
});

test('RFC 4122, appendix B: version 5 of www.example.com in the name space of DNS', () => {
  assert.equal(
    uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'),
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  );
});

test('2.9 an identifier is a type, two hyphens and a lower-case UUID', () => {
  const id = 'x-a--e2e1a340-4415-4ba8-9671-f7343fbf0836';
  assert.deepEqual(splitIdentifier(id), { type: 'x-a', uuid: id.slice(5) });
  assert.equal(typeOfIdentifier(id), 'x-a');
  for (const bad of [
    'indicator--E2E1A340-4415-4ba8-9671-f7343fbf0836',
    'indicator-e2e1a340-4415-4ba8-9671-f7343fbf0836',
    '--e2e1a340-4415-4ba8-9671-f7343fbf0836',
    'indicator--e2e1a340-4415-4ba8-9671-f7343fbf0836 ',
  ])
    assert.equal(isIdentifier(bad), false, bad);
});

test('7.3.2 the name of a type: 3 to 250 of a-z, 0-9 and single hyphens', () => {
  for (const good of ['url', 'x-a', 'a1b', `a${'b'.repeat(249)}`])
    assert.equal(isTypeName(good), true);
  for (const bad of ['ab', 'a--b', 'A-b', '1ab', '-ab', `a${'b'.repeat(250)}`]) {
    assert.equal(isTypeName(bad), false, bad);
  }
});

test('a type that makes the published pattern exponential is refused in linear time', () => {
  const start = performance.now();
  for (let n = 0; n < 200; n += 1) {
    const type = `${'a'.repeat(240)}!`;
    assert.equal(
      parseObject({ type, id: `${type}--1` }).diagnostics?.[0]?.code,
      'STIX_TYPE_MALFORMED',
    );
  }
  parseObject({ type: `${'a-'.repeat(1_000_000)}!` });
  // The published pattern needs over a second for 28 letters; this has 240, two hundred times.
  assert.ok(performance.now() - start < 1000);
});
