/** Files that come from outside, and files that go out. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { StillwatchError } from '../../base/errors.ts';
import { readArrivals } from './arrivals.ts';
import { readPromptFile } from './prompt-file.ts';
import { writeWorld } from './write-world.ts';

const dir = mkdtempSync(join(tmpdir(), 'stillwatch-worlds-'));
after(() => rmSync(dir, { recursive: true }));

const file = (name: string, ...lines: readonly unknown[]): string => {
  const path = join(dir, name);
  writeFileSync(path, lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n'));
  return path;
};

const refuses = (code: string, says: RegExp) => (error: unknown) =>
  error instanceof StillwatchError && error.code === code && says.test(error.message);

describe('prompt files', () => {
  it('keep each person together and in order', () => {
    const corpus = readPromptFile(
      file(
        'people.jsonl',
        { prompt: 'a1', person: 'a', response_tokens: '12' },
        { prompt: 'b1', person: 'b' },
        '',
        { prompt: 'a2', person: 'a', task: 't', response_tokens: -1 },
      ),
    );
    assert.equal(corpus.kind, 'person');
    assert.equal(corpus.sharedTasks, false);
    assert.deepEqual(
      [0, 1, 2].map((i) => corpus.at(i).text),
      ['a1', 'a2', 'b1'],
    );
    assert.deepEqual(
      [0, 1].map((i) => corpus.at(i).responseTokens),
      [12, null],
    );
    assert.deepEqual(corpus.units, [
      { key: 'a', start: 0, size: 2 },
      { key: 'b', start: 2, size: 1 },
    ]);
  });

  it('recognise topics, templates, shared tasks and plain lists', () => {
    const kind = (row: object) => readPromptFile(file('k.jsonl', { prompt: 'x', ...row }));
    assert.equal(kind({ topic: 'y' }).kind, 'topic');
    assert.equal(kind({ task: 'y' }).kind, 'topic');
    assert.equal(kind({ template: 'y', topic: 'z' }).kind, 'template');
    assert.equal(kind({ person: 'y', task: 'z' }).sharedTasks, true);
    assert.equal(kind({}).kind, 'plain');
  });

  it('name the line they cannot read', () => {
    const read =
      (...lines: unknown[]) =>
      () =>
        readPromptFile(file('bad.jsonl', ...lines));
    assert.throws(
      read({ prompt: 'x' }, '{"prompt": "tr'),
      refuses('PROMPTS_UNREADABLE', /:2: not/),
    );
    assert.throws(read({ text: 'x' }), refuses('PROMPTS_UNREADABLE', /:1: no "prompt"/));
    assert.throws(read('null'), refuses('PROMPTS_UNREADABLE', /:1: no "prompt"/));
    assert.throws(read(''), refuses('PROMPTS_UNREADABLE', /holds no prompts/));
    assert.throws(
      () => readPromptFile(join(dir, 'missing')),
      refuses('PROMPTS_UNREADABLE', /cannot be opened/),
    );
  });
});

describe('arrivals', () => {
  it('read Azure, Mooncake and ServeGen traces as activity over time', () => {
    const azure = file(
      'azure.csv',
      'TIMESTAMP,ContextTokens,GeneratedTokens',
      ...['00.0', '01.0', '03.0', '10.0'].map((s) => `2023-11-16 18:15:${s}00000,1,1`),
    );
    assert.deepEqual(readArrivals(azure).weights, [2, 1, 0, 1]);
    const mooncake = file('m.jsonl', ...[0, 0, 50, 90].map((timestamp) => ({ timestamp })));
    assert.deepEqual(readArrivals(mooncake).weights, [2, 0, 1, 1]);
    const servegen = file('s.csv', '0,0,0,,0,0', '600,2.5,35.7,Weibull,0.2,0.1');
    assert.deepEqual(readArrivals(servegen).weights, [0, 2.5]);
  });

  it('refuse what is no trace, and a trace without requests', () => {
    const bad =
      (...lines: string[]) =>
      () =>
        readArrivals(file('bad.csv', ...lines));
    assert.throws(bad('a,b', 'c,d'), refuses('ARRIVALS_UNREADABLE', /not recognised/));
    assert.throws(bad('0,0,', '600,0,'), refuses('ARRIVALS_UNREADABLE', /no arrivals/));
    assert.throws(bad('{"timestamp":'), refuses('ARRIVALS_UNREADABLE', /cannot be read/));
    assert.throws(() => readArrivals(join(dir, 'no')), refuses('ARRIVALS_UNREADABLE', /cannot/));
  });
});

describe('written worlds', () => {
  it('hold the same bytes for the same seed, and say what they are made of', async () => {
    const harvest = readPromptFile(
      file('h.jsonl', ...Array.from({ length: 4000 }, (_, i) => ({ prompt: `task ${i}` }))),
    );
    const everyday = readPromptFile(
      file(
        'e.jsonl',
        ...Array.from({ length: 900 }, (_, i) => ({ prompt: `talk ${i}`, person: `p${i % 90}` })),
      ),
    );
    const request = {
      world: 'mixed',
      accounts: 300,
      days: 4,
      seed: 6,
      harvest: [harvest],
      everyday: [everyday],
    } as const;
    const digest = async (name: string): Promise<string[]> => {
      let last = 0;
      const summary = await writeWorld(request, join(dir, name), (done, of) => {
        assert.ok(done >= last && of > 0);
        last = done;
      });
      const lines = (f: string) =>
        readFileSync(join(dir, name, f), 'utf8')
          .trimEnd()
          .split('\n');
      assert.equal(lines('traffic.jsonl').length, summary.counts.exchanges);
      assert.equal(lines('accounts.jsonl').length, 300);
      assert.equal(lines('labels.jsonl').length, 300);
      return ['traffic', 'accounts', 'labels', 'world'].map((f) =>
        createHash('sha256')
          .update(readFileSync(join(dir, name, f === 'world' ? 'world.json' : `${f}.jsonl`)))
          .digest('hex'),
      );
    };
    assert.deepEqual(await digest('one'), await digest('two'));
    const world = JSON.parse(readFileSync(join(dir, 'one', 'world.json'), 'utf8'));
    assert.match(world.statement, /^Composed: prompts from the listed files/);
    assert.equal(world.corpora[0].sha256, harvest.sha256);
    assert.ok(world.corpora[1].reuses >= 1, 'reuse of a small corpus is stated');
    assert.equal(world.options.seed, 6);
  });

  it('refuse a folder that cannot be made', async () => {
    await assert.rejects(
      writeWorld({ world: 'quiet', accounts: 150, days: 1 }, join(file('plain', 'x'), 'sub')),
      refuses('OUTPUT_UNWRITABLE', /sub/),
    );
  });
});
