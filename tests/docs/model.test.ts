/** docs/reference/model.md against the built-in model and the contract of its file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadIntentModel } from '../../src/detect/verdict/intent-model.ts';

const page = readFileSync(new URL('../../docs/reference/model.md', import.meta.url), 'utf8');
const model = loadIntentModel();
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const number = (v: number): string => v.toFixed(2).replace('-', '−');

test('the page names the built-in model and what it was fitted on', () => {
  const { positives, negatives, worlds } = model.provenance;
  const said = `\`${model.id}\`, ${model.form}, from ${positives} campaigns and ${negatives} benign sets of ${worlds} worlds`;
  assert.ok(page.includes(said), said);
});

test('each term stands on the page with its range, and no other does', () => {
  const terms = rows.filter(([first]) => first!.startsWith('[`'));
  assert.deepEqual(
    terms.map(([signal, direction, from, to, odds]) => [
      /`(.+)`/.exec(signal!)?.[1],
      direction,
      from,
      to,
      odds,
    ]),
    model.features.map(({ signal, direction, knots, curve }) => {
      const least = direction > 0 ? 0 : -1;
      const most = direction > 0 ? -1 : 0;
      return [
        signal,
        direction > 0 ? '+' : '−',
        number(knots.at(least)!),
        number(knots.at(most)!),
        `${number(direction * curve.at(least)!)} to ${number(direction * curve.at(most)!)}`,
      ];
    }),
  );
});

test('measured quality is what the file says', () => {
  const measured = rows.filter(([, by]) => by === 'origin' || by === 'seed');
  assert.deepEqual(
    measured.map((cells) => cells.slice(1)),
    model.quality.map((q) => [
      q.held_out_by,
      `${q.campaigns}`,
      `${q.benign}`,
      `${q.log_loss}`,
      ...q.recall.map(
        (r) => `${r.found} [${(100 * r.low).toFixed(1)} – ${(100 * r.high).toFixed(1)} %]`,
      ),
    ]),
  );
});

test('training and test sources of a measure by origin have none in common', () => {
  for (const q of model.quality.filter((one) => one.held_out_by === 'origin'))
    assert.deepEqual(
      q.measured_on.filter((origin) => q.fitted_on.includes(origin)),
      [],
    );
});

test('every field of the file is explained', () => {
  const explained = rows.map(([first]) => first!).join(' ');
  for (const key of Object.keys(model)) assert.ok(explained.includes(`\`${key}`), key);
  for (const part of [model.features[0]!, model.provenance, model.quality[0]!])
    for (const key of Object.keys(part)) assert.ok(explained.includes(key), key);
});
