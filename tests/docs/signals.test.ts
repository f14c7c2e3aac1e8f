/** docs/reference/signals.md against the signals that are measured. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadIntentModel } from '../../src/detect/verdict/intent-model.ts';
import type { SignalDefinition } from '../../src/detect/verdict/signal-definitions.ts';
import { SIGNALS } from '../../src/detect/verdict/signals.ts';

const page = readFileSync(new URL('../../docs/reference/signals.md', import.meta.url), 'utf8');
const PARTS = ['Formula', 'Unit', 'Direction', 'Use', 'Source', 'Legitimate twin'];

/** A part as one line of plain text: what is a link or broken over lines says the same. */
const plain = (text: string): string =>
  text
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Axis, name and parts of each `###` section, in the order of the page. */
const sections = page.split(/^## /m).flatMap((chapter) => {
  const axis = /^(Network|Intent):/.exec(chapter)?.[1]?.toLowerCase();
  return chapter
    .split(/^### /m)
    .slice(1)
    .map((text) => ({
      axis,
      name: text.slice(0, text.indexOf('\n')),
      parts: [...text.matchAll(/^- \*\*(.+?):\*\* ([\s\S]+?)(?=^- \*\*|$(?![\s\S]))/gm)].map(
        ([, part, says]) => ({ part, says: plain(says!) }),
      ),
    }));
});
const partOf = (name: string, part: string): string | undefined =>
  sections.find((s) => s.name === name)?.parts.find((p) => p.part === part)?.says;

test('the page describes every signal below its axis, and no other', () => {
  assert.deepEqual(
    sections.map(({ name, axis }) => `${axis} ${name}`).sort(),
    SIGNALS.map(({ name, axis }) => `${axis} ${name}`).sort(),
  );
});

test('each description has every part', () => {
  for (const { name, parts } of sections)
    assert.deepEqual(
      parts.map(({ part }) => part),
      PARTS,
      name,
    );
});

test('directions are those of the code', () => {
  for (const { name, direction } of SIGNALS)
    assert.equal(partOf(name, 'Direction'), direction > 0 ? '+' : '−', name);
});

for (const [part, key] of [
  ['Formula', 'formula'],
  ['Unit', 'unit'],
  ['Source', 'source'],
  ['Legitimate twin', 'twin'],
] as const satisfies readonly (readonly [string, keyof SignalDefinition])[])
  test(`${part}: page and code say the same`, () => {
    for (const signal of SIGNALS) assert.equal(partOf(signal.name, part), signal[key], signal.name);
  });

test('the signals called weighted are the terms of the intent model', () => {
  const weighted = SIGNALS.filter(({ name }) => partOf(name, 'Use') === 'weighted');
  const terms = loadIntentModel().features.map(({ signal }) => signal);
  assert.deepEqual(weighted.map(({ name }) => name).sort(), [...terms].sort());
  assert.ok(weighted.every(({ axis }) => axis === 'intent'));
});

test('the definitions of the model are those of the code', () => {
  for (const feature of loadIntentModel().features) {
    const signal = SIGNALS.find(({ name }) => name === feature.signal)!;
    assert.deepEqual([feature.unit, feature.source], [signal.unit, signal.source], feature.signal);
  }
});
