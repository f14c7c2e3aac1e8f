/** docs/reference/cli.md and every command shown in the documentation, against the program. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { documents } from './documents.ts';

const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');

interface Leaf {
  /** With the names of the commands above it: `ledger verify`. */
  readonly name: string;
  readonly command: Command;
}
const leavesOf = (parent: Command, above = ''): readonly Leaf[] =>
  parent.commands.flatMap((command) => {
    const name = above + command.name();
    return command.commands.length > 0 ? leavesOf(command, `${name} `) : [{ name, command }];
  });
/** Every command that does something. */
const leaves = leavesOf(createProgram());

/** The text below `## stillwatch NAME`, by name. */
const chapters = new Map(
  page
    .split(/^## stillwatch /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);
const rowsOf = ({ name }: Leaf): Map<string, string> =>
  new Map(
    [...(chapters.get(name) ?? '').matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(
      ([, what, says]) => [what!.replaceAll('\\|', '|'), says!],
    ),
  );
const helpOf = ({ command }: Leaf): string => {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
};

test('the page has a chapter for each command, in the order of the program', () => {
  assert.deepEqual(
    [...chapters.keys()],
    leaves.map(({ name }) => name),
  );
});

test('each chapter lists the arguments and options of its command, and no other', () => {
  for (const leaf of leaves) {
    const { name, command } = leaf;
    const args = command.registeredArguments.map(
      (arg) => `<${arg.name()}${arg.variadic ? '...' : ''}>`,
    );
    const options = command.options.map((option) => option.flags);
    assert.deepEqual([...rowsOf(leaf).keys()], [...args, ...options], name);
  }
});

test('choices, defaults and what is required are said', () => {
  for (const leaf of leaves) {
    const { name, command } = leaf;
    const rows = rowsOf(leaf);
    for (const option of command.options) {
      const row = rows.get(option.flags)!;
      for (const choice of option.argChoices ?? []) assert.ok(row.includes(`\`${choice}\``), row);
      assert.equal(row.startsWith('required'), option.mandatory, `${name} ${row}`);
      if (option.defaultValue !== undefined) assert.ok(row.includes(String(option.defaultValue)));
    }
    for (const { argChoices } of command.registeredArguments)
      for (const choice of argChoices ?? [])
        assert.ok([...rows.values()].some((row) => row.includes(`\`${choice}\``)));
  }
});

test('the help of each command has an example and its exit statuses, as the page does', () => {
  for (const leaf of leaves) {
    const { name } = leaf;
    const statuses = /Exit status: ([^\n]+(?:\n[^\n.]+)?)/;
    const help = helpOf(leaf);
    assert.match(help, /^Examples?:\n +stillwatch /m, name);
    const inHelp = statuses.exec(help)?.[1];
    const onPage = statuses.exec(chapters.get(name)!)?.[1];
    assert.ok(inHelp && onPage, name);
    const numbers = (text: string): string[] => text.match(/\b\d\b/g) ?? [];
    assert.deepEqual(numbers(onPage), numbers(inHelp), name);
  }
});

test('every command line shown in the documentation is one the program knows', () => {
  let shown = 0;
  for (const { path, text } of documents())
    for (const [, block] of text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```/gm))
      for (const [, line] of block!
        .replaceAll('\\\n', ' ')
        .matchAll(/(?:^|\| |&& )(?:bin\/)?stillwatch ([a-z][^|\n]*)/gm)) {
        const leaf = leaves.find(({ name }) => `${line} `.startsWith(`${name} `));
        assert.ok(leaf, `${path}: stillwatch ${line}`);
        const { name, command } = leaf;
        for (const [, flag] of line!.matchAll(/ (--?[a-z][a-z-]*)/g))
          assert.ok(
            command.options.some((o) => o.long === flag || o.short === flag),
            `${path}: stillwatch ${name} ${flag}`,
          );
        shown++;
      }
  assert.ok(shown > 15, `only ${shown} command lines were found`);
});
