import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StillwatchError } from '../../../base/errors.ts';
import { retryAfterMs } from './endpoint.ts';
import { endpointUrl, remoteEmbedder } from './remote.ts';
import {
  answer,
  type Behaviour,
  honest,
  impatient,
  letters,
  startEndpoint,
  type TestEndpoint,
} from './test-endpoint.ts';

const TEXTS = Array.from({ length: 150 }, (_, i) =>
  'abcdefgh'.slice(0, 1 + (i % 8)).repeat(1 + (i >> 3)),
);

const withEndpoint = async (
  behave: Behaviour,
  use: (endpoint: TestEndpoint) => Promise<void>,
): Promise<void> => {
  const endpoint = await startEndpoint(behave);
  try {
    await use(endpoint);
  } finally {
    await endpoint.close();
  }
};

const withFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillwatch-vectors-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const failed =
  (about: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof StillwatchError);
    assert.equal(error.code, 'EMBEDDER_FAILED');
    assert.match(error.message, about);
    return true;
  };

const random = (): number => 0;

test('gives one unit row for each text, in its order, whatever the order of the answer', async () => {
  const shuffled: Behaviour = ({ input }, response) =>
    answer(
      response,
      input.map((text) => letters(text)),
      'reversed',
    );
  await withEndpoint(shuffled, async ({ url }) => {
    const reversed = (await remoteEmbedder(impatient(url))(TEXTS)).embed(TEXTS, random);
    await withEndpoint(honest, async (straight) => {
      const plain = (await remoteEmbedder(impatient(straight.url))(TEXTS)).embed(TEXTS, random);
      assert.deepEqual(reversed.rows, plain.rows);
    });
    assert.equal(reversed.dimensions, 8);
    for (let at = 0; at < reversed.rows.length; at += 8) {
      const length = Math.hypot(...reversed.rows.subarray(at, at + 8));
      assert.ok(Math.abs(length - 1) < 1e-5, `row ${at / 8} has length ${length}`);
    }
  });
});

test('asks for each distinct text once, in batches, and for no empty one', async () => {
  await withEndpoint(honest, async ({ url, asked }) => {
    const texts = [...TEXTS, ...TEXTS, '', '  '];
    const options = impatient(url, [], { model: 'small', batch: 40 });
    const { rows, dimensions } = (await remoteEmbedder(options)(texts)).embed(texts, random);
    assert.deepEqual(asked.flatMap((a) => a.input).sort(), [...new Set(TEXTS)].sort());
    assert.ok(asked.every((a) => a.input.length <= 40 && a.model === 'small'));
    assert.ok(rows.subarray(300 * dimensions).every((v) => v === 0));
  });
});

test('sends the key as a bearer token, and none when there is none', async () => {
  await withEndpoint(honest, async ({ url, asked }) => {
    await remoteEmbedder(impatient(url, [], { key: 'k-1' }))(['a']);
    await remoteEmbedder(impatient(url))(['a']);
    assert.deepEqual(
      asked.map((a) => a.authorization),
      ['Bearer k-1', undefined],
    );
  });
});

test('keeps at most so many requests open', async () => {
  const slow: Behaviour = (asked, response, n) => {
    setTimeout(() => honest(asked, response, n), 15);
  };
  await withEndpoint(slow, async ({ url, asked, widest }) => {
    await remoteEmbedder(impatient(url, [], { batch: 10, concurrency: 3 }))(TEXTS);
    assert.equal(asked.length, Math.ceil(new Set(TEXTS).size / 10));
    assert.equal(widest(), 3);
  });
});

test('429: waits as long as the server says, then goes on', async () => {
  const busy: Behaviour = (asked, response, n) => {
    if (n > 1) return honest(asked, response, n);
    response.statusCode = 429;
    response.setHeader('retry-after', n === 0 ? '7' : 'Thu, 01 Jan 2026 00:00:09 GMT');
    response.end('{}');
  };
  const waits: number[] = [];
  await withEndpoint(busy, async ({ url }) => {
    const { rows } = (await remoteEmbedder(impatient(url, waits))(['a', 'b'])).embed(
      ['a', 'b'],
      random,
    );
    assert.ok(rows.some((v) => v !== 0));
  });
  assert.deepEqual(waits, [7_000, 9_000]);
});

test('429: a wait of hours is a refusal', async () => {
  const closed: Behaviour = (_, response) => {
    response.statusCode = 429;
    response.setHeader('retry-after', '7200');
    response.end();
  };
  await withEndpoint(closed, async ({ url, asked }) => {
    await assert.rejects(remoteEmbedder(impatient(url))(['a']), failed(/wait 7200 seconds/));
    assert.equal(asked.length, 1);
  });
});

test('500: backs off further each time, and gives up in the end', async () => {
  const broken: Behaviour = (_, response) => {
    response.statusCode = 500;
    response.end('the prompt was: secret');
  };
  const waits: number[] = [];
  await withEndpoint(broken, async ({ url, asked }) => {
    await assert.rejects(
      remoteEmbedder(impatient(url, waits))(['a']),
      failed(/^the endpoint gave status 500 after 4 attempts$/),
    );
    assert.equal(asked.length, 4);
  });
  assert.deepEqual(waits, [500, 1_000, 2_000]);
});

test('401: is not asked again, and the remedy names the key', async () => {
  const closed: Behaviour = (_, response) => {
    response.statusCode = 401;
    response.end();
  };
  await withEndpoint(closed, async ({ url, asked }) => {
    await assert.rejects(remoteEmbedder(impatient(url))(['a']), (error: unknown) => {
      assert.ok(error instanceof StillwatchError);
      assert.match(error.remedy, /--embedder-key-env/);
      return failed(/status 401/)(error);
    });
    assert.equal(asked.length, 1);
  });
});

test('a JSON that is cut off is asked for again', async () => {
  const cut: Behaviour = (asked, response, n) => {
    if (n > 0) return honest(asked, response, n);
    response.end('{"data":[{"index":0,"embedding":[0.1,');
  };
  await withEndpoint(cut, async ({ url, asked }) => {
    await remoteEmbedder(impatient(url))(['a']);
    assert.equal(asked.length, 2);
  });
});

test('an answer that never comes is given up and asked for again', async () => {
  const stuck: Behaviour = (asked, response, n) => {
    if (n > 0) honest(asked, response, n);
  };
  await withEndpoint(stuck, async ({ url, asked }) => {
    await remoteEmbedder(impatient(url, [], { timeoutMs: 80 }))(['a']);
    assert.equal(asked.length, 2);
  });
});

for (const [what, vectors] of [
  ['too few vectors', [[1, 2, 3, 4]]],
  [
    'vectors of different lengths',
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4, 5],
    ],
  ],
  ['an empty vector', [[], []]],
  ['texts for numbers', [['1'], ['2']] as unknown as number[][]],
] as const)
  test(`refuses ${what}`, async () => {
    await withEndpoint(
      (_, response) => answer(response, vectors),
      async ({ url, asked }) => {
        await assert.rejects(remoteEmbedder(impatient(url))(['a', 'b']), failed(/vector/));
        assert.equal(asked.length, 1);
      },
    );
  });

test('refuses vectors for texts that were not asked for', async () => {
  const elsewhere: Behaviour = (_, response) => {
    const data = [0, 5].map((index) => ({ index, embedding: [1, 2] }));
    response.end(JSON.stringify({ data }));
  };
  await withEndpoint(elsewhere, async ({ url }) => {
    await assert.rejects(remoteEmbedder(impatient(url))(['a', 'b']), failed(/other texts/));
  });
});

test('follows no redirect: prompts go to the named URL only', async () => {
  await withEndpoint(honest, async (elsewhere) => {
    const moved: Behaviour = (_, response) => {
      response.statusCode = 307;
      response.setHeader('location', elsewhere.url.href);
      response.end();
    };
    await withEndpoint(moved, async ({ url }) => {
      await assert.rejects(remoteEmbedder(impatient(url))(['a']), failed(/no connection/));
    });
    assert.equal(elsewhere.asked.length, 0);
  });
});

test('nobody at home is an EMBEDDER_FAILED', async () => {
  const endpoint = await startEndpoint(honest);
  await endpoint.close();
  await assert.rejects(remoteEmbedder(impatient(endpoint.url))(['a']), failed(/no connection/));
});

test('the cache answers the second time, and only for the same endpoint and model', async () => {
  await withFolder((folder) =>
    withEndpoint(honest, async ({ url, asked }) => {
      const options = impatient(url, [], { cache: folder });
      const first = (await remoteEmbedder(options)(TEXTS)).embed(TEXTS, random);
      const requests = asked.length;
      const second = (await remoteEmbedder(options)(TEXTS)).embed(TEXTS, random);
      assert.equal(asked.length, requests);
      assert.deepEqual(second.rows, first.rows);
      await remoteEmbedder({ ...options, model: 'other' })(TEXTS);
      assert.equal(asked.length, 2 * requests);
      const files = readdirSync(folder);
      assert.equal(files.length, 2);
      for (const file of files) {
        assert.ok(!readFileSync(join(folder, file)).includes(Buffer.from('abcdefgh')));
        assert.equal(statSync(join(folder, file)).mode & 0o077, 0);
      }
    }),
  );
});

test('a cache that a crash cut short keeps its whole records', async () => {
  await withFolder((folder) =>
    withEndpoint(honest, async ({ url, asked }) => {
      const options = impatient(url, [], { cache: folder });
      await remoteEmbedder(options)(['a', 'b']);
      const file = join(folder, readdirSync(folder)[0]!);
      const whole = readFileSync(file).length;
      appendFileSync(file, 'half a record');
      await remoteEmbedder(options)(['a', 'b', 'c']);
      assert.deepEqual(asked.at(-1)!.input, ['c']);
      await remoteEmbedder(options)(['a', 'b', 'c']);
      assert.equal(asked.length, 2);
      assert.equal(readFileSync(file).length, 8 + ((whole - 8) / 2) * 3);
    }),
  );
});

test('a cache of another model is refused, not mixed', async () => {
  let dimensions = 8;
  const changed: Behaviour = ({ input }, response) =>
    answer(
      response,
      input.map((text) => letters(text, dimensions)),
    );
  await withFolder((folder) =>
    withEndpoint(changed, async ({ url }) => {
      const options = impatient(url, [], { cache: folder });
      await remoteEmbedder(options)(['a']);
      dimensions = 12;
      await assert.rejects(remoteEmbedder(options)(['b']), failed(/another|now answers with 12/));
    }),
  );
});

test('endpointUrl completes what was given, and refuses what is no endpoint', () => {
  for (const [given, posted] of [
    ['http://localhost:8080', 'http://localhost:8080/v1/embeddings'],
    ['http://localhost:8080/v1/', 'http://localhost:8080/v1/embeddings'],
    ['https://a.example/openai/v1', 'https://a.example/openai/v1/embeddings'],
    [
      'https://a.example/x/embeddings?api-version=1',
      'https://a.example/x/embeddings?api-version=1',
    ],
  ] as const)
    assert.equal(endpointUrl(given).href, posted);
  for (const wrong of ['localhost', 'ftp://a.example/v1', 'http://user:key@a.example/v1'])
    assert.throws(
      () => endpointUrl(wrong),
      (e: unknown) =>
        e instanceof StillwatchError && e.code === 'USAGE' && !e.message.includes('key@'),
    );
});

test('retryAfterMs reads seconds and dates, and ignores what is neither (RFC 9110 §10.2.3)', () => {
  const now = Date.UTC(2026, 0, 1);
  assert.equal(retryAfterMs('120', now), 120_000);
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
  assert.equal(retryAfterMs('Wed, 31 Dec 2025 00:00:30 GMT', now), 0);
  assert.equal(retryAfterMs('soon', now), null);
  assert.equal(retryAfterMs(null, now), null);
});
