/** docs/reference/signals.md against the signals that are measured. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadIntentModel } from '../../src/detect/verdict/intent-model.ts';
import { SIGNALS } from '../../src/detect/verdict/signals.ts';

const page = readFileSync(new URL('../../docs/reference/signals.md', import.meta.url), 'utf8');
const PARTS = ['Formula', 'Unit', 'Direction', 'Use', 'Source', 'Legitimate twin'];

/** Axis, name and parts of each `###` section, in the order of the page. */
const sections = page.split(/^## /m).flatMap((chapter) => {
  const axis = /^(Network|Intent):/.exec(chapter)?.[1]?.toLowerCase();
  return chapter
    .split(/^### /m)
    .slice(1)
    .map((text) => ({
      axis,
      name: text.slice(0, text.indexOf('\n')),
      parts: [...text.matchAll(/^- \*\*(.+?):\*\* (.+)$/gm)].map(([, part, says]) => ({
        part,
        says: says!,
      })),
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

test('the signals called weighted are the terms of the intent model', () => {
  const weighted = SIGNALS.filter(({ name }) => partOf(name, 'Use') === 'weighted');
  const terms = loadIntentModel().features.map(({ signal }) => signal);
  assert.deepEqual(weighted.map(({ name }) => name).sort(), [...terms].sort());
  assert.ok(weighted.every(({ axis }) => axis === 'intent'));
});
