/** docs/reference/cli.md and every command shown in the documentation, against the program. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { documents } from './documents.ts';

const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');
const program = createProgram();

/** The text below `## stillwatch NAME`, by name. */
const chapters = new Map(
  page
    .split(/^## stillwatch /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);
const rowsOf = (command: Command): Map<string, string> =>
  new Map(
    [...(chapters.get(command.name()) ?? '').matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(
      ([, name, says]) => [name!.replaceAll('\\|', '|'), says!],
    ),
  );
const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
};

test('the page has a chapter for each command, in the order of the program', () => {
  assert.deepEqual(
    [...chapters.keys()],
    program.commands.map((command) => command.name()),
  );
});

test('each chapter lists the arguments and options of its command, and no other', () => {
  for (const command of program.commands) {
    const args = command.registeredArguments.map(
      (arg) => `<${arg.name()}${arg.variadic ? '...' : ''}>`,
    );
    const options = command.options.map((option) => option.flags);
    assert.deepEqual([...rowsOf(command).keys()], [...args, ...options], command.name());
  }
});

test('choices, defaults and what is required are said', () => {
  for (const command of program.commands) {
    const rows = rowsOf(command);
    for (const option of command.options) {
      const row = rows.get(option.flags)!;
      for (const choice of option.argChoices ?? []) assert.ok(row.includes(`\`${choice}\``), row);
      assert.equal(row.startsWith('required'), option.mandatory, `${command.name()} ${row}`);
      if (option.defaultValue !== undefined) assert.ok(row.includes(String(option.defaultValue)));
    }
    for (const { argChoices } of command.registeredArguments)
      for (const choice of argChoices ?? [])
        assert.ok([...rows.values()].some((row) => row.includes(`\`${choice}\``)));
  }
});

test('the help of each command has an example and its exit statuses, as the page does', () => {
  for (const command of program.commands) {
    const statuses = /Exit status: ([^\n]+(?:\n[^\n.]+)?)/;
    const help = helpOf(command);
    assert.match(help, /^Examples?:\n +stillwatch /m, command.name());
    const inHelp = statuses.exec(help)?.[1];
    const onPage = statuses.exec(chapters.get(command.name())!)?.[1];
    assert.ok(inHelp && onPage, command.name());
    const numbers = (text: string): string[] => text.match(/\b\d\b/g) ?? [];
    assert.deepEqual(numbers(onPage), numbers(inHelp), command.name());
  }
});

test('every command line shown in the documentation is one the program knows', () => {
  let shown = 0;
  for (const { path, text } of documents())
    for (const [, block] of text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```/gm))
      for (const [, name, rest] of block!
        .replaceAll('\\\n', ' ')
        .matchAll(/(?:^|\| |&& )(?:bin\/)?stillwatch ([a-z]+)([^|\n]*)/gm)) {
        const command = program.commands.find((c) => c.name() === name);
        assert.ok(command, `${path}: stillwatch ${name}`);
        for (const [, flag] of rest!.matchAll(/ (--?[a-z][a-z-]*)/g))
          assert.ok(
            command.options.some((o) => o.long === flag || o.short === flag),
            `${path}: stillwatch ${name} ${flag}`,
          );
        shown++;
      }
  assert.ok(shown > 15, `only ${shown} command lines were found`);
});
