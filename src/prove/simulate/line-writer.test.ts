import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openLineWriter } from './line-writer.ts';

const dir = mkdtempSync(join(tmpdir(), 'stillwatch-lines-'));
after(() => rmSync(dir, { recursive: true }));

describe('line writer', () => {
  it('keeps every byte in order, also of lines larger than its buffers', async () => {
    const path = join(dir, 'lines');
    const writer = await openLineWriter(path);
    const lines = Array.from({ length: 300 }, (_, i) =>
      i % 100 === 50 ? `${'é'.repeat(3_000_000)}${i}\n` : `行 ${i} ${'x'.repeat(i * 90)}\n`,
    );
    for (const line of lines) if (writer.add(line)) await writer.flush();
    await writer.close();
    assert.ok(readFileSync(path, 'utf8') === lines.join(''));
  });

  it('reports a disk that refuses', { skip: process.platform !== 'linux' }, async () => {
    const writer = await openLineWriter('/dev/full');
    writer.add('lost\n');
    await assert.rejects(writer.close(), { code: 'ENOSPC' });
  });
});
